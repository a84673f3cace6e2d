import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { cloneWorkspace, type Workspace } from "../builders/workspace.ts";
import { openWorld, type World } from "../servers/github/world.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { newShell, type Spoken } from "./world.ts";

let world: World | undefined;
let workspace: Workspace | undefined;
const folders: string[] = [];
afterEach(async () => {
  await workspace?.dispose();
  await world?.close();
  world = undefined;
  workspace = undefined;
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

interface GitHubShell {
  readonly world: World;
  readonly workspace: Workspace;
  readonly storage: string;
  run(...argv: readonly string[]): Promise<Spoken>;
  /** Without a token in the environment. */
  runBare(...argv: readonly string[]): Promise<Spoken>;
}

/** A clone of an empty `acme/models`, and a token. */
async function start(): Promise<GitHubShell> {
  const opened = await openWorld();
  world = opened;
  const clone = cloneWorkspace(opened.repository.git.folder);
  workspace = clone;
  clone.git("remote", "set-url", "origin", opened.server.gitUrl("acme/models"));
  const artifacts = mkdtempSync(join(tmpdir(), "modeltrail-artifacts-"));
  folders.push(artifacts);
  const shell = newShell(clone.folder);
  const { id, login } = opened.token.user;
  const mail = `${id}+${login}@users.noreply.github.com`;
  const env = { GITHUB_TOKEN: opened.token.value, GIT_AUTHOR_EMAIL: mail, GIT_COMMITTER_EMAIL: mail };
  return {
    world: opened,
    workspace: clone,
    storage: `file:${artifacts}/`,
    run: (...argv) => shell.runWith({ env }, ...argv),
    runBare: (...argv) => shell.run(...argv),
  };
}

async function made(shell: GitHubShell): Promise<void> {
  const { world: opened, workspace: clone, storage, run } = shell;
  const api = opened.server.apiUrl;
  const place = ["--storage", storage, "--github", "acme/models", "--github-api", api];
  const { code } = await run("init", "--name", "acme", ...place);
  expect(code).toBe(0);
  clone.git("push", "--quiet", opened.repository.git.folder, "main");
}

describe("with GitHub", () => {
  it("the commands tell the life of a pull request, in text and in JSON", async () => {
    const shell = await start();
    const { world: opened, workspace: clone, run } = shell;
    await made(shell);
    const file = clone.write("../weights.bin", "weights");

    const registered = await run("register", "fraud", file, "--version", "1.0.0", "-o", "json");
    expect(registered.code).toBe(0);
    expect(expectDocument("register", registered.stdout)).toMatchObject({ request: { number: 1 } });
    expect((await run("merge", "1")).stdout).toContain("Merged #1 register/fraud/1.0.0");

    const promoted = await run("promote", "fraud@1.0.0", "--to", "staging", "--reason", "First");
    expect(promoted).toMatchObject({ code: 0 });
    expect(promoted.stdout).toContain("Proposed on promote/staging/fraud/1.0.0");
    expect(promoted.stdout).toMatch(/#2 http:\/\/.*\/acme\/models\/pull\/2/);
    expect(promoted.stderr).toContain("Next: modeltrail merge 2");
    const again = await run("promote", "fraud@1.0.0", "--to", "staging", "-o", "json");
    expect(expectDocument("promote", again.stdout)).toMatchObject({
      status: "unchanged",
      request: { number: 2, author: "ada", draft: false },
    });

    await opened.as("rob").pulls.createReview({ ...opened.at, pull_number: 2, event: "APPROVE" });
    const listed = await run("proposals");
    expect(listed.stdout).toMatch(/#\s+BRANCH\s+VERDICT\s+APPROVED BY\s+BY\s+AGE\s+WHAT/);
    expect(listed.stdout).toMatch(/2\s+promote\/staging\/fraud\/1\.0\.0\s+pass\s+rob\s+ada/);
    const document = await run("proposals", "-o", "json");
    expect(expectDocument("proposals", document.stdout)).toMatchObject({
      proposals: [{ request: { number: 2 }, approvals: ["rob"] }],
    });

    const judged = await run("validate", "--pull-request", "#2", "-o", "json");
    expect(expectDocument("validate", judged.stdout)).toMatchObject({ verdict: "pass" });
    const doctor = await run("doctor");
    expect(doctor.stdout).toContain("acme/models answers; 1 proposal open");

    const merged = await run("merge", "#2", "-o", "json");
    expect(expectDocument("merge", merged.stdout)).toMatchObject({
      status: "merged",
      request: { number: 2 },
    });
    expect((await run("resolve", "fraud@staging", "--field", "version")).stdout).toBe("1.0.0\n");
    expect((await run("proposals")).stdout).toBe("No proposal is open.\n");
  });

  it("says what is missing: a token, the right clone, a pull request, a sensible option", async () => {
    const shell = await start();
    const { workspace: clone, run, runBare } = shell;
    await made(shell);
    const bare = await runBare("proposals", "-o", "json");
    expect(bare.code).toBe(2);
    expect(expectMessages(bare.stderr)).toMatchObject([
      { error: { code: "CREDENTIALS", hint: expect.stringContaining("GITHUB_TOKEN") as string } },
    ]);
    const absent = await run("merge", "7");
    expect(absent.code).toBe(1);
    expect(absent.stderr).toContain("NOT_FOUND");
    for (const argv of [
      ["validate", "--pull-request", "seven"],
      ["validate", "--pull-request", "7", "--base", "main"],
      ["promote", "fraud@1.0.0", "--to", "staging", "--wait", "soon"],
      ["init", "x", "--github-api", "https://ghe.acme.com/api/v3"],
    ])
      expect(await run(...argv), argv.join(" ")).toMatchObject({ code: 2 });
    clone.git("remote", "set-url", "origin", "https://github.com/acme/other.git");
    const elsewhere = await run("proposals", "--no-push");
    expect(elsewhere.code).toBe(0);
  });

  it("keeps --wait and --auto-merge for pull requests", async () => {
    const shell = await start();
    const { workspace: clone, run, storage } = shell;
    await run("init", "--name", "acme", "--storage", storage);
    clone.git("push", "--quiet", shell.world.repository.git.folder, "main");
    const file = clone.write("../weights.bin", "weights");
    // A plain host asks for credentials of its own; on this machine alone none are needed.
    expect(await run("register", "fraud", file, "--version", "1.0.0", "--no-push")).toMatchObject({
      code: 0,
    });
    for (const option of ["--wait", "--auto-merge"]) {
      const { code, stderr } = await run("promote", "fraud@1.0.0", "--to", "staging", "--no-push", option);
      expect(code).toBe(2);
      expect(stderr).toContain("are for pull requests");
    }
  });

  it("works on a registry by its address, from an empty folder", async () => {
    const shell = await start();
    await made(shell);
    const { world: opened, workspace: clone } = shell;
    const file = clone.write("../weights.bin", "weights");
    const folder = mkdtempSync(join(tmpdir(), "modeltrail-empty-"));
    folders.push(folder);
    const { runWith } = newShell(folder);
    // Whom Git would name is nobody's business here.
    const env = { GITHUB_TOKEN: opened.token.value, GIT_AUTHOR_NAME: "", GIT_AUTHOR_EMAIL: "" };
    const place = ["--registry", `${opened.server.url}/acme/models`];
    const run = (...argv: readonly string[]): Promise<Spoken> => runWith({ env }, ...argv, ...place);

    expect(await run("register", "fraud", file, "--version", "1.0.0")).toMatchObject({ code: 0 });
    expect(await run("merge", "1")).toMatchObject({ code: 0 });
    const promoted = await run("promote", "fraud@1.0.0", "--to", "staging", "-o", "json");
    expect(promoted).toMatchObject({ code: 0 });
    expect(expectDocument("promote", promoted.stdout)).toMatchObject({
      status: "opened",
      request: { number: 2, author: "ada" },
    });
    const { git, signed } = opened.repository;
    expect(signed.has(git.parse("refs/heads/promote/staging/fraud/1.0.0") ?? "")).toBe(true);
    const listed = await run("proposals", "-o", "json");
    expect(expectDocument("proposals", listed.stdout)).toMatchObject({
      proposals: [{ request: { number: 2 }, verdict: "pass" }],
    });
    const merged = await run("merge", "2", "-o", "json");
    expect(expectDocument("merge", merged.stdout)).toMatchObject({ status: "merged" });
    expect((await run("resolve", "fraud@staging", "--field", "version")).stdout).toBe("1.0.0\n");

    for (const argv of [["init"], ["validate"]]) {
      const refused = await run(...argv, "-o", "json");
      expect(refused.code, argv.join(" ")).toBe(2);
      expect(expectMessages(refused.stderr)).toMatchObject([{ error: { code: "USAGE" } }]);
    }
    expect(readdirSync(folder)).toEqual([]);
  });
});
