import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { InitResult } from "../../src/workflows/init.ts";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { newShell } from "./world.ts";

const ACTION = `modeltrail/modeltrail@${"0123456789".repeat(4)}`;
const GITHUB = ["--github", "acme/models", "--action", ACTION];
const S3 = ["--storage", "s3://acme-models/registry/", "--region", "eu-west-1"];
const OWNERS = ".github/CODEOWNERS";

let workspace: Workspace;
afterEach(() => workspace.dispose());

function read(path: string): string {
  return readFileSync(join(workspace.folder, path), "utf8");
}

function commitAll(message: string): string {
  runGit(workspace.folder, "add", ".");
  runGit(workspace.folder, "commit", "--quiet", "--message", message);
  return runGit(workspace.folder, "rev-parse", "HEAD").trim();
}

describe("init --github, beside what is there", () => {
  it("takes no path from those who own it, and says who keeps which", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    workspace.write(OWNERS, "* @everybody\n/.github/ @acme/security\n");
    commitAll("Owners");
    const made = await shell.run("init", "ml", ...GITHUB, "--owners", "intern");
    expect(made, made.stderr).toMatchObject({ code: 0 });
    expect(read(OWNERS)).toContain("/ml/modeltrail.yaml @intern\n");
    expect(read(OWNERS)).toContain("/.github/workflows/modeltrail-audit-ml.yml @acme/security @intern\n");
    expect(read(OWNERS)).not.toMatch(/^\/\.github\/(workflows\/)? .*@intern/m);
    expect(made.stderr).toContain("/.github/CODEOWNERS (@acme/security, line 2)");
    const again = await shell.run("init", "ml", ...GITHUB, "-o", "json");
    expect(expectDocument("init", again.stdout)).toMatchObject({ status: "unchanged", files: [] });
  });

  it("calls the rules of two registries by two names", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const names = new Set<string>();
    for (const folder of ["one", "two"]) {
      const { stdout } = await shell.run("init", folder, ...GITHUB, "-o", "json");
      const { rules } = JSON.parse(stdout) as InitResult;
      for (const { body } of rules ?? []) names.add(body.name);
    }
    expect(names.size).toBe(4);
  });

  it("keeps every byte that is not ours, or leaves the file alone", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    const theirs = Buffer.from("\ufeff# größe\r\n* @everybody\r\n");
    workspace.write(OWNERS, theirs);
    workspace.write(".gitignore", Buffer.from("\ufeffgröße/"));
    commitAll("Theirs");
    expect(await shell.run("init", "--name", "acme", ...GITHUB, "--owners", "ada")).toMatchObject({
      code: 0,
    });
    expect(readFileSync(join(workspace.folder, OWNERS)).subarray(0, theirs.length)).toEqual(theirs);
    expect(read(".gitignore")).toBe("\ufeffgröße/\n/.modeltrail/\n");
  });

  it.each([
    [OWNERS, [...GITHUB, "--owners", "ada"]],
    [".gitignore", []],
  ])("does not edit %s that is not UTF-8", async (path, flags) => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    workspace.write(path, Buffer.from("# gr\xf6\xdfe\n", "latin1"));
    const head = commitAll("Latin-1");
    const argv = ["init", "--name", "acme", ...flags];
    const refused = await shell.run(...argv, "-o", "json");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(expectMessages(refused.stderr)).toContainEqual({
      error: expect.objectContaining({ code: "INVALID_INPUT", hint: expect.any(String) }),
    });
    expect(runGit(workspace.folder, "rev-parse", "HEAD").trim()).toBe(head);
    if (path !== ".gitignore") return;
    workspace.write(path, Buffer.from("# gr\xf6\xdfe\n/.modeltrail/\n", "latin1"));
    commitAll("By hand");
    expect(await shell.run(...argv)).toMatchObject({ code: 0 });
    expect(readFileSync(join(workspace.folder, path)).includes(0xf6)).toBe(true);
  });

  it("says what is in the way of a folder", async () => {
    workspace = newWorkspace();
    workspace.write(".github", "a file\n");
    commitAll("A file");
    const refused = await newShell(workspace.folder).run("init", ...GITHUB, "--name", "acme", "-o", "json");
    expect(expectMessages(refused.stderr)).toContainEqual({
      error: expect.objectContaining({ code: "INVALID_INPUT", hint: expect.any(String) }),
    });
  });

  it("warns of versions that are registered by a push", async () => {
    workspace = newWorkspace();
    const shell = newShell(workspace.folder);
    await shell.run("init", "--name", "acme", ...S3);
    expect(read("modeltrail.yaml")).toContain('registration: "direct"');
    const { stderr } = await shell.run("init", ...GITHUB, "-o", "json");
    expect(expectMessages(stderr)).toContainEqual({ warning: expect.stringContaining("pull-request") });
    expect(read("modeltrail.yaml")).toContain('registration: "direct"');
  });

  it.each([
    ["--github", "acme/models.git"],
    ["--github", "acme/.."],
    ["--github", "acme-/x"],
    ["--github", "acme/models", "--github-api", "http://ghe.acme.com/api/v3"],
    ["--github", "acme/models", "--github-api", "https://github.com"],
    ["--github", "acme/models", "--github-api", "nowhere"],
  ])("refuses %s %s %s %s", async (...flags) => {
    workspace = newWorkspace();
    const refused = await newShell(workspace.folder).run("init", "--name", "acme", ...flags, "-o", "json");
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(expectMessages(refused.stderr)).toContainEqual({
      error: expect.objectContaining({ code: "USAGE", hint: expect.any(String) }),
    });
    expect(existsSync(join(workspace.folder, "modeltrail.yaml"))).toBe(false);
  });

  it.each([
    ["https://ghe.acme.com", "https://ghe.acme.com/api/v3"],
    ["https://acme.ghe.com", "https://api.acme.ghe.com"],
    ["https://ghe.acme.com/api/v3", undefined],
    ["https://api.github.com", undefined],
  ])("says where the API of %s would be: %s", async (api, better) => {
    workspace = newWorkspace();
    const made = await newShell(workspace.folder).run(
      "init",
      ...GITHUB,
      ...S3,
      "--github-api",
      api,
      "-o",
      "json",
    );
    expect(made).toMatchObject({ code: 0 });
    const warnings = expectMessages(made.stderr).filter((message) =>
      JSON.stringify(message).includes("has its API"),
    );
    expect(warnings).toEqual(better === undefined ? [] : [{ warning: expect.stringContaining(better) }]);
  });
});
