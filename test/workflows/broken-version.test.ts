import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { gateStage } from "../../src/workflows/gate.ts";
import { listModels } from "../../src/workflows/list.ts";
import { pullModel } from "../../src/workflows/pull.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf } from "../builders/manifests.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

const one = aVersion("fraud", "1.0.0");
const versionFile = "models/fraud/versions/1.0.0.yaml";
const stageFile = "models/fraud/stages/staging/stage.yaml";

function registry(files: Readonly<Record<string, string>>): Workspace {
  const workspace = newWorkspace();
  open.push(workspace);
  const all = {
    "modeltrail.yaml": textOf(aRegistry([{ name: "staging" }])),
    "models/fraud/model.yaml": textOf(aModel("fraud")),
    [versionFile]: textOf(one),
    [stageFile]: textOf(aStage("staging", one)),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) workspace.write(path, text);
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "registry");
  return workspace;
}

const digest = one.spec.artifact.digest;
const otherDigest = `sha256:${"0".repeat(64)}`;
const cases: readonly [string, Readonly<Record<string, string>>, RegExp][] = [
  ["cannot be parsed", { [versionFile]: "kind: [" }, /versions\/1\.0\.0\.yaml/],
  ["breaks its schema", { [versionFile]: `${textOf(one)}extra: "1"\n` }, /versions\/1\.0\.0\.yaml/],
  [
    "says another number than its path",
    { [versionFile]: textOf(aVersion("fraud", "1.0.1")) },
    /versions\/1\.0\.0\.yaml:\d+: (metadata\.name|spec\.version)/,
  ],
  [
    "has a digest that is not of its files",
    {
      [versionFile]: textOf(one).replace(digest, otherDigest),
      [stageFile]: textOf(aStage("staging", one)).replace(digest, otherDigest),
    },
    /versions\/1\.0\.0\.yaml:\d+: spec\.artifact\.digest/,
  ],
  [
    "differs from the stage's copy",
    { [stageFile]: textOf(aStage("staging", one)).replace(digest, otherDigest) },
    /stages\/staging\/stage\.yaml:\d+: spec\.artifact\.digest/,
  ],
  [
    "does not exist",
    { [stageFile]: textOf(aStage("staging", aVersion("fraud", "9.9.9"))) },
    /stages\/staging\/stage\.yaml:\d+: fraud has no version 9\.9\.9/,
  ],
];

describe("a stage whose version's manifest", () => {
  it.each(cases)("%s is let through by no command", async (_, files, message) => {
    const workspace = registry(files);
    await expect(resolveModel(await workspace.open(), "fraud@staging")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
      message: expect.stringMatching(message),
    });
    expect(await gateStage(await workspace.open(), "fraud@staging")).toMatchObject({ pass: false });
    const target = join(workspace.folder, "../pulled");
    await expect(pullModel(await workspace.open(), "fraud@staging", target)).rejects.toMatchObject({
      name: "ModeltrailError",
    });
  });

  it("is a symbolic link is let through by no command", async () => {
    const workspace = registry({});
    const oid = workspace.git("rev-parse", `HEAD:${versionFile}`).trim();
    execFileSync("git", ["update-index", "--cacheinfo", `120000,${oid},${versionFile}`], {
      cwd: workspace.folder,
      env: TEST_ENV,
    });
    workspace.git("commit", "--quiet", "-m", "link");
    await expect(resolveModel(await workspace.open(), "fraud@staging")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
    });
  });

  it("is whole is answered, also when the version was yanked or a neighbour is broken", async () => {
    const workspace = registry({
      "models/fraud/versions/1.1.0.yaml": "kind: [",
      "models/fraud/yanked/1.0.0.yaml": textOf(aYank("fraud", "1.0.0")),
    });
    expect(await resolveModel(await workspace.open(), "fraud@staging")).toMatchObject({
      version: "1.0.0",
      digest,
      yanked: true,
    });
  });

  it.each([
    ["is missing", { [stageFile]: textOf(aStage("staging", aVersion("fraud", "9.9.9"))) }],
    ["was yanked", { "models/fraud/yanked/1.0.0.yaml": textOf(aYank("fraud", "1.0.0")) }],
  ])("%s marks the row of its model in a list", async (_, files) => {
    const workspace = registry(files);
    expect((await listModels(await workspace.open())).models).toMatchObject([
      { model: "fraud", broken: true },
    ]);
    expect(workspace.warnings.join()).toContain(
      "fraud has a broken manifest, or a stage without a usable version",
    );
  });

  it("asked for by number, is refused in the same way", async () => {
    const workspace = registry({ [versionFile]: textOf(one).replace(digest, otherDigest) });
    await expect(resolveModel(await workspace.open(), "fraud@1.0.0")).rejects.toMatchObject({
      code: "BROKEN_MANIFEST",
    });
  });
});
