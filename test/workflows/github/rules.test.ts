import { beforeAll, describe, expect, it } from "vitest";
import { closeProposal } from "../../../src/workflows/proposals.ts";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { promoteVersion, type PromoteOptions } from "../../../src/workflows/promote.ts";
import type { ProposalOutcome } from "../../../src/workflows/write/propose.ts";
import { aYank, textOf } from "../../builders/manifests.ts";
import { type GitHubTeam, type TeamOptions, teamsOfTest } from "../../builders/github-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const BRANCH = "promote/staging/fraud/1.0.0";
const NEWER = "promote/staging/fraud/1.1.0";

const METHODS = {
  merge: {},
  squash: { allow_merge_commit: false, allow_rebase_merge: false },
  rebase: { allow_merge_commit: false, allow_squash_merge: false },
} as const;
type Method = keyof typeof METHODS;
const ALL: readonly Method[] = ["merge", "squash", "rebase"];
/** Every rule with every way of merging in long runs; else each rule with one of them. */
const WAYS = process.env["MODELTRAIL_TEST_LONG"] === "1" ? ALL : (["in turn"] as const);

let way: (typeof WAYS)[number] = "in turn";
let turn = 0;
const openTeam = teamsOfTest();

/** A registry with two versions and nothing proposed; `count` says what a command wrote. */
async function start(options: TeamOptions = {}): Promise<
  GitHubTeam & {
    readonly promote: (version: string, options?: PromoteOptions) => Promise<ProposalOutcome>;
    readonly writesOf: (work: () => Promise<unknown>) => Promise<readonly string[]>;
    readonly pull: (branch: string) => Promise<Pull>;
  }
> {
  turn += 1;
  const method = way === "in turn" ? (ALL[turn % ALL.length] ?? "merge") : way;
  const settings = { ...METHODS[method], ...options.settings };
  const opened = await openTeam({ ...options, settings });
  const { world, open, register } = opened;
  await register("fraud", "1.0.0");
  await register("fraud", "1.1.0");
  return {
    ...opened,
    promote: async (version, more = {}) => {
      const outcome = await promoteVersion(await open(), `fraud@${version}`, "staging", more);
      if (outcome.status === "already") throw new Error(`${version} is there already`);
      return outcome;
    },
    writesOf: async (work) => {
      const before = world.server.writes.length;
      await work();
      return world.server.writes.slice(before).map(({ operationId }) => operationId);
    },
    pull: async (branch) => {
      const query = { ...world.at, head: `acme:${branch}`, state: "all", sort: "created" } as const;
      const { data } = await world.octokit.pulls.list({ ...query, direction: "desc" });
      const [newest] = data;
      if (newest === undefined) throw new Error(`${branch} has no pull request`);
      return { number: newest.number, state: newest.state, head: newest.head.sha, count: data.length };
    },
  };
}

interface Pull {
  readonly number: number;
  readonly state: string;
  readonly head: string;
  /** Of this branch, ever. */
  readonly count: number;
}

