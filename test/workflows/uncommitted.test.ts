import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { diffVersions } from "../../src/workflows/diff.ts";
import { readHistory } from "../../src/workflows/history.ts";
import { listModels } from "../../src/workflows/list.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { showModel } from "../../src/workflows/show.ts";
import { hintUncommittedList } from "../../src/workflows/uncommitted.ts";
import type { Context } from "../../src/workflows/context.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

const folder = "models/fraud";
const model = `${folder}/model.yaml`;
const staging = `${folder}/stages/staging/stage.yaml`;
const production = `${folder}/stages/production/stage.yaml`;
const version = `${folder}/versions/1.0.0.yaml`;

function registry(models: readonly string[] = ["fraud"]): Workspace {
  const workspace = newWorkspace();
  open.push(workspace);
  workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }, { name: "production" }])));
  for (const name of models) {
    workspace.write(`models/${name}/model.yaml`, textOf(aModel(name)));
    for (const number of ["1.0.0", "1.1.0"])
      workspace.write(`models/${name}/versions/${number}.yaml`, textOf(aVersion(name, number)));
    const held = aStage("staging", aVersion(name, "1.0.0"));
    workspace.write(`models/${name}/stages/staging/stage.yaml`, textOf(held));
  }
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "registry");
  return workspace;
}

function edit(workspace: Workspace, path: string): void {
  workspace.write(path, `${readFileSync(join(workspace.folder, path), "utf8")}# mine\n`);
}

const list = async (context: Context): Promise<unknown> =>
  hintUncommittedList(context, await listModels(context));

/** What each answer is about, and so the edited files that its hint names. */
const answers: readonly [string, (context: Context) => Promise<unknown>, readonly string[]][] = [
  ["show", (context) => showModel(context, "fraud"), [model, staging]],
  ["show of a stage", (context) => showModel(context, "fraud@staging"), [model, staging]],
  ["show of a version", (context) => showModel(context, "fraud@1.0.0"), [model, staging, version]],
  ["history", (context) => readHistory(context, { model: "fraud" }), [staging]],
  ["history of a stage", (context) => readHistory(context, { model: "fraud", stage: "staging" }), [staging]],
  ["history of another", (context) => readHistory(context, { model: "fraud", stage: "production" }), []],
  ["history of all", (context) => readHistory(context), []],
  ["diff", (context) => diffVersions(context, "fraud@1.0.0", "fraud@1.1.0"), [version]],
  ["diff of a stage", (context) => diffVersions(context, "fraud@staging", "fraud@1.1.0"), [staging]],
  ["resolve of a version", (context) => resolveModel(context, "fraud@1.0.0"), [version]],
  ["list", list, [staging]],
];

describe("a hint at edits that are not committed", () => {
  it.each(answers)("%s names the files that it is about, once each", async (_, answer, files) => {
    const workspace = registry();
    await answer(await workspace.open());
    expect(workspace.hints).toEqual([]);
    for (const path of [model, staging, version]) {
      edit(workspace, path);
      const before = workspace.hints.length;
      await answer(await workspace.open());
      const said = workspace.hints.slice(before);
      expect(said.filter((hint) => hint.startsWith(path))).toHaveLength(files.includes(path) ? 1 : 0);
      expect(said).toHaveLength(files.includes(path) ? 1 : 0);
      workspace.git("checkout", "--quiet", "--", ".");
    }
  });

  it.each(answers)("%s gives none for another commit", async (_, answer) => {
    const workspace = registry();
    workspace.git("config", "core.autocrlf", "true");
    for (const path of [model, staging, version])
      workspace.write(path, readFileSync(join(workspace.folder, path), "utf8").replaceAll("\n", "\r\n"));
    await answer(await workspace.open());
    await showModel(await workspace.open(), "fraud", { ref: "main" });
    expect(workspace.hints).toEqual([]);
  });

  it("is given for a stage that is removed, and for one that is only in the work tree", async () => {
    const workspace = registry();
    workspace.write(production, textOf(aStage("production", aVersion("fraud", "1.0.0"))));
    await expect(resolveModel(await workspace.open(), "fraud@production")).rejects.toMatchObject({
      code: "EMPTY_STAGE",
    });
    await showModel(await workspace.open(), "fraud");
    await readHistory(await workspace.open(), { model: "fraud", stage: "production" });
    expect(workspace.hints.map((hint) => hint.split(" ")[0])).toEqual([production, production, production]);
    rmSync(join(workspace.folder, production));
    rmSync(join(workspace.folder, staging));
    await resolveModel(await workspace.open(), "fraud@staging");
    await list(await workspace.open());
    expect(workspace.hints.slice(3).map((hint) => hint.split(" ")[0])).toEqual([staging, staging]);
    // Not checked out is not removed.
    rmSync(join(workspace.folder, folder), { recursive: true });
    await resolveModel(await workspace.open(), "fraud@staging");
    expect(workspace.hints).toHaveLength(5);
  });

  it("is left out by a list of many stages", async () => {
    const names = Array.from({ length: 65 }, (_, index) => `model-${index}`);
    const workspace = registry(names);
    edit(workspace, "models/model-0/stages/staging/stage.yaml");
    await list(await workspace.open());
    expect(workspace.hints).toEqual([]);
    workspace.git("rm", "--quiet", "-r", "models/model-64");
    workspace.git("commit", "--quiet", "-m", "one less");
    await list(await workspace.open());
    expect(workspace.hints).toHaveLength(1);
  });
});
