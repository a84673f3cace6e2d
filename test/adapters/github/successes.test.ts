import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CommitStatus } from "../../../src/ports/commit-status.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
beforeEach(async () => {
  place = await openPlace();
});
afterEach(() => place.close());

const VERDICT = { name: "modeltrail/verdict", state: "success", description: "well" } as const;
const PENDING = { ...VERDICT, state: "pending", description: "wait" } as const;

async function succeed(...commits: readonly string[]): Promise<void> {
  const { pullRequests } = await place.open();
  for (const commit of commits) await pullRequests.setStatuses(commit, [VERDICT]);
}

describe("commits that carry a success", () => {
  it("are found at heads, below them, and where a forced push left from", async () => {
    const { world } = place;
    const { number, head } = await world.open("topic");
    const second = world.commit({ branch: "topic", files: { "a.txt": "a" } });
    await world.octokit.pulls.get({ ...world.at, pull_number: number });
    world.repository.git.move("refs/heads/topic", second, world.main());
    const third = world.commit({ branch: "topic", files: { "b.txt": "b" } });
    await world.octokit.pulls.get({ ...world.at, pull_number: number });
    const fourth = world.commit({ branch: "topic", files: { "c.txt": "c" } });
    await succeed(head, second, third, fourth);
    const { pullRequests } = await place.open();
    await pullRequests.setStatuses(fourth, [{ ...VERDICT, name: "other" }, PENDING]);
    const facts = { number, state: "open", containedIn: undefined };
    const wanted = [second, third].map((commit) => ({ commit, ...facts }));
    const byCommit = (a: { commit: string }, b: { commit: string }): number =>
      a.commit.localeCompare(b.commit);
    for (const asked of [number, undefined]) {
      const found = await pullRequests.listSuccesses(VERDICT.name, asked);
      expect([...found].toSorted(byCommit)).toEqual(wanted.toSorted(byCommit));
    }
    expect(await pullRequests.listSuccesses("nothing")).toEqual([]);
  });

  it.each([
    ["merge", "main"],
    ["squash", undefined],
    ["rebase", undefined],
  ] as const)("tell whether the base holds them: %s", async (method, containedIn) => {
    const { world } = place;
    const { number, head } = await world.open("topic");
    world.commit({ files: { "main.txt": "moved" } });
    await succeed(head);
    await world.octokit.pulls.merge({ ...world.at, pull_number: number, merge_method: method });
    const { pullRequests } = await place.open();
    expect(await pullRequests.listSuccesses(VERDICT.name)).toEqual([
      { commit: head, number, state: "merged", containedIn },
    ]);
  });
});

describe("a success on a commit with many statuses", () => {
  const guard = {
    holds: (): Promise<boolean> => Promise.resolve(true),
    otherwise: PENDING,
    crowded: { ...VERDICT, state: "error", description: "many" },
  } as const;

  /** As many of the verdict's as that, by somebody else. */
  async function crowd(many: number): Promise<string> {
    const { head } = await place.world.open("topic");
    await place.world.as("rob").repos.createCommitStatus({
      ...place.world.at,
      sha: head,
      context: VERDICT.name,
      state: "pending",
    });
    const { statuses } = place.world.repository;
    for (let id = 1; id < many; id += 1) statuses.push({ ...statuses[0]!, id: 90_000 + id });
    return head;
  }
  const last = async (head: string): Promise<CommitStatus["state"] | undefined> =>
    (await (await place.open()).pullRequests.statuses(head))[0]?.state;

  it("is given as long as it could be taken back", async () => {
    const head = await crowd(899);
    const { pullRequests } = await place.open();
    expect(await pullRequests.setStatuses(head, [VERDICT], guard)).toBe("told");
    expect(await last(head)).toBe("success");
    expect(await pullRequests.setStatuses(head, [PENDING])).toBe("told");
    expect(await pullRequests.setStatuses(head, [VERDICT], guard)).toBe("crowded");
    expect(await last(head)).toBe("error");
  });

  it("is refused by GitHub as anything else is, which says what to do", async () => {
    const head = await crowd(1000);
    const { pullRequests } = await place.open();
    await expect(pullRequests.setStatuses(head, [PENDING])).rejects.toMatchObject({
      code: "INVALID_INPUT",
      hint: expect.stringContaining("as a new commit") as string,
    });
  });

  it("is taken back though another's word stands over it", async () => {
    const { head } = await place.world.open("topic");
    await succeed(head);
    await place.world.as("rob").repos.createCommitStatus({
      ...place.world.at,
      sha: head,
      context: VERDICT.name,
      state: "pending",
    });
    const { pullRequests } = await place.open();
    const over = [{ ...PENDING, onlyOver: "success" }] as const;
    expect(await place.writesOf(() => pullRequests.setStatuses(head, over))).toHaveLength(1);
    expect(await place.writesOf(() => pullRequests.setStatuses(head, over))).toEqual([]);
  });
});
