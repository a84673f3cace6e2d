import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";
import { expectMessages } from "./output-schemas.ts";
import { newShell } from "./world.ts";

let workspace: Workspace;
afterEach(() => workspace.dispose());

it("makes the folder, the repository and the registry, with a name made from the folder's", async () => {
  workspace = newWorkspace();
  const parent = join(workspace.folder, "..");
  const shell = newShell(parent);
  const made = await shell.run("init", "9 My Models!", "--stages", "dev, staging,production");
  expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("Next: modeltrail register") });
  expect(made.stdout).toContain("Made the registry my-models");
  expect(made.stdout).toContain("dev → staging → production");
  const folder = join(parent, "9 My Models!");
  expect(runGit(folder, "symbolic-ref", "HEAD")).toBe("refs/heads/main\n");
  expect(runGit(folder, "status", "--porcelain")).toBe("");
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toBe("/.modeltrail/\n");
});

it("writes what was said of storage", async () => {
  workspace = newWorkspace();
  const shell = newShell(workspace.folder);
  const made = await shell.run(
    "init",
    "--storage",
    "s3://bucket/models",
    "--region",
    "eu-west-1",
    "--endpoint",
    "http://127.0.0.1:1",
    "--path-style",
  );
  expect(made).toMatchObject({ code: 0 });
  const text = readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
  for (const part of [
    'uri: "s3://bucket/models/"',
    'region: "eu-west-1"',
    'endpoint: "http://127.0.0.1:1"',
    "forcePathStyle: true",
  ])
    expect(text).toContain(part);
});

it("refuses names that cannot be, and makes nothing then", async () => {
  workspace = newWorkspace();
  mkdirSync(join(workspace.folder, "x"));
  const shell = newShell(workspace.folder);
  for (const argv of [
    ["--name", "Not A Name"],
    ["--stages", "a,b,a"],
    ["--stages", "latest"],
    ["--stages", ","],
    ["--storage", "ftp://x/"],
  ]) {
    expect(await shell.run("init", ...argv), argv.join(" ")).toMatchObject({ code: 2, stdout: "" });
  }
  expect(runGit(workspace.folder, "status", "--porcelain")).toBe("");
});

it("leaves a registry that is there alone, and says what was asked for and is not so", async () => {
  workspace = newWorkspace();
  const shell = newShell(workspace.folder);
  expect(await shell.run("init", "--name", "acme")).toMatchObject({ code: 0 });
  const head = runGit(workspace.folder, "rev-parse", "HEAD");
  for (const argv of [[], ["--name", "acme"], ["--stages", "staging, production"]])
    expect(await shell.run("init", ...argv, "-o", "json")).toMatchObject({ code: 0, stderr: "" });
  for (const [argv, word] of [
    [["--stages", "dev,production"], "its stages are staging, production"],
    [["--name", "other"], "its name is acme"],
    [["--storage", "file:elsewhere/"], "its storage is file:.modeltrail/artifacts/"],
  ] as const) {
    const again = await shell.run("init", ...argv, "-o", "json");
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({
      status: "unchanged",
      stages: ["staging", "production"],
    });
    expect(expectMessages(again.stderr)).toMatchObject([{ warning: expect.stringContaining(word) }]);
  }
  expect(runGit(workspace.folder, "rev-parse", "HEAD")).toBe(head);
});

it("names a second registry of a repository after its whole path when the folder's name is taken", async () => {
  workspace = newWorkspace();
  const shell = newShell(workspace.folder);
  const made = async (...argv: readonly string[]): Promise<unknown> => {
    const { code, stdout, stderr } = await shell.run("init", ...argv, "-o", "json");
    return code === 0 ? JSON.parse(stdout) : JSON.parse(stderr);
  };
  expect(await made("team-a/models")).toMatchObject({ name: "models" });
  expect(await made("team-b/models")).toMatchObject({ name: "team-b-models", status: "created" });
  expect(await made("team-c/models", "--name", "models")).toMatchObject({
    error: { code: "USAGE", hint: expect.stringContaining("--name") },
  });
  expect(await made("team-a/models/models/x")).toMatchObject({ error: { code: "USAGE" } });
});
