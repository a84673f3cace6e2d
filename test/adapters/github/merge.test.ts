import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Settings } from "../../servers/github/state.ts";
import { BRANCH, openPlace, type OpenForge, type Place } from "./place.ts";

let place: Place;
let head: string;
let forge: OpenForge;
beforeEach(async () => {
  place = await openPlace();
  head = await place.commit("one");
  await place.publish({ head });
  forge = await place.open();
});
afterEach(() => place.close());

function parentsOf(commit: string): number {
  return place.world.repository.git.commit(commit).parents.length;
}

describe("merging", () => {
  it.each<[string, Partial<Settings>, number]>([
    ["merge commit", {}, 2],
    ["squash", { allow_merge_commit: false }, 1],
    ["rebase", { allow_merge_commit: false, allow_squash_merge: false }, 1],
  ])("takes the first way that the settings allow: %s", async (_name, settings, parents) => {
    Object.assign(place.world.repository.settings, settings);
    const { commit } = await forge.pullRequests.merge(1, head);
    expect(place.world.main()).toBe(commit);
    expect(parentsOf(commit)).toBe(parents);
    expect(await forge.pullRequests.progress(1)).toEqual({ state: "merged", branch: BRANCH, head, commit });
    // Again, it finds what it did.
    expect(await forge.pullRequests.merge(1, head)).toEqual({ commit });
  });

  it("takes the next way where rules of the branch forbid the first", async () => {
    const parameters = { allowed_merge_methods: ["squash"] };
    place.world.server.setRules(place.world.repository, "main", [{ type: "pull_request", parameters }]);
    const { commit } = await forge.pullRequests.merge(1, head);
    expect(parentsOf(commit)).toBe(1);
  });

  it("merges exactly the head that was judged", async () => {
    const tip = place.world.commit({ branch: BRANCH, files: { "more.txt": "a person's" } });
    await expect(forge.pullRequests.merge(1, head)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(place.pull().state).toBe("open");
    await forge.pullRequests.merge(1, tip);
    await expect(forge.pullRequests.merge(1, head)).rejects.toMatchObject({ name: "ModeltrailError" });
  });

  it("passes on what the rules of the branch miss", async () => {
    const { server, repository } = place.world;
    server.protect(repository, "main", { requiredChecks: ["modeltrail/verdict"], enforceAdmins: true });
    await expect(forge.pullRequests.merge(1, head)).rejects.toMatchObject({
      code: "MERGE_REFUSED",
      message: expect.stringContaining('Required status check "modeltrail/verdict" is expected.'),
    });
    expect(await forge.pullRequests.progress(1)).toEqual({
      state: "open",
      branch: BRANCH,
      head,
      blockedBy: "blocked",
    });
    await forge.pullRequests.setStatuses(head, [
      {
        name: "modeltrail/verdict",
        state: "success",
        description: "ok",
      },
    ]);
    expect(await forge.pullRequests.progress(1)).toEqual({ state: "open", branch: BRANCH, head });
    await forge.pullRequests.merge(1, head);
  });

  it("says so of one that is closed, and of a repository that allows no way", async () => {
    Object.assign(place.world.repository.settings, {
      allow_merge_commit: false,
      allow_squash_merge: false,
      allow_rebase_merge: false,
    });
    await expect(forge.pullRequests.merge(1, head)).rejects.toMatchObject({ code: "MERGE_REFUSED" });
    place.world.repository.settings.allow_merge_commit = true;
    await forge.close(BRANCH, head, { why: "rejected" });
    await expect(forge.pullRequests.merge(1, head)).rejects.toMatchObject({ code: "MERGE_REFUSED" });
    expect(await forge.pullRequests.progress(1)).toEqual({ state: "closed", branch: BRANCH, head });
  });

  it("tries again when only the base has moved meanwhile", async () => {
    const message = "Base branch was modified. Review and try the merge again.";
    const isMerge = ({ operationId }: { operationId: string }): boolean => operationId === "pulls/merge";
    place.world.server.fail({ matches: isMerge, fault: { status: 405, body: { message } }, times: 2 });
    await forge.pullRequests.merge(1, head);
  });
});

describe("a pull request by its number", () => {
  it("is a proposal when it is open and its branch lies here", async () => {
    expect(await forge.pullRequests.numbered(1)).toMatchObject({
      branch: BRANCH,
      head,
      request: { number: 1, author: "ada" },
    });
    const { octokit, at } = place.world;
    const theirs = await place.world.open("feature");
    // Pushed after this forge had fetched: its commit is brought along.
    expect(await forge.pullRequests.numbered(theirs.number)).toMatchObject({
      branch: "feature",
      head: theirs.head,
    });
    await forge.repository.objects.readCommit(theirs.head);
    await octokit.pulls.update({ ...at, pull_number: 1, state: "closed" });
    await octokit.pulls.merge({ ...at, pull_number: theirs.number });
    for (const number of [1, theirs.number, 77])
      await expect(forge.pullRequests.numbered(number)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is none when it comes from a fork, or goes elsewhere", async () => {
    const { octokit, at, server } = place.world;
    const { data } = await octokit.pulls.get({ ...at, pull_number: 1 });
    for (const body of [
      { ...data, head: { ...data.head, repo: null } },
      { ...data, base: { ...data.base, ref: "release" } },
    ]) {
      server.fail({
        matches: ({ operationId }) => operationId === "pulls/get",
        fault: { status: 200, body },
        times: 1,
      });
      await expect(forge.pullRequests.numbered(1)).rejects.toMatchObject({ code: "NOT_FOUND" });
    }
  });
});

describe("auto-merge", () => {
  beforeEach(() => {
    const { server, repository } = place.world;
    repository.settings.allow_auto_merge = true;
    server.protect(repository, "main", { requiredChecks: ["modeltrail/verdict"], enforceAdmins: true });
  });

  it("is armed once, and merges when the rules are met", async () => {
    const arm = (): Promise<unknown> => forge.pullRequests.armAutoMerge(1, head);
    expect(await place.writesOf(arm)).toEqual(["graphql/enablePullRequestAutoMerge"]);
    expect(await place.writesOf(arm)).toEqual([]);
    await forge.pullRequests.setStatuses(head, [
      {
        name: "modeltrail/verdict",
        state: "success",
        description: "",
      },
    ]);
    expect(await forge.pullRequests.progress(1)).toMatchObject({ state: "merged" });
    expect(await place.writesOf(arm)).toEqual([]);
  });

  it("is armed by the way that is allowed, even when the reply is lost", async () => {
    place.world.repository.settings.allow_merge_commit = false;
    place.world.server.fail({ matches: ({ write }) => write, fault: "lost", times: 1 });
    expect(await place.writesOf(() => forge.pullRequests.armAutoMerge(1, head))).toHaveLength(1);
    expect(place.pull().autoMerge?.method).toBe("squash");
  });

  it("is armed by the next way where rules of the branch forbid the first", async () => {
    const parameters = { allowed_merge_methods: ["rebase"] };
    place.world.server.setRules(place.world.repository, "main", [{ type: "pull_request", parameters }]);
    expect(await place.writesOf(() => forge.pullRequests.armAutoMerge(1, head))).toHaveLength(3);
    expect(place.pull().autoMerge?.method).toBe("rebase");
  });

  it("is refused where it is not enabled, where nothing is to wait for, and at another head", async () => {
    const { repository } = place.world;
    await expect(forge.pullRequests.armAutoMerge(1, place.world.main())).rejects.toMatchObject({
      code: "CONFLICT",
    });
    repository.settings.allow_auto_merge = false;
    await expect(forge.pullRequests.armAutoMerge(1, head)).rejects.toMatchObject({ code: "MERGE_REFUSED" });
    repository.settings.allow_auto_merge = true;
    repository.protections.clear();
    await expect(forge.pullRequests.armAutoMerge(1, head)).rejects.toMatchObject({
      code: "MERGE_REFUSED",
      hint: expect.stringContaining("modeltrail merge 1"),
    });
    expect(place.pull().autoMerge).toBeNull();
  });
});
