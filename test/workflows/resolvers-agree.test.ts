import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { renderModel } from "../../src/report/text/show.ts";
import { renderPage } from "../../src/report/page.ts";
import { diffVersions } from "../../src/workflows/diff.ts";
import { gateStage } from "../../src/workflows/gate.ts";
import { listModels } from "../../src/workflows/list.ts";
import { pullModel } from "../../src/workflows/pull.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { showModel } from "../../src/workflows/show.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../builders/manifests.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

const versionFile = "models/fraud/versions/1.0.0.yaml";
const stageFile = "models/fraud/stages/staging/stage.yaml";

let sound: Workspace;

beforeAll(async () => {
  sound = await soundRegistry();
});
afterAll(() => sound.dispose());

/** A registry whose one version is really stored, and at staging. */
async function soundRegistry(): Promise<Workspace> {
  const workspace = newWorkspace();
  const storage = { uri: "file:.modeltrail/artifacts/" };
  const policy = aRegistry([{ name: "staging" }], { storage, registration: "direct" });
  workspace.write("modeltrail.yaml", textOf(policy));
  workspace.write(".gitignore", "/.modeltrail/\n");
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "registry");
  const bytes = workspace.write("../model.bin", "weights\n");
  await registerVersion(await workspace.open(), "fraud", bytes, { version: "1.0.0" });
  const version = aVersion("fraud", "1.0.0");
  const text = workspace.git("show", `HEAD:${versionFile}`);
  const valueOf = (field: string): string =>
    new RegExp(`^    ${field}: "?([^"\n]*)"?$`, "m").exec(text)?.[1] ?? "";
  const { spec } = version;
  const artifact = {
    ...spec.artifact,
    uri: valueOf("uri"),
    digest: valueOf("digest"),
    sizeBytes: Number(valueOf("sizeBytes")),
    format: valueOf("format"),
    formatVersion: valueOf("formatVersion"),
  };
  workspace.write(stageFile, textOf(aStage("staging", { ...version, spec: { ...spec, artifact } })));
  commit(workspace, "stage");
  workspace.git("tag", "sound");
  await expect(resolveModel(await workspace.open(), "fraud@staging")).resolves.toBeDefined();
  return workspace;
}

/** The same with one file broken. */
function broken(path: string, edit: (text: string) => string): Workspace {
  const workspace = sound;
  workspace.git("reset", "--quiet", "--hard", "sound");
  const before = workspace.git("show", `HEAD:${path}`);
  const after = edit(before);
  expect(after).not.toBe(before);
  workspace.write(path, after);
  commit(workspace, "break");
  return workspace;
}

function commit(workspace: Workspace, message: string): void {
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", message);
}

type Edit = readonly [what: string, path: string, edit: (text: string) => string];

const copies: readonly Edit[] = [
  ["another format", stageFile, (text) => text.replace(/format: ".*"/, 'format: "pickle"')],
  ["another formatVersion", stageFile, (text) => text.replace(/formatVersion: ".*"/, 'formatVersion: "9"')],
  ["another uri", stageFile, (text) => text.replace(/uri: ".*"/, 'uri: "file:elsewhere/x/"')],
  ["another sizeBytes", stageFile, (text) => text.replace(/sizeBytes: ".*"/, 'sizeBytes: "1"')],
  ["another digest", stageFile, (text) => text.replace(/digest: ".*"/, `digest: "sha256:${"0".repeat(64)}"`)],
];
const names: readonly Edit[] = [
  ["another metadata.name", stageFile, (text) => text.replace('"fraud-staging"', '"fraud-production"')],
  [
    "another label for its model",
    stageFile,
    (text) => text.replace('dev/model: "fraud"', 'dev/model: "churn"'),
  ],
  [
    "another label for its stage",
    stageFile,
    (text) => text.replace('dev/stage: "staging"', 'dev/stage: "production"'),
  ],
];
const versions: readonly Edit[] = [
  [
    "a version of another metadata.name",
    versionFile,
    (text) => text.replace('"fraud-1.0.0"', '"fraud-1.0.1"'),
  ],
  [
    "a version of another number",
    versionFile,
    (text) => text.replace('version: "1.0.0"', 'version: "1.0.1"'),
  ],
  ["a version of another model", versionFile, (text) => text.replace('model: "fraud"', 'model: "churn"')],
];

