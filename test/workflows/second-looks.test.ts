import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion, type PromoteOptions } from "../../src/workflows/promote.ts";
import { listProposals } from "../../src/workflows/proposals.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { rollbackStage } from "../../src/workflows/rollback.ts";
import { validateChange } from "../../src/workflows/validate.ts";
import { openTeam } from "../builders/team.ts";
import { newRegistry, runGit, type Workspace } from "../builders/workspace.ts";

const open: { dispose: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

async function register(workspace: Workspace, ...versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    const file = workspace.write(`../fraud-${version}.bin`, version);
    await registerVersion(await workspace.open(), "fraud", file, { version });
  }
}

async function bring(workspace: Workspace, version: string, stage: string): Promise<void> {
  const outcome = await promoteVersion(await workspace.open(), `fraud@${version}`, stage);
  if (outcome.status === "already") return;
  expect(await mergeProposal(await workspace.open(), outcome.branch)).toMatchObject({ status: "merged" });
}

describe("a version whose manifest was taken away by hand and put back", () => {
  it("has been where it was: rollback, judge and history agree", async () => {
    const workspace = await newRegistry();
    open.push(workspace);
    await register(workspace, "1.0.0", "1.1.0");
    for (const version of ["1.0.0", "1.1.0"])
      for (const stage of ["staging", "production"]) await bring(workspace, version, stage);
    workspace.git("rm", "--quiet", "models/fraud/versions/1.0.0.yaml");
    workspace.git("commit", "--quiet", "-m", "Oops");
    workspace.git("revert", "--no-edit", "HEAD");
    const back = await rollbackStage(await workspace.open(), "fraud", "production");
    expect(back).toMatchObject({
      status: "opened",
      branch: "rollback/production/fraud/1.0.0",
      verdict: { verdict: "pass" },
    });
    expect(
      await validateChange(
        await workspace.open(),
        { base: "main", head: "rollback/production/fraud/1.0.0" },
        "none",
      ),
    ).toMatchObject({ verdict: "pass" });
    await mergeProposal(await workspace.open(), "rollback/production/fraud/1.0.0");
    // It has been at staging, though not since its manifest came back.
    await bring(workspace, "1.1.0", "production");
    await bring(workspace, "1.0.0", "production");
  });
});

describe("a promotion that failed before it had superseded the older one", () => {
  it("does so when it is run again, and leaves what came after it", async () => {
    const workspace = await newRegistry();
    open.push(workspace);
    await register(workspace, "1.0.0", "1.1.0", "1.2.0");
    let clock = 1_800_000_000;
    const promote = async (version: string, options: PromoteOptions = {}) => {
      clock += 60;
      const date = `${clock} +0000`;
      const context = await workspace.open(undefined, { GIT_COMMITTER_DATE: date, GIT_AUTHOR_DATE: date });
      return promoteVersion(context, `fraud@${version}`, "staging", options);
    };
    await promote("1.0.0");
    const lock = join(workspace.folder, ".git/refs/modeltrail/superseded/promote/staging/fraud/1.0.0.lock");
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, "");
    await expect(promote("1.1.0")).rejects.toMatchObject({ code: "CONFLICT" });
    rmSync(lock);
    await promote("1.2.0", { queue: true });
    expect(await promote("1.1.0")).toMatchObject({
      status: "unchanged",
      superseded: ["promote/staging/fraud/1.0.0"],
    });
    const { proposals } = await listProposals(await workspace.open());
    expect(proposals.map(({ branch }) => branch)).toEqual([
      "promote/staging/fraud/1.1.0",
      "promote/staging/fraud/1.2.0",
    ]);
  });
});

describe("a proposal that the host squashed and that was rolled back since", () => {
  it("is not open any more for who still has its branch", async () => {
    const team = await openTeam();
    open.push(team);
    const { ada, grace, host } = team;
    await register(ada, "1.0.0", "1.1.0");
    await bring(ada, "1.0.0", "staging");
    await promoteVersion(await ada.open(), "fraud@1.1.0", "staging");
    const branch = "promote/staging/fraud/1.1.0";
    grace.git("fetch", "--quiet");
    grace.git("switch", "--quiet", branch);
    // What the host's button does: one commit on main, and the branch goes.
    ada.git("fetch", "--quiet");
    ada.git("merge", "--quiet", "--squash", `origin/${branch}`);
    ada.git("commit", "--quiet", "-m", "Squashed");
    ada.git("push", "--quiet", "origin", "main");
    runGit(host, "branch", "-D", branch);
    await rollbackStage(await ada.open(), "fraud", "staging");
    await mergeProposal(await ada.open(), "rollback/staging/fraud/1.0.0");
    expect((await listProposals(await grace.open())).proposals).toEqual([]);
    expect(await mergeProposal(await grace.open(), branch)).toMatchObject({ status: "already" });
    expect(await resolveModel(await ada.open(), "fraud@staging", { fetch: true })).toMatchObject({
      version: "1.0.0",
    });
  });
});
