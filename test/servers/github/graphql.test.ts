import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld, pick } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

function ask(query: string, variables: object = {}, octokit = world.octokit): Promise<unknown> {
  return octokit.graphql(query, { owner: "acme", name: "models", ...variables });
}

const REPOSITORY = "query($owner: String!, $name: String!)";

describe("questions in GraphQL", () => {
  it("reads a repository, its files and its history", async () => {
    const { repository } = world;
    world.commit({
      files: { "models/a/model.yaml": "name: a\n", bin: "\0" },
      message: "Add a\n\nWith care.",
    });
    const found = pick(
      "repository",
      await ask(`${REPOSITORY} {
      repository(owner: $owner, name: $name) {
        id nameWithOwner viewerPermission autoMergeAllowed
        defaultBranchRef { name prefix target { ... on Commit {
          oid messageHeadline messageBody committedDate author { name email user { login } }
          tree { oid } parents(first: 1) { nodes { oid } }
          file(path: "models/a/model.yaml") { oid mode type object { ... on Blob { text byteSize isTruncated } } }
          history(first: 1) { totalCount nodes { message } pageInfo { hasNextPage endCursor } }
        } } }
        text: object(expression: "HEAD:models/a/model.yaml") { ... on Blob { oid text byteSize isBinary } }
        bin: object(expression: "main:bin") { ... on Blob { text isBinary } }
        folder: object(expression: "main:models") { __typename ... on Tree { entries { name mode oid type } } }
        none: object(expression: "main:none") { oid }
        refs(refPrefix: "refs/heads/", first: 10) { nodes { name } }
      }
    }`),
    );
    expect(found).toMatchObject({
      nameWithOwner: "acme/models",
      viewerPermission: "WRITE",
      defaultBranchRef: {
        name: "main",
        target: {
          oid: world.main(),
          messageHeadline: "Add a",
          messageBody: "With care.",
          author: { name: "A Person", user: null },
          file: {
            mode: 0o100644,
            type: "blob",
            object: { text: "name: a\n", byteSize: 8, isTruncated: false },
          },
          history: { totalCount: 2, pageInfo: { hasNextPage: true } },
        },
      },
      text: { text: "name: a\n", isBinary: false },
      bin: { text: null, isBinary: true },
      folder: { __typename: "Tree", entries: [{ name: "a", mode: 0o40000, type: "tree" }] },
      none: null,
      refs: { nodes: [{ name: "main" }] },
    });
    expect(pick("id", found)).toBe(`R_${repository.id}`);
  });

  it("reads pull requests, page by page", async () => {
    for (const branch of ["a", "b", "c"]) await world.open(branch);
    await world.octokit.pulls.merge({ ...world.at, pull_number: 1 });
    const query = `query($owner: String!, $name: String!, $after: String) { repository(owner: $owner, name: $name) {
      pullRequests(states: OPEN, first: 1, after: $after) {
        totalCount nodes { number state headRefName headRefOid mergeable } pageInfo { hasNextPage endCursor } } } }`;
    const first = pick("repository.pullRequests", await ask(query));
    expect(first).toMatchObject({
      totalCount: 2,
      nodes: [{ number: 2, state: "OPEN", headRefName: "b", mergeable: "MERGEABLE" }],
      pageInfo: { hasNextPage: true },
    });
    const after = pick("pageInfo.endCursor", first);
    const second = pick("repository.pullRequests", await ask(query, { after }));
    expect(second).toMatchObject({ nodes: [{ number: 3 }], pageInfo: { hasNextPage: false } });
    const answer = await ask(`${REPOSITORY} { repository(owner: $owner, name: $name) {
      pullRequest(number: 1) { state mergedBy { login } timelineItems(itemTypes: [CLOSED_EVENT], last: 1) {
        nodes { ... on ClosedEvent { actor { login } } } } } } }`);
    expect(pick("repository.pullRequest", answer)).toEqual({
      state: "MERGED",
      mergedBy: { login: "ada" },
      timelineItems: { nodes: [{ actor: { login: "ada" } }] },
    });
  });

  it("reads what reviewers decided", async () => {
    const { server, repository, at } = world;
    server.protect(repository, "main", { requiredReviews: 1 });
    await world.open("a");
    const read = async (): Promise<unknown> =>
      pick(
        "repository.pullRequest",
        await ask(`${REPOSITORY} { repository(owner: $owner, name: $name) { pullRequest(number: 1) {
          reviewDecision
          latestOpinionatedReviews(first: 10, writersOnly: true) { nodes { state author { login } commit { oid } } }
          reviews(first: 10) { totalCount }
        } } }`),
      );
    expect(await read()).toMatchObject({ reviewDecision: "REVIEW_REQUIRED" });
    await world.as("eve").pulls.createReview({ ...at, pull_number: 1, event: "APPROVE" });
    expect(await read()).toMatchObject({ reviewDecision: "REVIEW_REQUIRED", reviews: { totalCount: 1 } });
    await world.as("rob").pulls.createReview({ ...at, pull_number: 1, event: "APPROVE" });
    expect(await read()).toMatchObject({
      reviewDecision: "APPROVED",
      latestOpinionatedReviews: { nodes: [{ state: "APPROVED", author: { login: "rob" } }] },
    });
  });

  it("reads what checks say of a head", async () => {
    const { octokit, at } = world;
    const { head: sha } = await world.open("a");
    const read = async (): Promise<unknown> =>
      pick(
        "repository.pullRequest.statusCheckRollup",
        await ask(`${REPOSITORY} { repository(owner: $owner, name: $name) { pullRequest(number: 1) {
          statusCheckRollup { state contexts(first: 9) { nodes {
            ... on StatusContext { context state } ... on CheckRun { name status conclusion } } } } } } }`),
      );
    expect(await read()).toBeNull();
    await octokit.checks.create({ ...at, name: "tests", head_sha: sha, conclusion: "success" });
    await octokit.repos.createCommitStatus({ ...at, sha, state: "pending", context: "modeltrail" });
    expect(await read()).toEqual({
      state: "PENDING",
      contexts: {
        nodes: [
          { context: "modeltrail", state: "PENDING" },
          { name: "tests", status: "COMPLETED", conclusion: "SUCCESS" },
        ],
      },
    });
  });

  it("says what is wrong in GitHub's form", async () => {
    const { repository } = world;
    await expect(
      ask(REPOSITORY + "{ repository(owner: $owner, name: $name) { id } }", { name: "x" }),
    ).rejects.toMatchObject({
      errors: [{ type: "NOT_FOUND", path: ["repository"], message: expect.stringContaining("acme/x") }],
    });
    await expect(
      ask(REPOSITORY + "{ repository(owner: $owner, name: $name) { pullRequests { totalCount } } }"),
    ).rejects.toMatchObject({ errors: [{ type: "MISSING_PAGINATION_BOUNDARIES" }] });
    await expect(
      ask(
        REPOSITORY + "{ repository(owner: $owner, name: $name) { pullRequests(first: 101) { totalCount } } }",
      ),
    ).rejects.toMatchObject({ errors: [{ type: "EXCESSIVE_PAGINATION" }] });
    expect(repository.private).toBe(true);
  });

  it("holds every query to GitHub's schema, and to what is served", async () => {
    const { server } = world;
    await expect(ask("{ viewer { nickname } }")).rejects.toThrow("Cannot query field");
    expect(server.violations).toEqual([expect.stringContaining("nickname")]);
    await expect(ask("{ viewer { bioHTML } }")).rejects.toThrow("does not serve User.bioHTML");
    expect(server.violations).toHaveLength(2);
    server.violations.length = 0;
  });
});