describe.each([...copies, ...names, ...versions])("a stage with %s", (_, path, edit) => {
  it("is refused by resolve, gate and pull alike", async () => {
    const workspace = broken(path, edit);
    await expect(resolveModel(await workspace.open(), "fraud@staging")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
      message: expect.stringContaining(path),
    });
    expect(await gateStage(await workspace.open(), "fraud@staging")).toMatchObject({ pass: false });
    await expect(
      pullModel(await workspace.open(), "fraud@staging", join(workspace.folder, "../pulled")),
    ).rejects.toMatchObject({ code: "BROKEN_MANIFEST", message: expect.stringContaining(path) });
  });
});

describe("a list", () => {
  it.each(names)("marks a stage with %s", async (_, path, edit) => {
    const workspace = broken(path, edit);
    expect((await listModels(await workspace.open())).models).toMatchObject([
      { model: "fraud", stages: { staging: null }, broken: true },
    ]);
  });

  it.each([
    ["a model", "models/Fraud/model.yaml", "Fraud"],
    ["a model like __proto__", "models/__proto__/model.yaml", "__proto__"],
    ["a model of a namespace", "models/risk/Churn/model.yaml", "risk/Churn"],
    ["a namespace", "models/Risk/churn/model.yaml", "Risk/churn"],
    ["a version", "models/churn/versions/1.0.yaml", "churn"],
    ["a yank", "models/churn/yanked/V1.yaml", "churn"],
    ["a stage", "models/churn/stages/latest/stage.yaml", "churn"],
    ["one number in two spellings", "models/churn/versions/v1.0.0.yaml", "churn"],
  ])("marks a bad name of %s", async (_, path, model) => {
    const workspace = newWorkspace();
    open.push(workspace);
    workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "staging" }])));
    workspace.write("models/good/model.yaml", textOf(aModel("good")));
    workspace.write("models/churn/model.yaml", textOf(aModel("churn")));
    workspace.write("models/churn/versions/1.0.0.yaml", textOf(aVersion("churn", "1.0.0")));
    workspace.write(path, "x");
    commit(workspace, "names");
    const rows = new Map((await listModels(await workspace.open())).models.map((row) => [row.model, row]));
    expect(rows.get(model)).toMatchObject({ broken: true });
    expect(rows.get("good")).toMatchObject({ broken: false });
  });

  it.each([versionFile, "models/fraud/model.yaml"])("marks a link where %s should be", async (path) => {
    const workspace = broken("modeltrail.yaml", (text) => `${text}\n`);
    const oid = workspace.git("rev-parse", `HEAD:${path}`).trim();
    execFileSync("git", ["update-index", "--cacheinfo", `120000,${oid},${path}`], {
      cwd: workspace.folder,
      env: TEST_ENV,
    });
    workspace.git("commit", "--quiet", "-m", "link");
    expect((await listModels(await workspace.open())).models).toMatchObject([{ broken: true }]);
  });
});

describe("show", () => {
  it.each([...copies, ...names])("leaves out a stage with %s", async (_, path, edit) => {
    const workspace = broken(path, edit);
    const { versions: rows, findings } = await showModel(await workspace.open(), "fraud");
    expect(rows).toMatchObject([{ version: "1.0.0", stages: [], broken: false }]);
    expect(findings.length).toBeGreaterThan(0);
    for (const { file } of findings) expect(file).toBe(path);
    await expect(showModel(await workspace.open(), "fraud@staging")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
      message: expect.stringContaining(path),
    });
  });
});

describe("a version whose manifest says something else than its path", () => {
  const path = versionFile;
  const edit = (text: string): string => text.replace('version: "1.0.0"', 'version: "1.0.1"');

  it.each(["fraud@staging", "fraud@1.0.0", "fraud@latest"])(
    "is shown as %s, and marked",
    async (reference) => {
      const workspace = broken(path, edit);
      const details = await showModel(await workspace.open(), reference);
      expect(details).toMatchObject({
        asked: "1.0.0",
        selected: { version: "1.0.1" },
        versions: [{ version: "1.0.0", broken: true }],
        findings: expect.arrayContaining([expect.objectContaining({ code: "PATH_MISMATCH", file: path })]),
      });
      const look = { width: 120, hints: false, now: new Date(0), suggest: () => undefined };
      const text = renderPage(renderModel(details, look), { color: false });
      expect(text).toMatch(/^broken/m);
      expect(workspace.warnings.join()).toContain(path);
    },
  );

  it("is compared with nothing", async () => {
    const workspace = broken(path, edit);
    await expect(
      diffVersions(await workspace.open(), "fraud@staging", "fraud@staging"),
    ).rejects.toMatchObject({ code: "BROKEN_MANIFEST" });
  });
});
