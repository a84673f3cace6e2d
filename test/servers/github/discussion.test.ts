import { Octokit } from "@octokit/rest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SILENT, type World, openWorld } from "./world.ts";

let world: World;
let issue: { owner: string; repo: string; issue_number: number };
let pull: { owner: string; repo: string; pull_number: number };
beforeEach(async () => {
  world = await openWorld();
  await world.open("a");
  issue = { ...world.at, issue_number: 1 };
  pull = { ...world.at, pull_number: 1 };
});
afterEach(() => world.close());

describe("what is said at a pull request", () => {
  it("keeps comments, which their authors and writers may change", async () => {
    const { octokit, at } = world;
    const eve = world.as("eve");
    const { data } = await eve.issues.createComment({ ...issue, body: "first" });
    expect(data).toMatchObject({ body: "first", user: { login: "eve" }, author_association: "NONE" });
    await octokit.issues.createComment({ ...issue, body: "second" });
    await octokit.issues.updateComment({ ...at, comment_id: data.id, body: "changed" });
    const list = await octokit.issues.listComments(issue);
    expect(list.data.map((one) => one.body)).toEqual(["changed", "second"]);
    await expect(
      eve.issues.updateComment({ ...at, comment_id: list.data[1]!.id, body: "mine" }),
    ).rejects.toMatchObject({ status: 403 });
    await octokit.issues.deleteComment({ ...at, comment_id: data.id });
    await expect(octokit.issues.getComment({ ...at, comment_id: data.id })).rejects.toMatchObject({
      status: 404,
    });
    await expect(octokit.issues.createComment({ ...issue, body: "x".repeat(65_537) })).rejects.toMatchObject({
      status: 422,
    });
  });

  it("keeps labels, and makes those that are not there yet", async () => {
    const { octokit, at } = world;
    await octokit.issues.createLabel({ ...at, name: "Modeltrail", color: "0e8a16", description: "d" });
    await expect(octokit.issues.createLabel({ ...at, name: "modeltrail" })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ resource: "Label", code: "already_exists", field: "name" }] } },
    });
    const added = await octokit.issues.addLabels({ ...issue, labels: ["modeltrail", "stage:production"] });
    expect(added.data.map((one) => one.name)).toEqual(["Modeltrail", "stage:production"]);
    await octokit.issues.removeLabel({ ...issue, name: "stage:production" });
    await expect(octokit.issues.removeLabel({ ...issue, name: "stage:production" })).rejects.toMatchObject({
      status: 404,
    });
    await octokit.issues.setLabels({ ...issue, labels: ["model:a"] });
    expect((await octokit.issues.listLabelsOnIssue(issue)).data.map((one) => one.name)).toEqual(["model:a"]);
    expect((await octokit.issues.listLabelsForRepo(at)).data).toHaveLength(3);
    expect((await octokit.issues.getLabel({ ...at, name: "model:a" })).data.color).toBe("ededed");
    await expect(world.as("eve").issues.addLabels({ ...issue, labels: ["x"] })).rejects.toMatchObject({
      status: 403,
    });
    const events = await octokit.issues.listEvents(issue);
    expect(events.data.map((one) => one.event)).toEqual([
      "labeled",
      "labeled",
      "unlabeled",
      "labeled",
      "unlabeled",
    ]);
  });

  it("keeps reviews at the commit that they were given to", async () => {
    const { octokit } = world;
    const rob = world.as("rob");
    const head = world.repository.branches.get("a");
    const approved = await rob.pulls.createReview({ ...pull, event: "APPROVE", body: "good" });
    expect(approved.data).toMatchObject({ state: "APPROVED", commit_id: head, user: { login: "rob" } });
    world.commit({ branch: "a", files: { "b.txt": "b" } });
    await rob.pulls.createReview({ ...pull, event: "REQUEST_CHANGES", body: "no" });
    const list = await octokit.pulls.listReviews(pull);
    expect(list.data.map((one) => [one.state, one.commit_id === head])).toEqual([
      ["APPROVED", true],
      ["CHANGES_REQUESTED", false],
    ]);
    const review_id = list.data[1]!.id;
    const dismissed = await octokit.pulls.dismissReview({ ...pull, review_id, message: "outdated" });
    expect(dismissed.data.state).toBe("DISMISSED");
    expect((await octokit.pulls.getReview({ ...pull, review_id })).data.state).toBe("DISMISSED");
    await expect(octokit.pulls.dismissReview({ ...pull, review_id, message: "again" })).rejects.toMatchObject(
      {
        status: 422,
      },
    );
    await expect(octokit.pulls.createReview({ ...pull, event: "APPROVE" })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: ["Can not approve your own pull request"] } },
    });
  });

  it("keeps suggestions on lines", async () => {
    const { octokit } = world;
    const commit_id = world.repository.branches.get("a")!;
    const body = "```suggestion\nb\n```";
    const made = await world
      .as("rob")
      .pulls.createReviewComment({ ...pull, commit_id, path: "a.txt", line: 1, body });
    expect(made.data).toMatchObject({ body, path: "a.txt", line: 1, side: "RIGHT", commit_id });
    expect((await octokit.pulls.listReviewComments(pull)).data).toHaveLength(1);
    await expect(
      octokit.pulls.createReviewComment({ ...pull, commit_id, path: "none", line: 1, body }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it("asks people for reviews", async () => {
    const { octokit } = world;
    await octokit.pulls.requestReviewers({ ...pull, reviewers: ["rob"] });
    expect((await octokit.pulls.listRequestedReviewers(pull)).data.users).toMatchObject([{ login: "rob" }]);
    await expect(octokit.pulls.requestReviewers({ ...pull, reviewers: ["ada"] })).rejects.toMatchObject({
      status: 422,
    });
    await world.as("rob").pulls.createReview({ ...pull, event: "COMMENT", body: "hm" });
    expect((await octokit.pulls.listRequestedReviewers(pull)).data.users).toEqual([]);
    await octokit.pulls.requestReviewers({ ...pull, reviewers: ["max"] });
    await octokit.pulls.removeRequestedReviewers({ ...pull, reviewers: ["max"] });
    expect((await octokit.pulls.get(pull)).data.requested_reviewers).toEqual([]);
  });

  it("tells the story in order", async () => {
    const { octokit } = world;
    await octokit.issues.createComment({ ...issue, body: "c" });
    await world.as("rob").pulls.createReview({ ...pull, event: "APPROVE" });
    await octokit.issues.addLabels({ ...issue, labels: ["l"] });
    await octokit.pulls.merge(pull);
    const { data } = await octokit.issues.listEventsForTimeline(issue);
    expect(data.map((one) => one.event)).toEqual(["commented", "reviewed", "labeled", "merged", "closed"]);
  });
});

describe("who may do what", () => {
  it("is told by role", async () => {
    const { octokit, at, server, repository } = world;
    repository.roles.set("tim", "triage");
    server.addUser("tim");
    server.addUser("stranger");
    const read = async (username: string): Promise<unknown> => {
      const { data } = await octokit.repos.getCollaboratorPermissionLevel({ ...at, username });
      return [data.permission, data.role_name];
    };
    expect(await read("ada")).toEqual(["write", "write"]);
    expect(await read("tim")).toEqual(["read", "triage"]);
    expect(await read("acme")).toEqual(["admin", "admin"]);
    expect(await read("stranger")).toEqual(["none", "none"]);
    await expect(read("nobody")).rejects.toMatchObject({ status: 404 });
    await expect(
      world.as("eve").repos.getCollaboratorPermissionLevel({ ...at, username: "ada" }),
    ).rejects.toMatchObject({ status: 403 });
  });

  it("is bounded by the token", async () => {
    const { at, server } = world;
    const reader = world.as("ada", { contents: "read", pull_requests: "read" });
    expect((await reader.pulls.get(pull)).data.number).toBe(1);
    await expect(reader.pulls.update({ ...pull, title: "t" })).rejects.toMatchObject({
      status: 403,
      response: { data: { message: "Resource not accessible by personal access token" } },
    });
    const app = server.addAppToken("modeltrail", { contents: "write", pull_requests: "write" });
    world.repository.roles.set("modeltrail[bot]", "write");
    const bot = new Octokit({ auth: app.value, baseUrl: server.apiUrl, log: SILENT });
    const { data } = await bot.pulls.update({ ...pull, title: "By a bot" });
    expect(data.title).toBe("By a bot");
    await expect(
      bot.repos.createCommitStatus({ ...at, sha: data.head.sha, state: "success" }),
    ).rejects.toMatchObject({
      status: 403,
      response: { data: { message: "Resource not accessible by integration" } },
    });
    expect((await bot.issues.createComment({ ...issue, body: "b" })).data.user).toMatchObject({
      type: "Bot",
      login: "modeltrail[bot]",
    });
  });
});
