import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { closeProposal, listProposals } from "../../src/workflows/proposals.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
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

async function registry(): Promise<Workspace> {
  const workspace = await newRegistry();
  cleanups.push(() => workspace.dispose());
  await register(workspace, "1.0.0");
  return workspace;
}

async function register(workspace: Workspace, version: string): Promise<void> {
  workspace.write(`../model-${version}/weights.bin`, `weights of ${version}`);
  const folder = join(workspace.folder, `../model-${version}`);
  const result = await registerVersion(await workspace.open(), "fraud", folder, { version });
  expect(result.status).toBe("registered");
}

const PROPOSAL = "promote/staging/fraud/1.0.0";
const CARD = "models/fraud/README.md";

/** Commits a file on a branch of the given name, made from main, and goes back. */
function commitOn(workspace: Workspace, branch: string, path = CARD, text = "# Fraud\n"): string {
  workspace.git("switch", "--quiet", "-C", branch, "main");
  workspace.write(path, text);
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "Describe it\n\nWith a card.");
  const head = workspace.git("rev-parse", "HEAD").trim();
  workspace.git("switch", "--quiet", "main");
  return head;
}

describe("a person's branch", () => {
  it("is judged, merged by a merge commit, and kept", async () => {
    const workspace = await registry();
    const head = commitOn(workspace, "card");
    const before = workspace.git("rev-parse", "main").trim();
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({
      status: "merged",
      branch: "card",
      verdict: { verdict: "pass" },
    });
    expect(workspace.git("log", "-1", "--format=%P", "main").trim()).toBe(`${before} ${head}`);
    expect(workspace.git("log", "-1", "--format=%B", "main").trim()).toBe(
      "Merge card: Describe it\n\nWith a card.",
    );
    expect(workspace.git("rev-parse", "card").trim()).toBe(head);
    expect(workspace.git("status", "--porcelain")).toBe("");
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({ status: "already" });
    expect(workspace.git("rev-parse", "card").trim()).toBe(head);
    expect(workspace.hints).toEqual([]);
    expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("is denied like a proposal, and stays when it is checked out", async () => {
    const workspace = await registry();
    commitOn(workspace, "bad", "models/fraud/versions/1.1.0.yaml", "kind: ModelVersion\n");
    const before = workspace.git("rev-parse", "main");
    expect(await mergeProposal(await workspace.open(), "bad")).toMatchObject({
      status: "denied",
      verdict: { verdict: "fail" },
    });
    expect(workspace.git("rev-parse", "main")).toBe(before);
    commitOn(workspace, "card");
    workspace.git("switch", "--quiet", "card");
    expect(await mergeProposal(await workspace.open(), "card")).toMatchObject({ status: "merged" });
    expect(workspace.git("branch", "--show-current").trim()).toBe("card");
    expect(workspace.git("status", "--porcelain")).toBe("");
  });

  it.each(["promote/my-idea", "promote/ui/New_Look/draft", "register/notes/today", "yank", "retire/x"])(
    "that is called %s is no proposal",
    async (branch) => {
      const workspace = await registry();
      commitOn(workspace, branch);
      expect((await listProposals(await workspace.open())).proposals).toEqual([]);
      await expect(closeProposal(await workspace.open(), branch)).rejects.toMatchObject({ code: "USAGE" });
      expect(await mergeProposal(await workspace.open(), branch)).toMatchObject({ status: "merged" });
      expect(workspace.git("branch", "--list", "--format=%(refname:short)", branch).trim()).toBe(branch);
    },
  );

  it("has to exist, under a name that Git allows, and is not the default branch", async () => {
    const { ada } = await newTeam();
    const merge = async (branch: string): Promise<unknown> => mergeProposal(await ada.open(), branch);
    await expect(merge("nowhere")).rejects.toMatchObject({ code: "NOT_FOUND" });
    for (const branch of ["main", "a b", "a..b", "HEAD", "a~1", "x.lock", "", "/x", "a\u001bb"])
      await expect(merge(branch), branch).rejects.toMatchObject({ code: "USAGE" });
    commitOn(ada, "card");
    ada.git("push", "--quiet", "origin", "card");
    await expect(merge("origin/card")).rejects.toMatchObject({
      code: "NOT_FOUND",
      hint: expect.stringContaining("modeltrail merge card"),
    });
  });

  it("of unrelated history is refused", async () => {
    const workspace = await registry();
    workspace.git("switch", "--quiet", "--orphan", "other");
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "other");
    workspace.git("switch", "--quiet", "main");
    await expect(mergeProposal(await workspace.open(), "other")).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("a person's branch with a remote", () => {
  it("counts as it is on the remote, and commits that are only here are named", async () => {
    const { ada, grace, host } = await newTeam();
    const shared = commitOn(grace, "card");
    grace.git("push", "--quiet", "origin", "card");
    grace.git("switch", "--quiet", "card");
    grace.write("notes.txt", "mine");
    grace.git("add", ".");
    grace.git("commit", "--quiet", "-m", "not pushed");
    const mine = grace.git("rev-parse", "card").trim();
    grace.git("switch", "--quiet", "main");
    expect(await mergeProposal(await grace.open(), "card")).toMatchObject({ status: "merged" });
    expect(grace.warnings.join()).toContain("commits that the remote does not have");
    expect(runGit(host, "rev-parse", "main^2").trim()).toBe(shared);
    expect(runGit(host, "rev-parse", "card").trim()).toBe(shared);
    expect(grace.git("rev-parse", "card").trim()).toBe(mine);

    // Behind the remote: nothing is lost, and nothing is said.
    expect(await mergeProposal(await ada.open(), "card")).toMatchObject({ status: "already" });
    expect(ada.warnings).toEqual([]);
    expect(ada.git("rev-parse", "main")).toBe(runGit(host, "rev-parse", "main"));
  });

  it("is found where it is, here or there, and merged with a lease", async () => {
    const { ada, grace, host } = await newTeam();
    commitOn(ada, "card");
    ada.git("push", "--quiet", "origin", "card");
    ada.git("branch", "--quiet", "-D", "card");
    expect(await mergeProposal(await ada.open(), "card")).toMatchObject({ status: "merged" });
    grace.git("pull", "--quiet");
    const local = commitOn(grace, "more", "models/notes.md");
    expect(await mergeProposal(await grace.open(), "more")).toMatchObject({ status: "merged" });
    expect(runGit(host, "rev-parse", "main^2").trim()).toBe(local);
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)")).toBe(
      "card\nmain\nmodeltrail-audit\n",
    );
  });
});

describe("a proposal that the default branch says already", () => {
  it.each([
    ["squashed", ["merge", "--quiet", "--squash", PROPOSAL]],
    ["cherry-picked", ["cherry-pick", "--no-commit", PROPOSAL]],
  ] as const)("%s by hand is not listed, and merge tidies it up", async (_, command) => {
    const workspace = await registry();
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    workspace.git(...command);
    workspace.git("commit", "--quiet", "-m", "by hand");
    const main = workspace.git("rev-parse", "main");
    expect((await listProposals(await workspace.open())).proposals).toEqual([]);
    expect(await mergeProposal(await workspace.open(), PROPOSAL)).toMatchObject({ status: "already" });
    expect(workspace.git("rev-parse", "main")).toBe(main);
    expect(workspace.git("branch", "--list", "promote/*")).toBe("");
  });

  it("goes from the remote as well", async () => {
    const { ada, grace, host } = await newTeam();
    await register(ada, "1.0.0");
    await promoteVersion(await ada.open(), "fraud@1.0.0", "staging");
    grace.git("pull", "--quiet");
    grace.git("merge", "--quiet", "--squash", `origin/${PROPOSAL}`);
    grace.git("commit", "--quiet", "-m", "by hand");
    grace.git("push", "--quiet", "origin", "main");
    expect((await listProposals(await ada.open())).proposals).toEqual([]);
    expect(await mergeProposal(await ada.open(), PROPOSAL)).toMatchObject({ status: "already" });
    expect(runGit(host, "branch", "--list", "--format=%(refname:short)")).toBe("main\nmodeltrail-audit\n");
    expect(await resolveModel(await ada.open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
  });

  it("is still listed when only a part of it is there", async () => {
    const workspace = await registry();
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    workspace.git("switch", "--quiet", PROPOSAL);
    workspace.write(CARD, "# Fraud\n");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "more");
    workspace.git("switch", "--quiet", "main");
    workspace.git("checkout", "--quiet", PROPOSAL, "--", CARD);
    workspace.git("commit", "--quiet", "-m", "a part");
    expect((await listProposals(await workspace.open())).proposals).toMatchObject([{ branch: PROPOSAL }]);
  });
});

describe("a merge of the proposal that is checked out", () => {
  it("leaves the branch, and says what removes it", async () => {
    const workspace = await registry();
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    workspace.git("switch", "--quiet", PROPOSAL);
    expect(await mergeProposal(await workspace.open(), PROPOSAL)).toMatchObject({ status: "merged" });
    expect(workspace.git("branch", "--show-current").trim()).toBe(PROPOSAL);
    expect(workspace.git("status", "--porcelain")).toBe("");
    expect(workspace.hints).toHaveLength(1);
    const command = /; (git switch main) && (git branch -d \S+) removes it$/.exec(workspace.hints[0] ?? "");
    for (const line of command?.slice(1) ?? []) workspace.git(...line.split(" ").slice(1));
    expect(workspace.git("branch", "--list", "--format=%(refname:short)")).toBe("main\nmodeltrail-audit\n");
    expect(readFileSync(join(workspace.folder, "models/fraud/stages/staging/stage.yaml"), "utf8")).toContain(
      'version: "1.0.0"',
    );
  });

  it("says so of another work tree as well, and with -D where no merge holds it", async () => {
    const workspace = await registry();
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    workspace.git("merge", "--quiet", "--squash", PROPOSAL);
    workspace.git("commit", "--quiet", "-m", "by hand");
    workspace.git("worktree", "add", "--quiet", join(workspace.folder, "../other"), PROPOSAL);
    expect(await mergeProposal(await workspace.open(), PROPOSAL)).toMatchObject({ status: "already" });
    expect(workspace.hints).toEqual([expect.stringContaining(`git branch -D ${PROPOSAL}`)]);
  });
});
