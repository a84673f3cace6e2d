import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gateStage } from "../../src/workflows/gate.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { aRegistry, aYank, textOf } from "../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const STAGE = "models/fraud/stages/staging/stage.yaml";
const VERSION = "models/fraud/versions/1.0.0.yaml";

let workspace: Workspace;

beforeAll(async () => {
  workspace = newWorkspace();
  const storage = { uri: "file:.modeltrail/artifacts/" };
  workspace.write(
    "modeltrail.yaml",
    textOf(aRegistry([{ name: "staging" }], { storage, registration: "direct" })),
  );
  workspace.write(".gitignore", "/.modeltrail/\n");
  commit("registry");
  const bytes = workspace.write("../model.bin", "weights\n");
  await registerVersion(await workspace.open(), "fraud", bytes, { version: "1.0.0" });
  const artifact = workspace
    .git("show", `HEAD:${VERSION}`)
    .split("\n")
    .filter((line) => /^ {4}(uri|digest|format|formatVersion|sizeBytes): /.test(line))
    .map((line) => line.replace(/^( {4}sizeBytes: )(\d+)$/, '$1"$2"'));
  const header = [
    "# +argocd:skip-file-rendering",
    "apiVersion: modeltrail.dev/v1",
    "kind: ModelStage",
    "metadata:",
    '  name: "fraud-staging"',
    '  labels: {modeltrail.dev/model: "fraud", modeltrail.dev/stage: "staging"}',
    '  annotations: {config.kubernetes.io/local-config: "true"}',
    "spec:",
    '  model: "fraud"',
    '  stage: "staging"',
    '  version: "1.0.0"',
    "  artifact:",
  ];
  workspace.write(STAGE, `${[...header, ...artifact].join("\n")}\n`);
  commit("stage");
  workspace.git("tag", "sound");
});
afterAll(() => workspace.dispose());

function commit(message: string): void {
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", message);
}

async function gateAfter(change: () => void): Promise<{ pass: boolean; reasons: readonly string[] }> {
  workspace.git("reset", "--quiet", "--hard", "sound");
  change();
  commit("change");
  return gateStage(await workspace.open(), "fraud@staging");
}

describe("gate", () => {
  it("passes what is whole, whatever lies elsewhere in the model", async () => {
    const answer = await gateAfter(() => {
      workspace.write("models/fraud/README.md", "# Fraud\n");
      workspace.write("models/fraud/versions/2.0.0.yaml", "broken: [\n");
    });
    expect(answer).toMatchObject({ pass: true, reasons: [] });
  });

  const yank = textOf(aYank("fraud", "1.0.0"))
    .replaceAll('"1.0.0"', '"v1.0.0"')
    .replace("fraud-1", "fraud-v1");
  it.each([
    ["a yank of the same number, written otherwise", "models/fraud/yanked/v1.0.0.yaml", yank],
    ["a yank by another ending", "models/fraud/yanked/1.0.0.yml", textOf(aYank("fraud", "1.0.0"))],
    ["a broken yank", "models/fraud/yanked/1.0.0.yaml", "broken: [\n"],
    ["the same number as another manifest", "models/fraud/versions/v1.0.0.yaml", "x: 1\n"],
  ])("denies where there is %s", async (_, path, content) => {
    const { pass, reasons } = await gateAfter(() => workspace.write(path, content));
    expect(pass).toBe(false);
    expect(reasons.length).toBeGreaterThan(0);
  });

  it("denies a stage that the policy no longer has", async () => {
    const { pass, reasons } = await gateAfter(() => {
      const storage = { uri: "file:.modeltrail/artifacts/" };
      workspace.write("modeltrail.yaml", textOf(aRegistry([{ name: "production" }], { storage })));
    });
    expect(pass).toBe(false);
    expect(reasons.join()).toContain("staging");
  });
});
