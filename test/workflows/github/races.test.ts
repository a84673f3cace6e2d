import { describe, expect, it } from "vitest";
import { isModeltrailError } from "../../../src/diagnostics/errors.ts";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { type GitHubTeam, teamsOfTest } from "../../builders/github-team.ts";

const IS_LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const VERSIONS = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];

/** Who promotes at once: promoters of one clone share its refs; every clone is a machine of its own. */
interface Race {
  readonly promoters: number;
  readonly clones: number;
  /** Every second one has no clone. */
  readonly mixed: boolean;
  readonly queue: boolean;
}

const RACES: readonly Race[] = [
  { promoters: 20, clones: 4, mixed: false, queue: true },
  { promoters: 20, clones: 4, mixed: false, queue: false },
  { promoters: 6, clones: 3, mixed: true, queue: false },
];
const LONG_RACES: readonly Race[] = [true, false].flatMap((queue) => [
  { promoters: 20, clones: 20, mixed: false, queue },
  { promoters: 20, clones: 10, mixed: true, queue },
  { promoters: 20, clones: 0, mixed: true, queue },
]);

const start = teamsOfTest();

interface Outcome {
  readonly branch: string;
  readonly result: string;
}

/** Promotions at once, of four versions to two stages. */
async function race(
  { clone, openRemote }: GitHubTeam,
  { promoters, clones, mixed, queue }: Race,
): Promise<readonly Outcome[]> {
  const machines = await Promise.all(Array.from({ length: clones }, () => clone()));
  return Promise.all(
    Array.from({ length: promoters }, async (_, index): Promise<Outcome> => {
      const version = VERSIONS[index % VERSIONS.length] ?? "";
      const stage = index % 5 === 4 ? "canary" : "staging";
      const machine = mixed && index % 2 === 1 ? undefined : machines[index % clones];
      const context = await (machine === undefined ? openRemote() : machine.open());
      const branch = `promote/${stage}/fraud/${version}`;
      try {
        const outcome = await promoteVersion(context, `fraud@${version}`, stage, { queue });
        return { branch, result: outcome.status };
      } catch (error) {
        if (!isModeltrailError(error)) throw error;
        return { branch, result: error.code };
      }
    }),
  );
}

interface Pull {
  readonly branch: string;
  readonly number: number;
  readonly open: boolean;
  readonly comments: string;
}

async function pullsOf({ world }: GitHubTeam): Promise<readonly Pull[]> {
  const pulls = await world.octokit.paginate(world.octokit.pulls.list, { ...world.at, state: "all" });
  return Promise.all(
    pulls.map(async ({ head, number, state }) => {
      const { data } = await world.octokit.issues.listComments({ ...world.at, issue_number: number });
      return {
        branch: head.ref,
        number,
        open: state === "open",
        comments: data.map(({ body }) => body).join("\n"),
      };
    }),
  );
}

describe("promoters at once", { timeout: 120_000 }, () => {
  it.each([...RACES, ...(IS_LONG ? LONG_RACES : [])])(
    "end in one open proposal a version: %o",
    async (who) => {
      const { queue } = who;
      const team = await start({
        init: { stages: ["staging"] },
        policy: (text) => text.replace('- name: "staging"', '- name: "staging"\n    - name: "canary"'),
      });
      const { world, register } = team;
      for (const version of VERSIONS) await register("fraud", version);
      const outcomes = await race(team, who);
      const pulls = await pullsOf(team);
      const open = pulls.filter((pull) => pull.open);
      // Nothing ends in an error but a lost race, and that only after several attempts.
      for (const { result } of outcomes)
        expect(["opened", "unchanged", "updated", "CONFLICT"]).toContain(result);
      // No branch has two open pull requests, and every open one has its branch, one commit on main.
      expect(new Set(open.map(({ branch }) => branch)).size).toBe(open.length);
      for (const { branch } of open)
        expect(world.repository.git.parse(`refs/heads/${branch}^`)).toBe(world.main());
      const wanted = new Set(outcomes.map(({ branch }) => branch));
      if (queue) expect(new Set(open.map(({ branch }) => branch))).toEqual(wanted);
      else {
        // The newest of each stage is open; every other one was closed by a newer one, with a link to it.
        for (const stage of ["staging", "canary"]) {
          const ofStage = pulls.filter(({ branch }) => branch.startsWith(`promote/${stage}/`));
          const newest = Math.max(...ofStage.map(({ number }) => number));
          expect(ofStage.filter((pull) => pull.open).map(({ number }) => number)).toEqual([newest]);
          for (const pull of ofStage)
            if (!pull.open) {
              const links = [...pull.comments.matchAll(/#(\d+)/g)].map(([, digits]) => Number(digits));
              expect(links.some((number) => number > pull.number)).toBe(true);
            }
        }
      }
    },
  );
});
