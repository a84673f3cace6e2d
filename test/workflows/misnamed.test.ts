import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readHistory, readStateAt } from "../../src/workflows/history.ts";
import { listModels } from "../../src/workflows/list.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { retireStage } from "../../src/workflows/retire.ts";
import { showModel } from "../../src/workflows/show.ts";
import { validateChange, validateWorkTree } from "../../src/workflows/validate.ts";
import { verifyArtifacts } from "../../src/workflows/verify.ts";
import { yankVersion } from "../../src/workflows/yank.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../builders/manifests.ts";
import { newRegistry, newWorkspace, type Workspace } from "../builders/workspace.ts";

function writeModel(workspace: Workspace, name: string): void {
  const version = aVersion(name, "1.0.0");
  workspace.write(`models/${name}/model.yaml`, textOf(aModel(name)));
  workspace.write(`models/${name}/versions/1.0.0.yaml`, textOf(version));
  workspace.write(`models/${name}/stages/staging/stage.yaml`, textOf(aStage("staging", version)));
}

const commit = (workspace: Workspace, message: string): void => {
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", message);
};

describe("models with a bad name", () => {
  const bad = ["Loud", "risk/Fraud", "Team/churn"];
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newRegistry();
    const bytes = workspace.write("../model.bin", "weights\n");
    await registerVersion(await workspace.open(), "risk/fraud", bytes);
    workspace.git("checkout", "--quiet", "HEAD", "--", ".");
    for (const name of bad) writeModel(workspace, name);
    writeModel(workspace, "orphan");
    rmSync(join(workspace.folder, "models/orphan/model.yaml"));
    symlinkSync("../risk", join(workspace.folder, "models/risk/linked"));
    commit(workspace, "by hand");
  });
  afterAll(() => workspace.dispose());

  it("are findings of verify as of validate, and the others are verified", async () => {
    const { versions, findings } = await verifyArtifacts(await workspace.open(), undefined);
    expect(versions.filter(({ ok }) => ok)).toMatchObject([{ model: "risk/fraud", version: "1.0.0" }]);
    expect(versions.map(({ model }) => model).toSorted()).toEqual(["orphan", "risk/fraud"]);
    const named = findings.filter(({ code }) => code === "INVALID_NAME" || code === "NOT_A_PLAIN_FILE");
    const { findings: all } = await validateWorkTree(await workspace.open(), "none");
    const places = named.map(({ code, file }) => `${code} ${file}`).toSorted();
    expect(places).toEqual(
      all
        .filter(({ code }) => code === "INVALID_NAME" || code === "NOT_A_PLAIN_FILE")
        .map(({ code, file }) => `${code} ${file}`)
        .toSorted(),
    );
    for (const name of bad) expect(places).toContain(`INVALID_NAME models/${name}/versions/1.0.0.yaml`);
    expect(places).toContain("NOT_A_PLAIN_FILE models/risk/linked");
  });

  it("keep a single model's verification as it is", async () => {
    expect(await verifyArtifacts(await workspace.open(), "risk/fraud")).toMatchObject({
      versions: [{ ok: true }],
      findings: [],
    });
    for (const name of ["risk/Fraud", "Loud@1.0.0"])
      await expect(verifyArtifacts(await workspace.open(), name)).rejects.toMatchObject({ code: "USAGE" });
    await expect(verifyArtifacts(await workspace.open(), "none")).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("are in the history of all, and in what was there at a moment, with a warning", async () => {
    const { events } = await readHistory(await workspace.open());
    const { stages } = await readStateAt(await workspace.open(), new Date());
    const known = workspace.warnings.length;
    expect(stages).toEqual([
      { model: "Loud", stage: "staging", version: null },
      { model: "Team/churn", stage: "staging", version: null },
      { model: "orphan", stage: "staging", version: "1.0.0" },
      { model: "risk/Fraud", stage: "staging", version: null },
    ]);
    for (const name of bad) {
      expect(events.map(({ model }) => model)).toContain(name);
      expect(workspace.warnings.join("\n")).toContain(`models/${name} `);
    }
    await readStateAt(await workspace.open(), new Date(), { model: "risk/fraud" });
    expect(workspace.warnings).toHaveLength(known);
  });
});

