import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { openLocalForge } from "../../../src/adapters/local-forge/open-local-forge.ts";
import type { Forge } from "../../../src/ports/forge.ts";
import { openTeam, type Team } from "../../builders/team.ts";
import { newRegistry, runGit, type Workspace } from "../../builders/workspace.ts";
import { aProposal, forgeContract } from "../../contracts/forge.contract.ts";

const BRANCH = "promote/staging/fraud/1.0.0";

/** A commit on main that holds a text in a file; where the file's name is given, beside others'. */
async function commitOn(workspace: Workspace, text: string, path = "file.txt"): Promise<string> {
  const { repository } = await workspace.open();
  const parent = (await repository.refs.resolve("main")) ?? "";
  return repository.writer.commit({
    ...(await repository.writer.identity()),
    parents: [parent],
    edits: [{ path, content: new TextEncoder().encode(text) }],
    message: text,
  });
}

async function forgeOf(workspace: Workspace, push: boolean): Promise<Forge> {
  const { repository } = await workspace.open();
  if (push) await repository.remote.fetch();
  return openLocalForge(repository, { branchPrefix: "", push });
}

forgeContract("branches of one repository", async () => {
  const workspace = await newRegistry();
  return {
    open: () => forgeOf(workspace, false),
    commit: (text) => commitOn(workspace, text),
    close: () => workspace.dispose(),
  };
});

forgeContract("branches of a remote", async () => {
  const team = await openTeam();
  return {
    open: () => forgeOf(team.ada, true),
    commit: (text) => commitOn(team.ada, text),
    close: () => team.dispose(),
  };
});

const teams: Team[] = [];
afterEach(async () => {
  for (const team of teams.splice(0)) await team.dispose();
});

async function newTeam(): Promise<Team> {
  const team = await openTeam();
  teams.push(team);
  return team;
}

async function publish(
  workspace: Workspace,
  head: string,
  { expected = null, push = true }: { readonly expected?: string | null; readonly push?: boolean } = {},
): Promise<void> {
  const forge = await forgeOf(workspace, push);
  await forge.publish({ ...aProposal, branch: BRANCH, head }, expected);
}

function localBranches(workspace: Workspace): string {
  return workspace.git("branch", "--list", "--format=%(refname:short)", "promote/*");
}

describe("the branch of this machine beside the shared one", () => {
  it("is not moved by a push that succeeds, nor by a race that was lost", async () => {
    const { ada, grace } = await newTeam();
    const mine = await commitOn(grace, "mine");
    const forge = await forgeOf(grace, true);
    const theirs = await commitOn(ada, "theirs");
    await publish(ada, theirs);
    await expect(forge.publish({ ...aProposal, branch: BRANCH, head: mine }, null)).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(localBranches(ada)).toBe("");
    expect(localBranches(grace)).toBe("");
    expect(await (await forgeOf(grace, true)).find(BRANCH)).toEqual({ state: "open", head: theirs });
  });

  it("keeps what could not be pushed, and goes when that was done", async () => {
    const { ada, host } = await newTeam();
    const head = await commitOn(ada, "one");
    const hook = join(host, "hooks", "pre-receive");
    writeFileSync(hook, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    await expect(publish(ada, head)).rejects.toMatchObject({ name: "ModeltrailError" });
    expect(ada.git("rev-parse", BRANCH).trim()).toBe(head);
    rmSync(hook);
    expect(await (await forgeOf(ada, true)).find(BRANCH)).toEqual({ state: "open", head });
    await publish(ada, head, { expected: head });
    expect(localBranches(ada)).toBe("");
    expect(runGit(host, "rev-parse", BRANCH).trim()).toBe(head);
  });

  it("goes when merging it would change nothing, and stays when it holds a person's work", async () => {
    const { ada, grace } = await newTeam();
    const theirs = await commitOn(ada, "same");
    await publish(ada, theirs);
    for (const [content, left] of [
      ["same", ""],
      ["a person's", `${BRANCH}\n`],
    ] as const) {
      const local = await commitOn(grace, content);
      grace.git("update-ref", `refs/heads/${BRANCH}`, local);
      await publish(grace, theirs, { expected: theirs });
      expect(localBranches(grace)).toBe(left);
    }
  });

  it("that is checked out is left alone, and is no proposal once the shared one is closed", async () => {
    const { ada } = await newTeam();
    const one = await commitOn(ada, "one");
    await publish(ada, one, { push: false });
    ada.git("switch", "--quiet", BRANCH);
    const two = await commitOn(ada, "two");
    await publish(ada, two, { expected: one });
    expect(ada.git("rev-parse", "HEAD").trim()).toBe(one);
    expect(ada.git("status", "--porcelain")).toBe("");
    await (await forgeOf(ada, true)).close(BRANCH, two, { why: "merged" });
    expect(await (await forgeOf(ada, true)).listOpen()).toEqual([]);
  });

  it("that another work tree shows is not deleted under it", async () => {
    const { ada } = await newTeam();
    const one = await commitOn(ada, "one");
    await publish(ada, one, { push: false });
    ada.git("worktree", "add", "--quiet", join(ada.folder, "../other"), BRANCH);
    await publish(ada, one, { expected: one });
    expect(localBranches(ada)).toBe(`${BRANCH}\n`);
  });

  it("moves with its files where it is checked out and nothing is pushed", async () => {
    const { ada } = await newTeam();
    const one = await commitOn(ada, "one");
    await publish(ada, one, { push: false });
    ada.git("switch", "--quiet", BRANCH);
    const two = await commitOn(ada, "two", "other.txt");
    await publish(ada, two, { expected: one, push: false });
    expect(ada.git("rev-parse", "HEAD").trim()).toBe(two);
    expect(ada.git("status", "--porcelain")).toBe("");
    ada.write("other.txt", "a person's");
    await expect(publish(ada, one, { expected: two, push: false })).rejects.toMatchObject({
      code: "DIRTY_WORKTREE",
    });
  });
});
