import { describe, expect, it } from "vitest";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { closeProposal } from "../../../src/workflows/proposals.ts";
import {
  type NoCloneTeam,
  writesIn,
  BRANCH,
  TOGETHER,
  promote,
  teamsOfFile,
} from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const IS_LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const STEPS = [
  "graphql/updateRefs",
  "graphql/createCommitOnBranch",
  "pulls/create",
  ...(IS_LONG ? ["issues/add-labels"] : []),
];
const FAULTS = ["lost", ...(IS_LONG ? (["cut", 502] as const) : [])] as const;
const start = teamsOfFile();

function pullsOf(
  { world }: NoCloneTeam,
  branch = BRANCH,
): readonly { number: number; state: string; head: { sha: string } }[] {
  return [...world.repository.pulls.values()].filter((pull) => pull.head.ref === branch);
}

describe("a commit made by GitHub", TOGETHER, () => {
  it("is signed, and a second run makes no write", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const first = await here.during(async () => {
      const outcome = await promote(here);
      if (outcome.status === "already") throw new Error("already");
      expect(here.world.repository.signed.has(outcome.commit ?? "")).toBe(true);
    });
    expect(writesIn(first)).toEqual([
      "graphql/updateRefs",
      "graphql/createCommitOnBranch",
      "pulls/create",
      "issues/add-labels",
    ]);
    const again = await here.during(async () =>
      expect(await promote(here)).toMatchObject({ status: "unchanged", branch: BRANCH }),
    );
    expect(writesIn(again)).toEqual([]);
  });

  it("is by whom the environment says, and then GitHub does not sign it", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const bot = { GIT_AUTHOR_NAME: "Bot", GIT_AUTHOR_EMAIL: "bot@example.com" };
    const outcome = await promoteVersion(await here.open(bot), "fraud@1.0.0", "staging");
    expect(outcome).toMatchObject({ status: "opened" });
    expect(here.git("log", "-1", "--format=%an %cn", BRANCH)).toBe("Bot ada");
    expect(await promote(here)).toMatchObject({ status: "unchanged" });
  });

  it("is rebuilt when the base moved, and the pull request stays open all the while", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    await here.register("fraud", "1.1.0");
    const [before] = pullsOf(here).map(({ number, head }) => ({ number, sha: head.sha }));
    const requests = await here.during(async () =>
      expect(await promote(here)).toMatchObject({ status: "updated" }),
    );
    expect(writesIn(requests)).toEqual([
      "git/create-tree",
      "git/create-commit",
      "graphql/updateRefs",
      "pulls/update",
    ]);
    const [after, ...others] = pullsOf(here);
    expect([after?.number, after?.state, others]).toEqual([before?.number, "open", []]);
    expect(after?.head.sha).not.toBe(before?.sha);
    expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
    expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
    await here.merge(BRANCH);
  });

  it("gives way to a person's, unless that is to be replaced", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    commitFiles(here.world.repository, { branch: BRANCH, files: { "notes.txt": "mine" } });
    await expect(promote(here)).rejects.toMatchObject({ code: "FOREIGN_COMMITS" });
    expect(await promote(here, "1.0.0", { overwrite: true })).toMatchObject({ status: "updated" });
    expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
  });

  it("supersedes the older one", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await here.register("fraud", "1.1.0");
    await promote(here);
    expect(await promote(here, "1.1.0")).toMatchObject({ superseded: [BRANCH] });
    expect(here.world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeUndefined();
    await here.merge("promote/staging/fraud/1.1.0");
  });
});

describe("without a clone, faults", TOGETHER, () => {
  it("of every write are gone on with by the next run, to one pull request", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const { server, repository } = here.world;
    for (const fault of FAULTS) {
      for (const step of STEPS) {
        server.fail({
          matches: ({ operationId }) => operationId === step,
          fault,
          times: fault === "lost" ? 1 : 2,
        });
        await promote(here).catch((error: unknown) => expect(error).toMatchObject({ code: "NETWORK" }));
        server.heal();
        const outcome = await promote(here);
        if (outcome.status === "already") throw new Error("already");
        const open = pullsOf(here).filter(({ state }) => state === "open");
        expect([fault, step, open.length]).toEqual([fault, step, 1]);
        expect(open[0]?.head.sha).toBe(outcome.commit);
        expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
        if (IS_LONG) expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
        // The next one begins anew.
        repository.git.move(
          `refs/heads/${BRANCH}`,
          repository.git.parse(`refs/heads/${BRANCH}`) ?? null,
          null,
        );
        repository.pulls.clear();
      }
    }
  });

  it("goes on with a branch whose commit was never made, also when the base moved since", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const { git } = here.world.repository;
    git.move(`refs/heads/${BRANCH}`, null, here.world.main());
    expect(await promote(here)).toMatchObject({ status: "opened" });
    await closeProposal(await here.open(), BRANCH);
    await here.register("fraud", "1.1.0");
    const other = "promote/staging/fraud/1.1.0";
    git.move(`refs/heads/${other}`, null, here.git("rev-parse", "main~1"));
    expect(await promote(here, "1.1.0")).toMatchObject({ status: "opened" });
    expect(here.git("rev-parse", `${other}^`)).toBe(here.world.main());
  });

  it("is a conflict when the branch moves between look and push, and is tried again", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    await here.register("fraud", "1.1.0");
    const { server } = here.world;
    server.onRequest = ({ operationId }): void => {
      if (operationId !== "graphql/updateRefs") return;
      server.onRequest = undefined;
      commitFiles(here.world.repository, { branch: BRANCH, files: { "notes.txt": "mine" } });
    };
    await expect(promote(here)).rejects.toMatchObject({ code: "FOREIGN_COMMITS" });
    expect(here.git("show", `${BRANCH}:notes.txt`)).toBe("mine");
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
  });

  it("come to one proposal when several promote the same at once", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => promote(here)));
    expect(outcomes.map(({ status }) => status)).toContain("opened");
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
    expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
  });
});