describe.each(WAYS)("pull requests that are merged by %s", (method) => {
  beforeAll(() => {
    way = method;
  });
  describe("a promotion that is run again", () => {
    it("writes nothing while nothing changed, whatever else was said", async () => {
      const { promote, writesOf, pull } = await start();
      expect((await promote("1.0.0", { reason: "First" })).status).toBe("opened");
      for (const reason of ["First", "Second thoughts"]) {
        const again = async (): Promise<void> =>
          expect(await promote("1.0.0", { reason })).toMatchObject({ status: "unchanged", branch: BRANCH });
        expect(await writesOf(again)).toEqual([]);
      }
      expect(await pull(BRANCH)).toMatchObject({ state: "open", count: 1 });
    });

    it("is rebuilt as one commit on a base that moved, and stays the same pull request", async () => {
      const { promote, writesOf, pull, world, register } = await start();
      await promote("1.0.0");
      const before = await pull(BRANCH);
      await register("fraud", "1.2.0");
      let after: ProposalOutcome | undefined;
      const writes = await writesOf(async () => (after = await promote("1.0.0")));
      expect(after?.status).toBe("updated");
      expect(writes).toEqual(["git/receive-pack", "pulls/update"]);
      const now = await pull(BRANCH);
      expect(now).toMatchObject({ number: before.number, state: "open", count: 1 });
      expect(now.head).not.toBe(before.head);
      expect(world.repository.git.parse(`${now.head}^`)).toBe(world.main());
      expect(await writesOf(() => promote("1.0.0"))).toEqual([]);
    });

    it("says that a stage holds the version already, once it is merged", async () => {
      const { promote, writesOf, open } = await start();
      await promote("1.0.0");
      await mergeProposal(await open(), BRANCH);
      const again = async (): Promise<void> =>
        expect(await promoteVersion(await open(), "fraud@1.0.0", "staging")).toMatchObject({
          status: "already",
        });
      expect(await writesOf(again)).toEqual([]);
    });
  });

  describe("a branch with a person's commit", () => {
    it("is refused, and replaced only with --overwrite", async () => {
      const { promote, writesOf, pull, world } = await start();
      await promote("1.0.0");
      const theirs = commitFiles(world.repository, {
        branch: BRANCH,
        files: { "notes.txt": "mine" },
        message: "Look here",
      });
      const refused = async (): Promise<void> =>
        expect(promote("1.0.0")).rejects.toMatchObject({ code: "FOREIGN_COMMITS" });
      expect(await writesOf(refused)).toEqual([]);
      expect((await pull(BRANCH)).head).toBe(theirs);
      expect(await promote("1.0.0", { overwrite: true })).toMatchObject({ status: "updated" });
      expect(await pull(BRANCH)).toMatchObject({ state: "open", count: 1 });
      expect(world.repository.git.parse(`${(await pull(BRANCH)).head}^`)).toBe(world.main());
    });
  });

  describe("a newer version for the same stage", () => {
    it("opens its own, then closes the older with a comment that links it; approvals stay behind", async () => {
      const { promote, pull, world } = await start();
      await promote("1.0.0");
      const older = await pull(BRANCH);
      await world.as("rob").pulls.createReview({ ...world.at, pull_number: older.number, event: "APPROVE" });
      const outcome = await promote("1.1.0");
      expect(outcome.superseded).toEqual([BRANCH]);
      const newer = await pull(NEWER);
      expect(newer).toMatchObject({ state: "open", count: 1 });
      expect(await pull(BRANCH)).toMatchObject({ number: older.number, state: "closed" });
      const { data: comments } = await world.octokit.issues.listComments({
        ...world.at,
        issue_number: older.number,
      });
      expect(comments.map(({ body }) => body).join()).toContain(`#${newer.number}`);
      const { data: reviews } = await world.octokit.pulls.listReviews({
        ...world.at,
        pull_number: newer.number,
      });
      expect(reviews).toEqual([]);
      expect(world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeUndefined();
      // Superseded is not rejected: the older may come again, as a new pull request that supersedes in turn.
      expect(await promote("1.0.0")).toMatchObject({ status: "opened", superseded: [NEWER] });
      expect((await pull(BRANCH)).number).toBeGreaterThan(newer.number);
    });

    it("leaves the older open with --queue, and the older does not take it down when it is run again", async () => {
      const { promote, pull, writesOf } = await start();
      await promote("1.0.0");
      expect((await promote("1.1.0", { queue: true })).superseded).toEqual([]);
      expect((await pull(BRANCH)).state).toBe("open");
      expect(await writesOf(() => promote("1.0.0"))).toEqual([]);
      expect((await pull(NEWER)).state).toBe("open");
    });

    it("leaves an older one open that holds a person's work", async () => {
      const { promote, pull, world, ada } = await start();
      await promote("1.0.0");
      commitFiles(world.repository, { branch: BRANCH, files: { "notes.txt": "mine" }, message: "Look" });
      expect((await promote("1.1.0")).superseded).toEqual([]);
      expect((await pull(BRANCH)).state).toBe("open");
      expect(ada.warnings.join()).toContain(BRANCH);
    });
  });

  describe("a pull request that was closed unmerged", () => {
    it.each(["on GitHub", "by close"])(
      "means rejected (%s), until it is reopened as a new one",
      async (how) => {
        const { promote, pull, open, world, writesOf } = await start();
        await promote("1.0.0");
        const { number } = await pull(BRANCH);
        if (how === "by close")
          expect(await closeProposal(await open(), String(number))).toMatchObject({ status: "closed" });
        else await world.as("rob").pulls.update({ ...world.at, pull_number: number, state: "closed" });
        const refused = async (): Promise<void> =>
          expect(promote("1.0.0")).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
        expect(await writesOf(refused)).toEqual([]);
        expect(await promote("1.0.0", { reopen: true })).toMatchObject({ status: "opened" });
        expect(await pull(BRANCH)).toMatchObject({ state: "open", count: 2 });
      },
    );
  });

  describe("labels", () => {
    it("are for people: failing to set one is a warning", async () => {
      const { promote, world, ada } = await start();
      world.server.fail({ matches: ({ operationId }) => /label/i.test(operationId), fault: 403 });
      expect(await promote("1.0.0")).toMatchObject({ status: "opened" });
      expect(ada.warnings.join()).toMatch(/label/);
      world.server.heal();
    });
  });

  describe("a stage that moved", () => {
    it("makes the other proposals for it stale: merging one is denied, proposing it again rebuilds it", async () => {
      const { promote, open, pull, writesOf } = await start();
      await promote("1.0.0");
      await promote("1.1.0", { queue: true });
      await mergeProposal(await open(), NEWER);
      const denied = async (): Promise<void> => {
        const result = await mergeProposal(await open(), BRANCH);
        expect(result).toMatchObject({ status: "denied", verdict: { verdict: "fail" } });
        expect(result.verdict?.gates.find(({ gate }) => gate === "stale")).toMatchObject({ status: "fail" });
      };
      expect(await writesOf(denied)).toEqual([]);
      expect(await promote("1.0.0")).toMatchObject({ status: "updated" });
      expect(await pull(BRANCH)).toMatchObject({ state: "open", count: 1 });
      expect(await mergeProposal(await open(), BRANCH)).toMatchObject({ status: "merged" });
    });
  });

  describe("merging", () => {
    it("is refused by GitHub's own rules with what they want", async () => {
      const { promote, open, pull, world } = await start();
      await promote("1.0.0");
      world.server.protect(world.repository, "main", { requiredReviews: 1, enforceAdmins: true });
      await expect(mergeProposal(await open(), BRANCH)).rejects.toMatchObject({ code: "MERGE_REFUSED" });
      const { number } = await pull(BRANCH);
      await world.as("rob").pulls.createReview({ ...world.at, pull_number: number, event: "APPROVE" });
      expect(await mergeProposal(await open(), BRANCH)).toMatchObject({ status: "merged" });
    });

    it("is not armed for a change that does not pass", async () => {
      const { open, writesOf } = await start({ settings: { allow_auto_merge: true } });
      const armed = async (): Promise<void> =>
        expect(
          await promoteVersion(await open(), "fraud@1.0.0", "production", { draft: true, autoMerge: true }),
        ).toMatchObject({ status: "denied", verdict: { verdict: "fail" } });
      expect(await writesOf(armed)).toEqual([]);
    });

    it.each(["merge", "close"] as const)(
      "finishes by number what a %s left, when the branch stayed",
      async (deed) => {
        const { promote, open, pull, world } = await start();
        await promote("1.0.0");
        const { number } = await pull(BRANCH);
        const run = async (): Promise<unknown> =>
          deed === "merge"
            ? mergeProposal(await open(), String(number))
            : closeProposal(await open(), String(number));
        world.server.fail({ matches: ({ operationId }) => operationId === "git/receive-pack", fault: 502 });
        await expect(run()).rejects.toMatchObject({ code: "NETWORK" });
        world.server.heal();
        expect(world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeDefined();
        expect(await run()).toMatchObject({
          status: deed === "merge" ? "already" : "unchanged",
          branch: BRANCH,
        });
        expect(world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeUndefined();
      },
    );

    it("is judged once more when the default branch moved meanwhile", async () => {
      const { promote, open, world, ada } = await start();
      await promote("1.0.0");
      const path = "models/fraud/yanked/1.0.0.yaml";
      let yanked = false;
      world.server.onRequest = ({ operationId }) => {
        if (operationId !== "pulls/merge" || yanked) return;
        yanked = true;
        commitFiles(world.repository, {
          files: { [path]: textOf(aYank("fraud", "1.0.0")) },
          message: "Yank it, just now",
        });
      };
      const result = await mergeProposal(await open(), BRANCH);
      world.server.onRequest = undefined;
      expect(result).toMatchObject({ status: "merged", verdict: { verdict: "fail" } });
      expect(ada.warnings.join()).toContain("moved while this was merged");
    });

    it("on GitHub's own page leaves a branch, which merge takes away", async () => {
      const { promote, open, pull, world } = await start();
      await promote("1.0.0");
      const { number } = await pull(BRANCH);
      const { data } = await world.octokit.repos.get(world.at);
      const page =
        data.allow_merge_commit === true ? "merge" : data.allow_squash_merge === true ? "squash" : "rebase";
      await world.octokit.pulls.merge({ ...world.at, pull_number: number, merge_method: page });
      expect(world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeDefined();
      expect(await mergeProposal(await open(), BRANCH)).toMatchObject({ status: "already" });
      expect(world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeUndefined();
    });

    it("is left to GitHub with --auto-merge, and --wait follows it to its end", async () => {
      const { promote, pull, world } = await start({ settings: { allow_auto_merge: true } });
      world.server.protect(world.repository, "main", { requiredReviews: 1, enforceAdmins: true });
      const waiting = promote("1.0.0", { autoMerge: true, wait: { timeoutMs: 60_000, pauseMs: 100 } });
      for (;;) {
        const found = await pull(BRANCH).catch(() => undefined);
        const armed =
          found === undefined
            ? undefined
            : await world.octokit.pulls.get({ ...world.at, pull_number: found.number });
        if (armed !== undefined && armed.data.auto_merge !== null) {
          await world
            .as("rob")
            .pulls.createReview({ ...world.at, pull_number: armed.data.number, event: "APPROVE" });
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await waiting).toMatchObject({
        status: "opened",
        progress: { state: "merged", commit: world.main() },
      });
    });

    it("waits no longer than it may, and says when a pull request was closed", async () => {
      const { promote, pull, world, ada } = await start();
      await expect(promote("1.0.0", { wait: { timeoutMs: 200, pauseMs: 50 } })).rejects.toMatchObject({
        code: "TIMEOUT",
      });
      const said = ada.hints.length;
      const waiting = promote("1.0.0", { wait: { timeoutMs: 60_000, pauseMs: 100 } });
      while (ada.hints.length === said) await new Promise((resolve) => setTimeout(resolve, 20));
      const { number } = await pull(BRANCH);
      await world.octokit.pulls.update({ ...world.at, pull_number: number, state: "closed" });
      expect(await waiting).toMatchObject({ status: "unchanged", progress: { state: "closed" } });
    });
  });
});
