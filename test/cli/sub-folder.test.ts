import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";
import { expectDocument } from "./output-schemas.ts";
import { newShell, succeed, type Shell } from "./world.ts";

const STAGE = "ml/registry/models/fraud/stages/staging/stage.yaml";

describe("a registry in a sub-folder", () => {
  let workspace: Workspace;
  let shell: Shell;
  let made: unknown;

  beforeAll(async () => {
    workspace = newWorkspace();
    shell = newShell(workspace.folder);
    workspace.write("README.md", "a larger repository\n");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "first");
    made = expectDocument(
      "init",
      await succeed(shell, "init", "ml/registry", "--name", "acme", "-o", "json"),
    );
    for (const version of ["1.0.0", "1.1.0"]) {
      const path = workspace.write(`../${version}/w.bin`, version);
      await succeed(shell, "register", "fraud", path, "--registry", "ml/registry", "--version", version);
    }
    await succeed(shell, "promote", "fraud@1.0.0", "--to", "staging", "--registry", "ml/registry");
    await succeed(shell, "merge", "acme/promote/staging/fraud/1.0.0", "--registry", "ml/registry");
  });
  afterAll(() => workspace.dispose());

  it("is made there", () => {
    expect(made).toMatchObject({ files: ["ml/registry/modeltrail.yaml", "ml/registry/.gitignore"] });
  });

  it("is named where somebody forgot to name it", async () => {
    for (const argv of [["list"], ["promote", "fraud@1.1.0", "--to", "staging"]]) {
      const { code, stderr } = await shell.run(...argv, "-o", "json");
      expect(code).toBe(2);
      expect(JSON.parse(stderr)).toMatchObject({
        error: { code: "NOT_A_REGISTRY", hint: expect.stringContaining('"ml/registry"') },
      });
    }
  });

  it("is found from inside, and names its paths from the repository's root", async () => {
    const { stdout } = await shell.runWith(
      { cwd: `${workspace.folder}/ml/registry/models` },
      "resolve",
      "fraud@staging",
      "--field",
      "version",
    );
    expect(stdout).toBe("1.0.0\n");
    workspace.write(
      STAGE,
      workspace.git("show", `HEAD:${STAGE}`).replace('version: "1.0.0"', 'version: "1.1.0"'),
    );
    const text = await shell.run("validate", "--registry", "ml/registry");
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(new RegExp(`at ${STAGE}:\\d+:\\d+\n`));
    const json = await shell.run("validate", "--registry", "ml/registry", "-o", "json");
    expect(expectDocument("validate", json.stdout)).toMatchObject({
      suggestions: [{ file: STAGE, version: "1.1.0" }],
    });
    expect(json.stdout).not.toContain('"models/');
    workspace.git("checkout", "--", ".");
  });

  it("does so in verdicts and plans too", async () => {
    const { code, stdout } = await shell.run(
      "promote",
      "fraud@1.1.0",
      "--to",
      "production",
      "--registry",
      "ml/registry",
      "-o",
      "json",
    );
    expect(code).toBe(1);
    expect(expectDocument("promote", stdout)).toMatchObject({
      status: "denied",
      branch: "acme/promote/production/fraud/1.1.0",
      changeSet: { edits: [{ path: "ml/registry/models/fraud/stages/production/stage.yaml" }] },
    });
    expect(stdout).not.toContain('"models/');
  });
});
