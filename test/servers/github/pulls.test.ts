import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe("the life of a pull request", () => {
  it("starts with all that the description asks for", async () => {
    const { octokit, at } = world;
    const { head } = world.propose("promote/a");
    const { data } = await octokit.pulls.create({
      ...at,
      head: "promote/a",
      base: "main",
      title: "Promote a",
      body: "b",
    });
    expect(data).toMatchObject({
      number: 1,
      state: "open",
      title: "Promote a",
      head: { ref: "promote/a", sha: head, label: "acme:promote/a" },
      base: { ref: "main", sha: world.main() },
      mergeable: true,
      mergeable_state: "clean",
      commits: 1,
      changed_files: 1,
      additions: 1,
      user: { login: "ada" },
    });
    expect(world.repository.git.parse("refs/pull/1/head")).toBe(head);
    // A merge that was only tried.
    expect(data.merge_commit_sha).toMatch(/^[0-9a-f]{40}$/);
    expect(data).toMatchObject({ merged: false, merged_at: null });
  });

  it("refuses a second one, an empty one, and names that are not there", async () => {
    const { octokit, at } = world;
    world.propose("promote/a");
    const create = (head: string, base = "main"): Promise<unknown> =>
      octokit.pulls.create({ ...at, head, base, title: "t" });
    await create("promote/a");
    await expect(create("promote/a")).rejects.toMatchObject({
      status: 422,
      response: {
        data: {
          message: "Validation Failed",
          errors: [{ message: "A pull request already exists for acme:promote/a." }],
        },
      },
    });
    world.repository.git.move("refs/heads/same", null, world.main());
    await expect(create("same")).rejects.toMatchObject({
      response: { data: { errors: [{ message: "No commits between main and same" }] } },
    });
    await expect(create("none")).rejects.toMatchObject({
      response: { data: { errors: [{ field: "head" }] } },
    });
    await expect(create("promote/a", "none")).rejects.toMatchObject({
      response: { data: { errors: [{ field: "base" }] } },
    });
    const body = "x".repeat(65_537);
    await expect(octokit.pulls.update({ ...at, pull_number: 1, body })).rejects.toMatchObject({
      response: { data: { errors: [{ field: "body", message: expect.stringContaining("too long") }] } },
    });
  });

  it("is found by head, base and state, newest first", async () => {
    const { octokit, at } = world;
    for (const branch of ["a", "b", "c"]) await world.open(branch);
    await octokit.pulls.update({ ...at, pull_number: 2, state: "closed" });
    const numbers = async (query: object): Promise<number[]> =>
      (await octokit.pulls.list({ ...at, ...query })).data.map((pull) => pull.number);
    expect(await numbers({})).toEqual([3, 1]);
    expect(await numbers({ state: "all", direction: "asc" })).toEqual([1, 2, 3]);
    expect(await numbers({ state: "closed" })).toEqual([2]);
    expect(await numbers({ head: "acme:c" })).toEqual([3]);
    expect(await numbers({ head: "someone:c" })).toEqual([]);
    expect(await numbers({ base: "other" })).toEqual([]);
  });

  it("merges by merge commit", async () => {
    const { octokit, at } = world;
    const { head } = await world.open("a");
    const before = world.main();
    const { data } = await octokit.pulls.merge({ ...at, pull_number: 1, sha: head });
    const commit = world.repository.git.commit(data.sha);
    expect(commit.parents).toEqual([before, head]);
    expect(commit.message).toBe("Merge pull request #1 from acme/a\n\nPropose a");
    expect(commit.committer).toMatchObject({ name: "GitHub", email: "noreply@github.com" });
    expect(world.main()).toBe(data.sha);
    const { data: pull } = await octokit.pulls.get({ ...at, pull_number: 1 });
    expect(pull).toMatchObject({ merged: true, state: "closed", merge_commit_sha: data.sha, commits: 1 });
    expect((await octokit.pulls.checkIfMerged({ ...at, pull_number: 1 })).status).toBe(204);
    expect(world.repository.branches.has("a")).toBe(true);
  });

  it("merges by squash, with the commit's own words", async () => {
    const { octokit, at } = world;
    await world.open("a");
    const before = world.main();
    const { data } = await octokit.pulls.merge({ ...at, pull_number: 1, merge_method: "squash" });
    const commit = world.repository.git.commit(data.sha);
    expect(commit.parents).toEqual([before]);
    expect(commit.message).toBe("Commit a (#1)\n\nBecause of a.");
    expect(world.repository.git.tree(commit.tree).map((item) => item.path)).toEqual(["README.md", "a.txt"]);
  });

  it("merges by squash, with the title over a list of commits", async () => {
    const { octokit, at } = world;
    await world.open("a");
    world.commit({ branch: "a", files: { "b.txt": "b" }, message: "Second" });
    const { data } = await octokit.pulls.merge({ ...at, pull_number: 1, merge_method: "squash" });
    expect(world.repository.git.commit(data.sha).message).toBe(
      "Propose a (#1)\n\n* Commit a\n\nBecause of a.\n\n* Second",
    );
  });

  it("merges by rebase, as new commits on the base's tip", async () => {
    const { octokit, at } = world;
    const { head } = await world.open("a");
    const second = world.commit({ branch: "a", files: { "a.txt": "changed" }, message: "Second" });
    const moved = world.commit({ files: { "other.txt": "o" } });
    const { data } = await octokit.pulls.merge({ ...at, pull_number: 1, merge_method: "rebase" });
    const { git } = world.repository;
    const top = git.commit(data.sha);
    const below = git.commit(top.parents[0]!);
    expect([top.message, below.message]).toEqual(["Second\n", "Commit a\n\nBecause of a.\n"]);
    expect(below.parents).toEqual([moved]);
    expect([head, second]).not.toContain(below.sha);
    expect(top.author).toMatchObject({ name: "A Person" });
    expect(top.committer).toMatchObject({ name: "ada" });
    expect(git.tree(top.tree).map((item) => item.path)).toEqual(["README.md", "a.txt", "other.txt"]);
  });

  it("is not merged at another head, with a conflict, as a draft, or by a way that is switched off", async () => {
    const { octokit, at, repository } = world;
    await world.open("a");
    const merge = (more: object): Promise<unknown> => octokit.pulls.merge({ ...at, pull_number: 1, ...more });
    await expect(merge({ sha: world.main() })).rejects.toMatchObject({
      status: 409,
      response: { data: { message: "Head branch was modified. Review and try the merge again." } },
    });
    repository.settings.allow_rebase_merge = false;
    await expect(merge({ merge_method: "rebase" })).rejects.toMatchObject({
      status: 405,
      response: { data: { message: "Rebase merges are not allowed on this repository." } },
    });
    world.commit({ files: { "a.txt": "something else" } });
    const { data } = await octokit.pulls.get({ ...at, pull_number: 1 });
    expect(data).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
    await expect(merge({})).rejects.toMatchObject({
      status: 405,
      response: { data: { message: "Pull Request is not mergeable" } },
    });
    world.propose("d");
    await octokit.pulls.create({ ...at, head: "d", base: "main", title: "d", draft: true });
    await expect(octokit.pulls.merge({ ...at, pull_number: 2 })).rejects.toMatchObject({ status: 405 });
  });

  it("deletes the branch of a merged one when the repository says so", async () => {
    const { octokit, at, repository } = world;
    repository.settings.delete_branch_on_merge = true;
    await world.open("a");
    await octokit.pulls.merge({ ...at, pull_number: 1 });
    expect(repository.git.parse("refs/heads/a")).toBeUndefined();
    expect((await octokit.pulls.get({ ...at, pull_number: 1 })).data.merged).toBe(true);
  });

  it("says who closed it, and cannot be opened again once its branch is gone or replaced", async () => {
    const { octokit, at, repository } = world;
    await world.open("a");
    await octokit.pulls.update({ ...at, pull_number: 1, state: "closed" });
    const issue = await octokit.issues.get({ ...at, issue_number: 1 });
    expect(issue.data).toMatchObject({ state: "closed", closed_by: { login: "ada" } });
    const events = await octokit.issues.listEventsForTimeline({ ...at, issue_number: 1 });
    expect(events.data).toMatchObject([{ event: "closed", actor: { login: "ada" } }]);
    await octokit.pulls.update({ ...at, pull_number: 1, state: "open" });
    await octokit.pulls.update({ ...at, pull_number: 1, state: "closed" });
    repository.git.move("refs/heads/a", repository.git.parse("refs/heads/a")!, null);
    await expect(octokit.pulls.update({ ...at, pull_number: 1, state: "open" })).rejects.toMatchObject({
      status: 422,
      response: { data: { errors: [{ message: expect.stringContaining("has been deleted") }] } },
    });
  });

  it("lists its files with patches, and its commits", async () => {
    const { octokit, at } = world;
    await world.open("a");
    world.commit({
      branch: "a",
      files: { "README.md": null, "docs/read.md": "# Models\n", "x/y.txt": "1\n2\n" },
    });
    const files = await octokit.pulls.listFiles({ ...at, pull_number: 1 });
    expect(files.data.map(({ filename, status, patch }) => [filename, status, patch])).toEqual([
      ["a.txt", "added", "@@ -0,0 +1 @@\n+a\n\\ No newline at end of file"],
      ["docs/read.md", "renamed", undefined],
      ["x/y.txt", "added", "@@ -0,0 +1,2 @@\n+1\n+2"],
    ]);
    const commits = await octokit.pulls.listCommits({ ...at, pull_number: 1 });
    expect(commits.data.map((one) => one.commit.message)).toEqual([
      "Commit a\n\nBecause of a.",
      "Change files",
    ]);
  });

  it("says nothing of conflicts at first when asked to be slow", async () => {
    const slow = await openWorld({ unknownReads: 2 });
    await slow.open("a");
    const read = async (): Promise<unknown> =>
      (await slow.octokit.pulls.get({ ...slow.at, pull_number: 1 })).data.mergeable;
    expect([await read(), await read()]).toEqual([null, true]);
    slow.commit({ branch: "a", files: { "z.txt": "z" } });
    expect([await read(), await read(), await read()]).toEqual([null, null, true]);
    await slow.close();
  });
});
