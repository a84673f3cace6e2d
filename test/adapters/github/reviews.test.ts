import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openPlace, type OpenForge, type Place } from "./place.ts";

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

const FILE = "models/fraud/stages/staging/stage.yaml";

describe("reviews", () => {
  it("are all read, oldest first, with what they were made of", async () => {
    const rob = place.world.as("rob");
    const bot = place.world.server.addUser("renovate[bot]", "Bot");
    const { at } = place.world;
    await rob.pulls.createReview({ ...at, pull_number: 1, event: "COMMENT", body: "Hm." });
    await rob.pulls.createReview({ ...at, pull_number: 1, event: "APPROVE" });
    // Not sent off yet.
    await rob.pulls.createReview({ ...at, pull_number: 1 });
    const reviews = place.pull().reviews as unknown as object[];
    const [comment, approval] = reviews;
    reviews.unshift(
      ...Array.from({ length: 120 }, (_, id) => ({ ...comment, id, submittedAt: "2026-01-01T00:00:00Z" })),
    );
    reviews.push({ ...approval, id: 500, user: bot, state: "DISMISSED" });
    const read = await forge.pullRequests.reviews(1);
    expect(read).toHaveLength(123);
    expect(read[0]).toMatchObject({ state: "commented", at: Date.parse("2026-01-01T00:00:00Z") / 1000 });
    expect(read.slice(121)).toMatchObject([
      { login: "rob", isBot: false, state: "approved", head },
      { login: "renovate[bot]", isBot: true, state: "dismissed", head },
    ]);
  });

  it("are never taken for none because of an error", async () => {
    for (const fault of [401, 403, 404, 409, 422, 500, "cut"] as const) {
      place.world.server.fail({ matches: ({ path }) => path.endsWith("/reviews"), fault });
      await expect(forge.pullRequests.reviews(1)).rejects.toMatchObject({ name: "ModeltrailError" });
      place.world.server.heal();
    }
  });
});

describe("who made the commits", () => {
  it("is told by login, else by mail, co-authors too", async () => {
    const { repository } = place.world;
    const { git } = repository;
    const ada = place.world.server.addUser("ada");
    const tree = git.commit(head).tree;
    const tip = git.writeCommit({
      tree,
      parents: [head],
      author: { name: "Ada", email: ada.email, date: "2026-01-01T00:00:00Z" },
      committer: { name: "X", email: "Nobody@Example.com", date: "2026-01-01T00:00:00Z" },
      message: [
        "More",
        "",
        "Co-authored-by: Grace <77+grace@users.noreply.github.com>",
        "co-authored-by: Edsger <Edsger@Example.com>",
        "co-authored-by: Edsger",
        "Co-authored-by: GitHub <noreply@github.com>",
        `Co-Authored-By: Ada <${ada.email}>`,
      ].join("\n"),
    });
    git.move("refs/heads/promote/staging/fraud/1.0.0", head, tip);
    const who = await forge.pullRequests.contributors(1);
    expect(who).toEqual({
      logins: ["ada", "grace", "web-flow"],
      unknown: ["mail:ada@example.com", "mail:edsger", "mail:edsger@example.com", "mail:nobody@example.com"],
    });
  });

  it("is not told by half", async () => {
    const { octokit, at, server } = place.world;
    const { data } = await octokit.pulls.listCommits({ ...at, pull_number: 1 });
    const body = Array.from({ length: 250 }, () => data[0]);
    server.fail({ matches: ({ path }) => path.endsWith("/commits"), fault: { status: 200, body } });
    await expect(forge.pullRequests.contributors(1)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("has the permission of now", async () => {
    const { repository, server } = place.world;
    repository.roles.set("tri", "triage").set("mai", "maintain");
    for (const login of ["tri", "mai", "out"]) server.addUser(login);
    const asked = ["max", "ada", "mai", "tri", "eve", "out", "nobody", "a/../b"];
    const said: string[] = [];
    for (const login of asked) said.push(await forge.pullRequests.permission(login));
    expect(said).toEqual(["admin", "write", "write", "read", "read", "none", "none", "none"]);
    server.fail({ matches: ({ path }) => path.endsWith("/permission"), fault: 500 });
    await expect(forge.pullRequests.permission("max")).rejects.toMatchObject({ code: "NETWORK" });
  });
});

describe("suggestions and statuses", () => {
  it("posts a suggestion once, in a fence that its text cannot end", async () => {
    const suggestion = {
      head,
      file: FILE,
      lines: { from: 1, to: 1 },
      text: "a\n````\nb",
      note: "Commit this.",
    };
    const post = (): Promise<unknown> => forge.pullRequests.suggest(1, suggestion);
    place.world.server.fail({ matches: ({ write }) => write, fault: "lost", times: 1 });
    expect(await place.writesOf(post)).toHaveLength(1);
    expect(await place.writesOf(post)).toEqual([]);
    expect(place.pull().reviewComments).toMatchObject([
      {
        path: FILE,
        line: 1,
        commit: head,
        body: expect.stringContaining("`````suggestion\na\n````\nb\n`````\n"),
      },
    ]);
    expect(
      await place.writesOf(() => forge.pullRequests.suggest(1, { ...suggestion, text: "" })),
    ).toHaveLength(1);
  });

  it("posts a suggestion although an outsider wrote what looks like it", async () => {
    const suggestion = { head, file: FILE, lines: { from: 1, to: 1 }, text: "a", note: "Commit this." };
    const post = (): Promise<unknown> => forge.pullRequests.suggest(1, suggestion);
    await post();
    const comments = place.pull().reviewComments as unknown as { user: object }[];
    comments[0]!.user = place.world.server.addUser("mallory");
    expect(await place.writesOf(post)).toHaveLength(1);
    comments[1]!.user = place.world.server.addUser("modeltrail[bot]", "Bot");
    expect(await place.writesOf(post)).toEqual([]);
  });

  it("sets a status only when it says something new", async () => {
    const status = {
      name: "modeltrail/verdict",
      state: "pending",
      description: `é ${"x".repeat(200)}`,
    } as const;
    const set = (changes: object = {}) =>
      place.writesOf(() => forge.pullRequests.setStatuses(head, [{ ...status, ...changes }]));
    expect(await set()).toHaveLength(1);
    expect(await set()).toEqual([]);
    expect(await set({ name: "modeltrail/other" })).toHaveLength(1);
    expect(await set()).toEqual([]);
    expect(await set({ url: "https://example.com/" })).toEqual([]);
    place.world.server.fail({ matches: ({ write }) => write, fault: "lost", times: 1 });
    expect(await set({ state: "success" })).toHaveLength(1);
    expect(await set()).toHaveLength(1);
    expect(place.world.repository.statuses.map(({ description }) => description?.length)).toEqual([
      140, 140, 140, 140,
    ]);
  });
});
