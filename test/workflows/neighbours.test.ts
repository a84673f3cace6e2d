import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { diagnose, type Diagnosis } from "../../src/workflows/doctor.ts";
import {
  EMBEDDED_STORAGE,
  initRegistry,
  type InitOptions,
  type InitResult,
} from "../../src/workflows/init.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { aRegistry, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

const A = "team-a/models";
const B = "team-b/models";

async function init(
  workspace: Workspace,
  folder: string,
  name: string,
  otherName?: string,
): Promise<InitResult> {
  workspace.write(`${folder}/notes.md`, "A registry\n");
  const storage = { uri: EMBEDDED_STORAGE };
  const options: InitOptions = { name, otherName, stages: ["staging", "production"], storage };
  return initRegistry(await workspace.open(folder), options);
}

function empty(): Workspace {
  const workspace = newWorkspace();
  cleanups.push(() => workspace.dispose());
  return workspace;
}

async function register(workspace: Workspace, folder: string, version: string): Promise<void> {
  const file = workspace.write(`../${folder}-${version}.bin`, `${folder} ${version}`);
  const context = await workspace.open(folder);
  expect(await registerVersion(context, "fraud", file, { version })).toMatchObject({ status: "registered" });
}

/** Two registries of one repository, each with version 1.0.0 of a model. */
async function twoRegistries(names: readonly [string, string] = ["aa", "bb"]): Promise<Workspace> {
  const workspace = empty();
  const one = names[0] === names[1] ? "other" : names[1];
  await init(workspace, A, names[0]);
  await init(workspace, B, one);
  if (one !== names[1]) {
    const path = join(B, "modeltrail.yaml");
    workspace.write(path, workspace.git("show", `HEAD:${path}`).replace(`"${one}"`, `"${names[1]}"`));
    workspace.git("commit", "--quiet", "--all", "-m", "rename");
  }
  for (const folder of [A, B]) await register(workspace, folder, "1.0.0");
  return workspace;
}

/** Commits files on a branch of the given name, made from main, and goes back. */
function commitOn(workspace: Workspace, branch: string, files: Readonly<Record<string, string>>): void {
  workspace.git("switch", "--quiet", "-C", branch, "main");
  for (const [path, text] of Object.entries(files)) workspace.write(path, text);
  workspace.git("add", ...Object.keys(files));
  workspace.git("commit", "--quiet", "-m", branch);
  workspace.git("switch", "--quiet", "main");
}

describe("merge in a repository with two registries", () => {
  it("refuses the other's proposal, and what the other would deny", async () => {
    const workspace = await twoRegistries();
    const proposed = await promoteVersion(await workspace.open(B), "fraud@1.0.0", "staging");
    expect(proposed).toMatchObject({ branch: "bb/promote/staging/fraud/1.0.0" });
    commitOn(workspace, "broken", { [`${B}/models/fraud/stages/staging/stage.yaml`]: "broken: [" });
    const before = workspace.git("rev-parse", "main");
    for (const branch of ["bb/promote/staging/fraud/1.0.0", "broken"])
      await expect(mergeProposal(await workspace.open(A), branch)).rejects.toMatchObject({
        code: "MERGE_REFUSED",
        message: expect.stringContaining(`"${B}"`),
        hint: expect.stringContaining(`modeltrail merge ${branch} there`),
      });
    expect(workspace.git("rev-parse", "main")).toBe(before);
    expect(await mergeProposal(await workspace.open(B), "broken")).toMatchObject({ status: "denied" });
    expect(await mergeProposal(await workspace.open(B), "bb/promote/staging/fraud/1.0.0")).toMatchObject({
      status: "merged",
    });
  });

  it("refuses a branch with the other's name, and one that changes both or brings a third", async () => {
    const workspace = await twoRegistries();
    const card = { [`${A}/models/fraud/README.md`]: "# Fraud\n" };
    commitOn(workspace, "bb/promote/staging/fraud/1.0.0", card);
    commitOn(workspace, "both", { ...card, [`${B}/models/fraud/README.md`]: "# Fraud\n" });
    commitOn(workspace, "third", {
      ...card,
      "c/modeltrail.yaml": textOf(aRegistry([{ name: "staging" }])),
    });
    for (const branch of ["bb/promote/staging/fraud/1.0.0", "both", "third"])
      await expect(mergeProposal(await workspace.open(A), branch), branch).rejects.toMatchObject({
        code: "MERGE_REFUSED",
      });
  });

  it("lets other files through as ever, also those that lie beside a registry's", async () => {
    const workspace = await twoRegistries();
    commitOn(workspace, "notes", {
      [`${A}/models/fraud/README.md`]: "# Fraud\n",
      "docs/models/fraud.md": "x\n",
      [`${B}/notes.md`]: "x\n",
    });
    expect(await mergeProposal(await workspace.open(A), "notes")).toMatchObject({ status: "merged" });
  });

  it("refuses changes of the one around it, and of one below it", async () => {
    const workspace = empty();
    await init(workspace, ".", "whole");
    await init(workspace, "sub", "part");
    commitOn(workspace, "in-root", { "models/x/model.yaml": "kind: [" });
    commitOn(workspace, "in-sub", { "sub/models/x/model.yaml": "kind: [" });
    const merge = async (folder: string, branch: string): Promise<unknown> =>
      mergeProposal(await workspace.open(folder), branch);
    await expect(merge("sub", "in-root")).rejects.toMatchObject({ code: "MERGE_REFUSED" });
    await expect(merge(".", "in-sub")).rejects.toMatchObject({ code: "MERGE_REFUSED" });
    for (const [folder, branch] of [
      [".", "in-root"],
      ["sub", "in-sub"],
    ] as const)
      expect(await merge(folder, branch)).toMatchObject({ status: "denied" });
  });
});

