import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld, pick } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

function ask(query: string, variables: object): Promise<unknown> {
  return world.octokit.graphql(query, { ...variables });
}

describe("auto-merge", () => {
  const ARM = `mutation($id: ID!, $oid: GitObjectID) { enablePullRequestAutoMerge(input: {
    pullRequestId: $id, mergeMethod: SQUASH, expectedHeadOid: $oid }) {
    pullRequest { autoMergeRequest { mergeMethod enabledBy { login } } } } }`;

  it("merges once reviews and checks are there", async () => {
    const { server, repository, octokit, at } = world;
    repository.settings.allow_auto_merge = true;
    server.protect(repository, "main", { requiredReviews: 1, requiredChecks: ["modeltrail"] });
    const { head } = await world.open("a");
    const id = (await octokit.pulls.get({ ...at, pull_number: 1 })).data.node_id;
    await expect(ask(ARM, { id, oid: world.main() })).rejects.toMatchObject({
      errors: [{ type: "STALE_DATA" }],
    });
    const armed = await ask(ARM, { id, oid: head });
    expect(pick("enablePullRequestAutoMerge.pullRequest.autoMergeRequest", armed)).toEqual({
      mergeMethod: "SQUASH",
      enabledBy: { login: "ada" },
    });
    const read = async (): Promise<unknown> => (await octokit.pulls.get({ ...at, pull_number: 1 })).data;
    await world.as("rob").pulls.createReview({ ...at, pull_number: 1, event: "APPROVE" });
    expect(await read()).toMatchObject({ merged: false, auto_merge: { merge_method: "squash" } });
    await octokit.repos.createCommitStatus({ ...at, sha: head, state: "success", context: "modeltrail" });
    expect(await read()).toMatchObject({ merged: true, auto_merge: null });
    expect(repository.git.commit(world.main()).message).toContain("(#1)");
  });

  it("is refused where it is off, or where nothing is missing; and can be taken back", async () => {
    const { server, repository, octokit, at } = world;
    await world.open("a");
    const id = (await octokit.pulls.get({ ...at, pull_number: 1 })).data.node_id;
    await expect(ask(ARM, { id })).rejects.toThrow("Auto merge is not allowed for this repository");
    repository.settings.allow_auto_merge = true;
    await expect(ask(ARM, { id })).rejects.toThrow("clean status");
    server.protect(repository, "main", { requiredReviews: 1 });
    await ask(ARM, { id });
    await ask(
      `mutation($id: ID!) { disablePullRequestAutoMerge(input: { pullRequestId: $id }) { clientMutationId } }`,
      { id },
    );
    expect((await octokit.pulls.get({ ...at, pull_number: 1 })).data.auto_merge).toBeNull();
  });

  it("has the other changes of a pull request, too", async () => {
    const { octokit, at } = world;
    world.propose("a");
    const { data } = await octokit.pulls.create({ ...at, head: "a", base: "main", title: "a", draft: true });
    const id = data.node_id;
    const commented = await ask(
      `mutation($id: ID!) { addComment(input: { subjectId: $id, body: "hello" }) { commentEdge { node { body } } } }`,
      { id },
    );
    expect(pick("addComment.commentEdge.node.body", commented)).toBe("hello");
    await ask(
      `mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }`,
      { id },
    );
    const closed = await ask(
      `mutation($id: ID!) { closePullRequest(input: { pullRequestId: $id }) { pullRequest { state isDraft } } }`,
      { id },
    );
    expect(pick("closePullRequest.pullRequest", closed)).toEqual({ state: "CLOSED", isDraft: false });
    expect(world.server.writes.map((one) => one.operationId)).toEqual([
      "pulls/create",
      "graphql/addComment",
      "graphql/markPullRequestReadyForReview",
      "graphql/closePullRequest",
    ]);
  });
});
