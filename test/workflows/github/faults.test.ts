import { describe, expect, it } from "vitest";
import { isModeltrailError } from "../../../src/diagnostics/errors.ts";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { type GitHubTeam, teamsOfTest } from "../../builders/github-team.ts";
import type { FaultKind } from "../../servers/github/faults.ts";

const FAULTS: readonly FaultKind[] = [
  "lost",
  502,
  "cut",
  403,
  { status: 429, headers: { "retry-after": "120" } },
  401,
  404,
  422,
  409,
  {
    status: 403,
    headers: { "retry-after": "120" },
    body: { message: "You have exceeded a secondary rate limit" },
  },
];
const EVERY = process.env["MODELTRAIL_TEST_LONG"] === "1";
const BRANCHES = ["promote/staging/fraud/1.0.0", "promote/staging/fraud/1.1.0"];

const start = teamsOfTest();

/** Lets the n-th request of `work` go wrong; says how it ended, and whether there was an n-th. */
async function withFault(
  { world: { server } }: GitHubTeam,
  { nth, fault }: { readonly nth: number; readonly fault: FaultKind },
  work: () => Promise<unknown>,
): Promise<{ readonly hit: boolean; readonly error: unknown }> {
  const before = server.requests.length;
  server.fail({ matches: () => server.requests.length - before > nth, fault, times: 1 });
  const error: unknown = await work().then(
    () => undefined,
    (cause: unknown) => cause,
  );
  const hit = server.requests.length - before > nth;
  server.heal();
  return { hit, error };
}

function expectClear(error: unknown): void {
  if (error === undefined) return;
  if (!isModeltrailError(error)) throw new Error("not foreseen", { cause: error });
  expect(error.message).not.toMatch(/ghp_|undefined|\[object/);
  expect(error.hint ?? "", error.message).not.toBe("");
}

async function openPulls({ world }: GitHubTeam): Promise<readonly string[]> {
  const { data } = await world.octokit.pulls.list({ ...world.at, state: "open", per_page: 100 });
  return data.map(({ head }) => head.ref).toSorted();
}

/** Every fault at every request in long runs; else each request meets one of them. */
function faultsAt(nth: number): readonly FaultKind[] {
  return EVERY ? FAULTS : FAULTS.filter((_, index) => index === nth % FAULTS.length);
}

describe("with one request that goes wrong", { timeout: EVERY ? 1_200_000 : 120_000 }, () => {
  it("a promotion that supersedes another ends or says why, and running it again finishes it", async () => {
    const team = await start();
    const { open, register } = team;
    await register("fraud", "1.0.0");
    await register("fraud", "1.1.0");
    await promoteVersion(await open(), "fraud@1.0.0", "staging");
    let turn = 0;
    let failed = 0;
    for (let nth = 0, hit = true; hit; nth += 1) {
      for (const fault of faultsAt(nth)) {
        turn += 1;
        const version = turn % 2 === 1 ? "1.1.0" : "1.0.0";
        const promote = async (): Promise<unknown> =>
          promoteVersion(await open(), `fraud@${version}`, "staging");
        const ended = await withFault(team, { nth, fault }, promote);
        hit = ended.hit;
        expectClear(ended.error);
        if (ended.error !== undefined) failed += 1;
        // Neither of the two is lost to an error: the older is closed only when the newer is open.
        expect((await openPulls(team)).length).toBeGreaterThan(0);
        await promote();
        expect(await openPulls(team)).toEqual([BRANCHES[turn % 2]]);
      }
    }
    expect(turn).toBeGreaterThan(8);
    expect(failed).toBeGreaterThan(3);
  });

  it("a merge ends or says why, and running it again finishes it", async () => {
    const team = await start();
    const { open, register } = team;
    await register("fraud", "1.0.0");
    await register("fraud", "1.1.0");
    for (let nth = 0, hit = true; hit; nth += 1) {
      for (const fault of faultsAt(nth)) {
        const holds = await resolveModel(await open(), "fraud@staging").catch(() => undefined);
        const version = holds?.version === "1.0.0" ? "1.1.0" : "1.0.0";
        const outcome = await promoteVersion(await open(), `fraud@${version}`, "staging");
        if (outcome.status === "already") throw new Error("nothing to merge");
        const merge = async (): Promise<unknown> => mergeProposal(await open(), outcome.branch);
        const ended = await withFault(team, { nth, fault }, merge);
        hit = ended.hit;
        expectClear(ended.error);
        await merge();
        expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version });
        expect(await openPulls(team)).toEqual([]);
      }
    }
  });
});
