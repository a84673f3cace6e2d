import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";
import { fillRegistry, newShell, type Shell } from "./world.ts";

let workspace: Workspace;
let shell: Shell;

beforeAll(async () => {
  workspace = newWorkspace();
  shell = newShell(workspace.folder);
  await fillRegistry(workspace, shell);
});
afterAll(() => workspace.dispose());

/** A command line, what it said, and its exit code, with what changes from run to run taken out. */
async function transcript(argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(...argv);
  const steady = (text: string): string =>
    text
      .replaceAll(/\b[0-9a-f]{40}\b/g, "<commit>")
      .replaceAll(/\b(?=[0-9a-f]*[0-9])[0-9a-f]{10}\b/g, "<commit>")
      .replaceAll(/\b[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z/g, "<time>")
      .replaceAll(workspace.folder, "<folder>");
  return [
    `$ modeltrail ${argv.join(" ")}`,
    steady(stdout),
    ...(stderr === "" ? [] : ["--- standard error", steady(stderr)]),
    `--- exit ${code}`,
    "",
  ].join("\n");
}

describe("transcripts", () => {
  it.each([
    ["help", ["--help"]],
    ["help-promote", ["promote", "--help"]],
    ["list", ["list"]],
    ["show-model", ["show", "fraud-detector"]],
    ["show-version", ["show", "fraud-detector@production"]],
    ["resolve", ["resolve", "fraud-detector@production"]],
    ["resolve-json", ["resolve", "fraud-detector@production", "-o", "json"]],
    ["resolve-empty", ["resolve", "fraud-detector@canary"]],
    ["diff", ["diff", "fraud-detector@1.0.0", "1.1.0"]],
    ["diff-yaml", ["diff", "fraud-detector@1.0.0", "1.1.0", "-o", "yaml"]],
    ["history", ["history"]],
    ["proposals", ["proposals"]],
    ["promote-denied", ["promote", "fraud-detector@1.2.0", "--to", "production"]],
    [
      "promote-unchanged",
      ["promote", "fraud-detector@1.1.0", "--to", "production", "--reason", "Better recall"],
    ],
    ["gate-denied", ["gate", "fraud-detector@production", "--expect-version", "1.1.0"]],
    ["validate", ["validate"]],
  ] as const)("%s", async (name, argv) => {
    await expect(await transcript(argv)).toMatchFileSnapshot(`../golden/cli/${name}.txt`);
  });

  it("a stage edited by hand", async () => {
    const path = "models/fraud-detector/stages/production/stage.yaml";
    const text = readFileSync(join(workspace.folder, path), "utf8");
    workspace.git("checkout", "--quiet", "-b", "by-hand");
    workspace.write(path, text.replace('version: "1.0.0"', 'version: "1.1.0"'));
    workspace.git("commit", "--quiet", "-a", "-m", "1.1.0 to production");
    const said = await transcript(["validate", "--base", "main"]);
    workspace.git("checkout", "--quiet", "main");
    await expect(said).toMatchFileSnapshot("../golden/cli/validate-by-hand.txt");
    expect(said).toContain('digest: "sha256:');
  });
});