const COMMIT = `mutation($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid signature { isValid } } ref { name } } }`;

function commitInput(expectedHeadOid: string, fileChanges: object = {}): object {
  const branch = { repositoryNameWithOwner: "acme/models", branchName: "a" };
  return { input: { branch, expectedHeadOid, fileChanges, message: { headline: "Say", body: "More" } } };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("a commit on a branch by the API", () => {
  it("is made on the expected head, and signed", async () => {
    const { octokit, at, repository } = world;
    const { head } = world.propose("a");
    const additions = [{ path: "deep/er/file.txt", contents: base64("hello") }];
    const made = await ask(COMMIT, commitInput(head, { additions, deletions: [{ path: "a.txt" }] }));
    const oid = String(pick("createCommitOnBranch.commit.oid", made));
    const { data } = await octokit.git.getCommit({ ...at, commit_sha: oid });
    expect(data).toMatchObject({
      message: "Say\n\nMore",
      parents: [{ sha: head }],
      verification: { verified: true },
    });
    expect(data.author.name).toBe("ada");
    expect(repository.git.tree(data.tree.sha, true).map((item) => item.path)).toEqual([
      "README.md",
      "deep",
      "deep/er",
      "deep/er/file.txt",
    ]);
    expect(repository.git.parse("refs/heads/a")).toBe(oid);
  });

  it("is refused at another head, for a missing path, and to readers", async () => {
    const { head } = world.propose("a");
    await expect(ask(COMMIT, commitInput(world.main()))).rejects.toMatchObject({
      errors: [
        {
          type: "STALE_DATA",
          message: `Expected branch to point to "${world.main()}" but it did not. Pull and try again.`,
        },
      ],
    });
    await expect(ask(COMMIT, commitInput(head, { deletions: [{ path: "none" }] }))).rejects.toThrow(
      "does not exist",
    );
    await expect(ask(COMMIT, commitInput(head), world.as("eve"))).rejects.toMatchObject({
      errors: [{ type: "FORBIDDEN" }],
    });
    await expect(ask(COMMIT, commitInput(head), world.as("ada", { contents: "read" }))).rejects.toThrow(
      "Resource not accessible by personal access token",
    );
  });

  it("can start with a new branch", async () => {
    const make = `mutation($input: CreateRefInput!) { createRef(input: $input) { ref { name target { oid } } } }`;
    const input = { repositoryId: `R_${world.repository.id}`, name: "refs/heads/new", oid: world.main() };
    expect(pick("createRef.ref", await ask(make, { input }))).toEqual({
      name: "new",
      target: { oid: world.main() },
    });
    await expect(ask(make, { input })).rejects.toThrow("already exists");
  });
});

const MOVE = `mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }`;
const NONE = "0".repeat(40);

interface RefUpdate {
  readonly name: string;
  readonly beforeOid?: string;
  readonly afterOid: string;
  readonly force?: boolean;
}

function move(refUpdates: readonly RefUpdate[], octokit = world.octokit): Promise<unknown> {
  return ask(MOVE, { input: { repositoryId: `R_${world.repository.id}`, refUpdates } }, octokit);
}

const head = (branch: string): string => `refs/heads/${branch}`;
const tip = (branch: string): string | undefined => world.repository.git.refs().get(head(branch));

describe("several branches moved by the API", () => {
  it("makes, moves and deletes them at once, and pull requests follow", async () => {
    const { octokit, at, server, repository } = world;
    const a = await world.open("a");
    const b = await world.open("b");
    const main = world.main();
    const next = world.commit({ branch: "next", files: { "a.txt": "more" }, message: "More" });
    await move([
      { name: head("new"), beforeOid: NONE, afterOid: main },
      { name: head("a"), beforeOid: a.head, afterOid: next, force: true },
      { name: head("b"), beforeOid: b.head, afterOid: NONE },
    ]);
    expect([tip("new"), tip("a"), tip("b")]).toEqual([main, next, undefined]);
    expect((await octokit.pulls.get({ ...at, pull_number: a.number })).data).toMatchObject({
      state: "open",
      head: { sha: next },
    });
    expect((await octokit.pulls.get({ ...at, pull_number: b.number })).data.state).toBe("closed");
    expect(server.writes.map(({ operationId }) => operationId)).toContain("graphql/updateRefs");
    // An id before that is left out is not looked at.
    await move([{ name: head("new"), afterOid: NONE }]);
    expect(repository.git.refs().has(head("new"))).toBe(false);
  });

  it("moves none where one may not", async () => {
    const { server, repository } = world;
    const { head: old } = world.propose("a");
    const main = world.main();
    const far = world.commit({ branch: "far", files: { "far.txt": "far" }, message: "Far" });
    server.setRules(repository, "kept", [{ type: "deletion" }]);
    const kept = { name: head("kept"), beforeOid: NONE, afterOid: main };
    await move([kept]);
    const good = { name: head("good"), beforeOid: NONE, afterOid: main };
    const denied: readonly (readonly [string, RefUpdate])[] = [
      ["STALE_DATA", { name: head("a"), beforeOid: main, afterOid: far, force: true }],
      ["STALE_DATA", { name: head("a"), beforeOid: NONE, afterOid: far }],
      ["STALE_DATA", { name: head("absent"), beforeOid: main, afterOid: NONE }],
      // Neither holds the other.
      ["UNPROCESSABLE", { name: head("a"), beforeOid: old, afterOid: far }],
      ["UNPROCESSABLE", { name: head("kept"), beforeOid: main, afterOid: NONE }],
      ["UNPROCESSABLE", { name: head("b"), afterOid: "1".repeat(40) }],
      ["UNPROCESSABLE", { name: head("a/b"), afterOid: main }],
      ["UNPROCESSABLE", { name: head("a..b"), afterOid: main }],
      ["UNPROCESSABLE", { name: "b", afterOid: main }],
      ["UNPROCESSABLE", good],
    ];
    for (const [type, update] of denied)
      await expect(move([good, update]), JSON.stringify(update)).rejects.toMatchObject({
        errors: [{ type, path: ["updateRefs"] }],
      });
    for (const octokit of [world.as("eve"), world.as("ada", { contents: "read" })])
      await expect(move([good], octokit)).rejects.toMatchObject({ errors: [{ type: "FORBIDDEN" }] });
    expect([tip("a"), tip("kept"), tip("good")]).toEqual([old, main, undefined]);
  });
});