describe("rules of a model for a stage that the policy does not have", () => {
  const models = 12;
  let workspace: Workspace;
  beforeAll(() => {
    workspace = newWorkspace();
    workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }, { name: "production" }])));
    for (let index = 0; index < models; index += 1) writeModel(workspace, `model-${index}`);
    const rules = textOf(aModel("team/strict", { stages: { production: {} } }));
    workspace.write("models/team/strict/model.yaml", rules);
    workspace.write(
      "models/slip/model.yaml",
      textOf(aModel("slip", { stages: { prodution: {}, staging: {} } })),
    );
    workspace.write("models/slip/versions/1.0.0.yaml", textOf(aVersion("slip", "1.0.0")));
    workspace.write(
      "models/slip/stages/staging/stage.yaml",
      textOf(aStage("staging", aVersion("slip", "1.0.0"))),
    );
    commit(workspace, "fill");
  });
  afterAll(() => workspace.dispose());

  async function judge(branch: string, stages: readonly string[]): Promise<readonly [string[], number]> {
    workspace.git("switch", "--quiet", "-c", branch, "main");
    workspace.write("modeltrail.yaml", textOf(aRegistry(stages.map((name) => ({ name })))));
    commit(workspace, branch);
    const context = await workspace.open();
    const { gates } = await validateChange(context, { base: "main", head: branch }, "none");
    const files = gates
      .flatMap(({ findings }) => findings)
      .map(({ code, severity, file }) => `${severity} ${code} ${file}`);
    workspace.git("switch", "--quiet", "main");
    return [files, context.repository.counters.blobs];
  }

  it("are a finding of the work tree, and hide nothing from readers", async () => {
    const { findings } = await validateWorkTree(await workspace.open(), "none");
    expect(findings).toMatchObject([
      { code: "MODEL_STAGE_UNKNOWN", severity: "error", file: "models/slip/model.yaml" },
    ]);
    const list = await listModels(await workspace.open());
    expect(list.models.find(({ model }) => model === "slip")).toMatchObject({ broken: false });
    expect(await showModel(await workspace.open(), "slip")).toMatchObject({ findings: [] });
    expect(await resolveModel(await workspace.open(), "slip@staging")).toMatchObject({ version: "1.0.0" });
  });

  it("are found in models that a change leaves alone when it drops their stage, and only then are they read", async () => {
    const [dropped, many] = await judge("drop", ["staging"]);
    expect(dropped).toEqual(["error MODEL_STAGE_UNKNOWN models/team/strict/model.yaml"]);
    expect(many).toBe(models + 2 + 2);
    const [added, few] = await judge("add", ["staging", "production", "canary"]);
    expect(added).toEqual([]);
    expect(few).toBe(2);
  });

  it("and what other models hold at a stage that is dropped is found by its name alone", async () => {
    const [lost, read] = await judge("lose", ["production"]);
    expect(lost.filter((line) => line.includes("HELD_STAGE_UNKNOWN"))).toHaveLength(models + 1);
    expect(lost).toContain("error HELD_STAGE_UNKNOWN models/slip/stages/staging/stage.yaml");
    expect(read).toBe(models + 2 + 2);
  });
});

describe("a stage that was dropped around the judge while a model holds it", () => {
  it("is a finding of the work tree, keeps its version from being yanked, and is emptied by retire", async () => {
    const workspace = newWorkspace();
    onTestFinished(() => workspace.dispose());
    workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "production" }])));
    writeModel(workspace, "fraud");
    workspace.write("models/fraud/versions/1.1.0.yaml", textOf(aVersion("fraud", "1.1.0")));
    commit(workspace, "fill");
    expect(await validateWorkTree(await workspace.open(), "none")).toMatchObject({
      verdict: "fail",
      findings: [{ code: "HELD_STAGE_UNKNOWN", file: "models/fraud/stages/staging/stage.yaml" }],
    });
    const yank = { reason: "leaked" };
    for (const options of [yank, { ...yank, replaceWith: "1.1.0" }])
      await expect(yankVersion(await workspace.open(), "fraud@1.0.0", options)).rejects.toMatchObject({
        code: "STAGE_IN_USE",
        hint: expect.stringContaining("modeltrail retire fraud --stage staging"),
      });
    expect(await retireStage(await workspace.open(), "fraud", "staging")).toMatchObject({ status: "opened" });
    const merged = await mergeProposal(await workspace.open(), "retire/staging/fraud");
    expect(merged).toMatchObject({ status: "merged" });
    expect(await validateWorkTree(await workspace.open(), "none")).toMatchObject({ verdict: "pass" });
    expect(await yankVersion(await workspace.open(), "fraud@1.0.0", yank)).toMatchObject({
      status: "opened",
    });
  });
});