describe("two registries of one name", () => {
  it("do not take each other's proposals for their own", async () => {
    const workspace = await twoRegistries(["models", "models"]);
    await register(workspace, B, "2.0.0");
    const branch = "models/promote/staging/fraud/1.0.0";
    const first = await promoteVersion(await workspace.open(A), "fraud@1.0.0", "staging");
    expect(first).toMatchObject({ branch });
    const head = workspace.git("rev-parse", branch);
    await expect(promoteVersion(await workspace.open(B), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "FOREIGN_COMMITS",
    });
    expect(await promoteVersion(await workspace.open(B), "fraud@2.0.0", "staging")).toMatchObject({
      superseded: [],
    });
    expect(workspace.git("rev-parse", branch)).toBe(head);
    expect(await mergeProposal(await workspace.open(A), branch)).toMatchObject({ status: "merged" });
    expect(await resolveModel(await workspace.open(A), "fraud@staging")).toMatchObject({ version: "1.0.0" });
  });

  it("are not made, unless it is a default that another takes the place of", async () => {
    const workspace = empty();
    await init(workspace, A, "models");
    await expect(init(workspace, B, "models")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining(`"${A}"`),
    });
    await expect(init(workspace, B, "models", "models")).rejects.toMatchObject({ code: "USAGE" });
    expect(await init(workspace, B, "models", "team-b-models")).toMatchObject({ name: "team-b-models" });
    expect(await init(workspace, B, "models", "other")).toMatchObject({ status: "unchanged" });
    expect(workspace.git("show", `HEAD:${B}/modeltrail.yaml`)).toContain('name: "team-b-models"');
  });

  it("are what doctor warns of, and so are two that are recorded in one branch", async () => {
    expect(await lookFrom(await twoRegistries(), A)).toMatchObject({ status: "ok" });
    const workspace = await twoRegistries(["models", "models"]);
    expect(await lookFrom(workspace, A)).toMatchObject({
      status: "warn",
      message: expect.stringContaining(`"${B}" is called models`),
    });
    const path = join(A, "modeltrail.yaml");
    const text = workspace.git("show", `HEAD:${path}`).replace('"models"', '"aa"');
    workspace.write(path, `${text}  audit: {branch: "modeltrail-audit-models"}\n`);
    workspace.git("commit", "--quiet", "--all", "-m", "rename");
    expect(await lookFrom(workspace, B)).toMatchObject({
      status: "warn",
      message: expect.stringContaining("modeltrail-audit-models"),
    });
  });
});

async function lookFrom(
  workspace: Workspace,
  folder: string,
): Promise<Diagnosis["checks"][number] | undefined> {
  const { checks } = await diagnose(await workspace.open(folder));
  return checks.find(({ name }) => name === "neighbours");
}

describe("a registry among the models of another", () => {
  it.each(["models", "models/x", "Models/x/y"])("is not made in %s", async (folder) => {
    const workspace = empty();
    await init(workspace, ".", "whole");
    const head = workspace.git("rev-parse", "HEAD");
    await expect(init(workspace, folder, "part")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("repository's root"),
    });
    expect(workspace.git("rev-parse", "HEAD")).toBe(head);
  });

  it("is not made around it either, and doctor warns of it where it is", async () => {
    const workspace = empty();
    await init(workspace, "ml/models/x", "part");
    await expect(init(workspace, "ml", "whole")).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining('"ml/models/x"'),
    });
    expect(await init(workspace, "ml/other", "beside")).toMatchObject({ status: "created" });
    workspace.write("ml/modeltrail.yaml", textOf(aRegistry([{ name: "staging" }])));
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "by hand");
    expect(await lookFrom(workspace, "ml/models/x")).toMatchObject({ status: "warn" });
  });
});
