import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { moveToFork } from "../../builders/events.ts";
import { openPlace, type Place } from "./place.ts";

let place: Place;
let number: number;
let head: string;
beforeEach(async () => {
  place = await openPlace();
  ({ number, head } = await place.world.open("topic"));
});
afterEach(() => place.close());

const VERDICT = { name: "modeltrail/verdict", state: "success", description: "well" } as const;
const ORDER = {
  name: "modeltrail/order",
  state: "success",
  description: "well",
  url: "https://e.example/1",
} as const;

describe("statuses of a commit", () => {
  it("are set in the order given, and only those that say something new", async () => {
    const { pullRequests } = await place.open();
    await pullRequests.setStatuses(head, [ORDER, VERDICT]);
    expect(place.world.repository.statuses.map(({ context }) => context)).toEqual([ORDER.name, VERDICT.name]);
    expect(await pullRequests.statuses(head)).toEqual([ORDER, VERDICT]);
    const same = [{ ...ORDER, url: "https://e.example/2" }, VERDICT];
    expect(await place.writesOf(() => pullRequests.setStatuses(head, same))).toEqual([]);
    const denied = [{ ...VERDICT, state: "failure", description: `no\n${"x".repeat(200)}` }, ORDER] as const;
    expect(await place.writesOf(() => pullRequests.setStatuses(head, denied))).toHaveLength(1);
    expect(await place.writesOf(() => pullRequests.setStatuses(head, denied))).toEqual([]);
    const last = place.world.repository.statuses.at(-1);
    expect(last).toMatchObject({ context: VERDICT.name, state: "failure" });
    expect(last?.description).toHaveLength(140);
  });

  it("are only brought up to date where that is all that is wanted", async () => {
    const { pullRequests } = await place.open();
    await pullRequests.setStatuses(head, [{ ...ORDER, state: "failure" }]);
    await pullRequests.setStatuses(head, [
      { ...ORDER, onlyIfThere: true },
      { ...VERDICT, onlyIfThere: true },
    ]);
    expect(await pullRequests.statuses(head)).toEqual([ORDER]);
  });

  it("are ours: another's that says the same is no word of ours", async () => {
    await place.world.as("rob").repos.createCommitStatus({
      ...place.world.at,
      sha: head,
      context: VERDICT.name,
      state: "success",
      description: "well",
    });
    const { pullRequests } = await place.open();
    expect(await place.writesOf(() => pullRequests.setStatuses(head, [VERDICT]))).toHaveLength(1);
  });

  it("are set once when a reply is lost, and not at all when GitHub refuses", async () => {
    const { pullRequests } = await place.open();
    const { server, repository } = place.world;
    server.fail({ matches: ({ write }) => write, fault: "lost", times: 1 });
    await pullRequests.setStatuses(head, [VERDICT]);
    expect(repository.statuses).toHaveLength(1);
    const gone = pullRequests.setStatuses("0".repeat(40), [VERDICT]);
    await expect(gone).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });
});

describe("a comment that is kept up to date", () => {
  const comment = { marker: "<!-- mark -->", body: "One", create: true };

  it("is made once, changed in place, and known by its author", async () => {
    const { world } = place;
    await world
      .as("rob")
      .issues.createComment({ ...world.at, issue_number: number, body: "<!-- mark -->\nOne" });
    await world.octokit.issues.createComment({
      ...world.at,
      issue_number: number,
      body: "Says <!-- mark -->\nOne",
    });
    const { pullRequests } = await place.open();
    const keep = (changes: object): Promise<readonly string[]> =>
      place.writesOf(() => pullRequests.comment(number, { ...comment, ...changes }));
    expect(await keep({ create: false })).toEqual([]);
    expect(await keep({})).toEqual(["issues/create-comment"]);
    expect(await keep({})).toEqual([]);
    expect(await keep({ body: "Two", create: false })).toEqual(["issues/update-comment"]);
    expect(world.repository.pulls.get(number)?.comments.map(({ body }) => body)).toEqual([
      "<!-- mark -->\nOne",
      "Says <!-- mark -->\nOne",
      "<!-- mark -->\nTwo",
    ]);
  });

  it("is one: of several that two runs made the oldest stays", async () => {
    const { world } = place;
    for (const word of ["One", "Other"])
      await world.octokit.issues.createComment({
        ...world.at,
        issue_number: number,
        body: `<!-- mark -->\n${word}`,
      });
    await (await place.open()).pullRequests.comment(number, comment);
    expect(world.repository.pulls.get(number)?.comments.map(({ body }) => body)).toEqual([
      "<!-- mark -->\nOne",
    ]);
  });

  it("is made once when the reply is lost", async () => {
    const { pullRequests } = await place.open();
    place.world.server.fail({ matches: ({ write }) => write, fault: "lost", times: 1 });
    await pullRequests.comment(number, comment);
    expect(place.world.repository.pulls.get(number)?.comments).toHaveLength(1);
  });
});

describe("pull requests of anybody", () => {
  it("are told with where they come from and go to", async () => {
    const { world } = place;
    world.commit({ branch: "develop", files: { "a.txt": "a" } });
    const other = await world.open("other");
    const fork = await world.open("fork");
    const gone = await world.open("gone");
    await world.octokit.pulls.update({ ...world.at, pull_number: other.number, base: "develop" });
    moveToFork(world, fork.number);
    moveToFork(world, gone.number, true);
    const { pullRequests } = await place.open();
    expect(await pullRequests.look(number)).toMatchObject({
      request: { number, author: "ada" },
      state: "open",
      branch: "topic",
      head,
      base: "main",
      isFork: false,
    });
    expect(await pullRequests.look(other.number)).toMatchObject({ base: "develop", isFork: false });
    expect(await pullRequests.look(gone.number)).toMatchObject({ state: "open", isFork: true });
    const listed = await pullRequests.listRequests();
    expect(listed.map(({ request, isFork }) => [request.number, isFork])).toEqual([
      [number, false],
      [fork.number, true],
      [gone.number, true],
    ]);
    await expect(pullRequests.look(99)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it.each(["merge", "squash", "rebase"] as const)("are found by what became of them: %s", async (method) => {
    const { world } = place;
    const { pullRequests } = await place.open();
    await world.octokit.pulls.merge({ ...world.at, pull_number: number, merge_method: method });
    const commit = world.main();
    expect(await pullRequests.look(number)).toMatchObject({ state: "merged" });
    expect(await pullRequests.broughtBy(commit)).toMatchObject([
      { request: { number }, head, commit, mergedBy: "ada" },
    ]);
    const first = world.repository.git.parse("main~1") ?? "";
    if (method !== "merge") expect(await pullRequests.broughtBy(first)).toEqual([]);
  });
});
