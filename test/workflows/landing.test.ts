import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { listProposals } from "../../src/workflows/proposals.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { openTeam, type Team } from "../builders/team.ts";
import { newRegistry, runGit, type Workspace } from "../builders/workspace.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function newTeam(): Promise<Team> {
  const team = await openTeam();
  cleanups.push(() => team.dispose());
  return team;
}

async function register(workspace: Workspace, version: string, push = true): Promise<void> {
  workspace.write(`../model-${version}/weights.bin`, `weights of ${version}`);
  const folder = join(workspace.folder, `../model-${version}`);
  const result = await registerVersion(await workspace.open(), "fraud", folder, { version, push });
  expect(result.status).toBe("registered");
}

const BRANCH = "promote/staging/fraud/1.0.0";

describe("without a push", () => {
  it("one landing follows the other on your own branch, and nothing is lost", async () => {
    const { ada, host } = await newTeam();
    const before = runGit(host, "rev-parse", "main");
    await register(ada, "1.0.0", false);
    await register(ada, "1.1.0", false);
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging", { push: false });
    expect(await mergeProposal(await ada.open(), BRANCH, { push: false })).toMatchObject({
      status: "merged",
    });
    await register(ada, "1.2.0", false);
    expect(ada.git("ls-tree", "-r", "--name-only", "main", "models/fraud/")).toBe(
      [
        "models/fraud/model.yaml",
        "models/fraud/stages/staging/stage.yaml",
        ...["1.0.0", "1.1.0", "1.2.0"].map((version) => `models/fraud/versions/${version}.yaml`),
        "",
      ].join("\n"),
    );
    expect(ada.git("status", "--porcelain")).toBe("");
    expect(runGit(host, "rev-parse", "main")).toBe(before);
    expect(ada.git("branch", "--list", "promote/*")).toBe("");
  });
});

describe("a merge with a remote", () => {
  it("moves the branch and deletes the proposal in one push", async () => {
    const { ada, host } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    const log = join(host, "pushes.log");
    const hook = join(host, "hooks", "pre-receive");
    writeFileSync(hook, `#!/bin/sh\ncut -d' ' -f3 | sort | tr '\\n' ' ' >> "${log}"\necho >> "${log}"\n`, {
      mode: 0o755,
    });
    await mergeProposal(await ada.open(), BRANCH);
    expect(readFileSync(log, "utf8")).toBe(
      `refs/heads/main refs/heads/${BRANCH} \nrefs/heads/modeltrail-audit \n`,
    );
  });

  it("asks this machine before anything is pushed", async () => {
    const { ada, host } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    const before = runGit(host, "for-each-ref");
    ada.write("models/fraud/stages/staging/stage.yaml", "mine");
    await expect(mergeProposal(await ada.open(), BRANCH)).rejects.toMatchObject({ code: "DIRTY_WORKTREE" });
    rmSync(join(ada.folder, "models/fraud/stages"), { recursive: true });
    ada.git("switch", "--quiet", "--detach");
    ada.git("worktree", "add", "--quiet", join(ada.folder, "../other"), "main");
    await expect(mergeProposal(await ada.open(), BRANCH)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(runGit(host, "for-each-ref")).toBe(before);
  });

  it("that was killed after the push is finished by running it again", async () => {
    const { ada, host } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    const before = ada.git("rev-parse", "main").trim();
    await mergeProposal(await ada.open(), BRANCH);
    const merged = ada.git("rev-parse", "main").trim();
    // As the push left it.
    ada.git("reset", "--quiet", "--hard", before);
    expect(await mergeProposal(await ada.open(), BRANCH)).toMatchObject({
      status: "already",
      commit: merged,
    });
    expect(ada.git("rev-parse", "main").trim()).toBe(merged);
    expect(ada.git("status", "--porcelain")).toBe("");
    expect(ada.git("for-each-ref", "refs/modeltrail")).toBe("");
    expect(runGit(host, "branch", "--list", "promote/*")).toBe("");
    expect(await mergeProposal(await ada.open(), BRANCH)).toMatchObject({ status: "already" });
  });

  it("leaves no proposal open that was merged elsewhere and is left over here", async () => {
    const { ada, grace } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    grace.git("fetch", "--quiet");
    grace.git("branch", BRANCH, `origin/${BRANCH}`);
    await mergeProposal(await ada.open(), BRANCH);
    expect((await listProposals(await grace.open())).proposals).toEqual([]);
    expect(await mergeProposal(await grace.open(), BRANCH)).toMatchObject({ status: "already" });
    expect(grace.git("branch", "--list", "promote/*")).toBe("");
  });
});

describe("a promotion", () => {
  async function registry(): Promise<Workspace> {
    const workspace = await newRegistry();
    cleanups.push(() => workspace.dispose());
    return workspace;
  }

  it("takes the work tree along when its branch is checked out", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    await register(workspace, "1.1.0");
    workspace.git("switch", "--quiet", BRANCH);
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "updated",
    });
    expect(workspace.git("status", "--porcelain")).toBe("");
    expect(workspace.git("rev-parse", "HEAD~1")).toBe(workspace.git("rev-parse", "main"));
  });

  it("that is run again unchanged leaves what was queued later open", async () => {
    const workspace = await registry();
    for (const version of ["1.0.0", "1.1.0"]) await register(workspace, version);
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    await promoteVersion(await workspace.open(), "fraud@1.1.0", "staging", { queue: true });
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "unchanged",
      superseded: [],
    });
    expect((await listProposals(await workspace.open())).proposals).toHaveLength(2);
  });

  it("repairs a stage that repeats the version's artifact wrongly", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    await mergeProposal(await workspace.open(), BRANCH);
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "already",
    });
    const path = "models/fraud/stages/staging/stage.yaml";
    const text = readFileSync(join(workspace.folder, path), "utf8");
    workspace.write(path, text.replace(/sizeBytes: "\d+"/, 'sizeBytes: "1"'));
    workspace.git("commit", "--quiet", "-am", "by hand");
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).not.toMatchObject({
      status: "already",
    });
  });
});
