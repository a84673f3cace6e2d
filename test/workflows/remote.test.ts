import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { closeProposal, listProposals } from "../../src/workflows/proposals.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { openTeam, type Team } from "../builders/team.ts";
import { runGit, type Workspace } from "../builders/workspace.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function newTeam(): Promise<Team> {
  const team = await openTeam();
  cleanups.push(() => team.dispose());
  return team;
}

async function register(workspace: Workspace, version: string): Promise<void> {
  workspace.write(`../model-${version}/weights.bin`, `weights of ${version}`);
  const result = await registerVersion(
    await workspace.open(),
    "fraud",
    join(workspace.folder, `../model-${version}`),
    { version },
  );
  expect(result.status).toBe("registered");
}

describe("a team with a plain Git host", () => {
  it("shares registrations and proposals, and merges with leases", async () => {
    const { ada, grace, host } = await newTeam();
    await register(ada, "1.0.0");
    expect(runGit(host, "log", "-1", "--format=%s", "main")).toBe("register: fraud 1.0.0\n");
    expect(ada.git("status", "--porcelain", "--branch")).toBe("## main...origin/main\n");

    expect(await promoteVersion(await grace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "opened",
    });
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)")).toContain(
      "promote/staging/fraud/1.0.0",
    );
    expect(grace.git("branch", "--list", "promote/*")).toBe("");
    expect(await promoteVersion(await ada.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "unchanged",
    });

    expect((await listProposals(await ada.open())).proposals).toMatchObject([
      { branch: "promote/staging/fraud/1.0.0", verdict: "pass" },
    ]);
    expect(await mergeProposal(await ada.open(), "promote/staging/fraud/1.0.0")).toMatchObject({
      status: "merged",
    });
    expect(runGit(host, "branch", "--list", "promote/*")).toBe("");
    expect(
      await resolveModel(await grace.open(), "fraud@staging", { ref: "origin/main", fetch: true }),
    ).toMatchObject({ version: "1.0.0" });
    expect((await listProposals(await grace.open())).proposals).toEqual([]);
    for (const folder of [ada.folder, grace.folder, host])
      expect(runGit(folder, "fsck", "--strict", "--no-dangling")).toBe("");
    expect(ada.git("status", "--porcelain", "--branch")).toBe("## main...origin/main\n");
  });

  it("remembers a rejection everywhere, and forgets it everywhere", async () => {
    const { ada, grace } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    await closeProposal(await grace.open(), "promote/staging/fraud/1.0.0");
    await expect(promoteVersion(await ada.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "REJECTED_BEFORE",
    });
    expect(await promoteVersion(await ada.open(), "fraud@1.0.0", "staging", { reopen: true })).toMatchObject({
      status: "opened",
    });
    expect((await listProposals(await grace.open())).proposals).toHaveLength(1);
    expect(await promoteVersion(await grace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "unchanged",
    });
  });

  it("supersedes a colleague's older proposal", async () => {
    const { ada, grace, host } = await newTeam();
    await register(ada, "1.0.0");
    await register(ada, "1.1.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    expect(await promoteVersion(await grace.open(), "fraud@1.1.0", "staging")).toMatchObject({
      superseded: ["promote/staging/fraud/1.0.0"],
    });
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)", "promote/*")).toBe(
      "promote/staging/fraud/1.1.0\n",
    );
    expect((await listProposals(await ada.open())).proposals.map((row) => row.branch)).toEqual([
      "promote/staging/fraud/1.1.0",
    ]);
  });

  it("keeps a proposal here with --no-push, and shares it later", async () => {
    const { ada, host } = await newTeam();
    await register(ada, "1.0.0");
    expect(await promoteVersion(await ada.open(), "fraud@1.0.0", "staging", { push: false })).toMatchObject({
      status: "opened",
    });
    expect(runGit(host, "branch", "--list", "promote/*")).toBe("");
    expect(ada.git("branch", "--list", "--format=%(refname:short)", "promote/*")).toBe(
      "promote/staging/fraud/1.0.0\n",
    );
    expect(await promoteVersion(await ada.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "unchanged",
    });
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)", "promote/*")).toBe(
      "promote/staging/fraud/1.0.0\n",
    );
  });

  it("finishes what a failed push left, when the command is run again", async () => {
    const { ada, host } = await newTeam();
    await register(ada, "1.0.0");
    const hook = join(host, "hooks", "pre-receive");
    writeFileSync(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await expect(promoteVersion(await ada.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      name: "ModeltrailError",
    });
    expect(runGit(host, "branch", "--list", "promote/*")).toBe("");
    rmSync(hook);
    expect(await promoteVersion(await ada.open(), "fraud@1.0.0", "staging")).toMatchObject({
      commit: expect.any(String),
    });
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)", "promote/*")).toBe(
      "promote/staging/fraud/1.0.0\n",
    );
    expect(existsSync(hook)).toBe(false);
  });

  it("says so when your branch has commits of its own, and leaves them alone", async () => {
    const { ada, grace } = await newTeam();
    await register(ada, "1.0.0");
    grace.write("mine.txt", "mine");
    grace.git("add", ".");
    grace.git("commit", "--quiet", "-m", "mine");
    const mine = grace.git("rev-parse", "main");
    await promoteVersion(await grace.open(), "fraud@1.0.0", "staging");
    expect(await mergeProposal(await grace.open(), "promote/staging/fraud/1.0.0")).toMatchObject({
      status: "merged",
    });
    expect(grace.git("rev-parse", "main")).toBe(mine);
    expect(grace.warnings.join()).toContain("commits that the remote does not have");
  });
});
