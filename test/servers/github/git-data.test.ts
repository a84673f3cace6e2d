import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

describe("objects and refs by the API", () => {
  it("makes a commit from blobs and trees, and a branch of it", async () => {
    const { octokit, at } = world;
    const blob = await octokit.git.createBlob({ ...at, content: "aGVsbG8=", encoding: "base64" });
    const base = await octokit.git.getCommit({ ...at, commit_sha: world.main() });
    const tree = await octokit.git.createTree({
      ...at,
      base_tree: base.data.tree.sha,
      tree: [
        { path: "models/a/hello.txt", mode: "100644", type: "blob", sha: blob.data.sha },
        { path: "models/b.txt", mode: "100755", type: "blob", content: "b" },
        { path: "README.md", mode: "100644", type: "blob", sha: null },
      ],
    });
    const commit = await octokit.git.createCommit({
      ...at,
      message: "By hand",
      tree: tree.data.sha,
      parents: [world.main()],
    });
    expect(commit.data).toMatchObject({
      message: "By hand",
      author: { name: "ada" },
      verification: { verified: false },
    });
    await octokit.git.createRef({ ...at, ref: "refs/heads/deep/er", sha: commit.data.sha });
    const all = await octokit.git.getTree({ ...at, tree_sha: "deep/er", recursive: "1" });
    expect(all.data.tree.map((item) => [item.path, item.mode, item.type])).toEqual([
      ["models", "040000", "tree"],
      ["models/a", "040000", "tree"],
      ["models/a/hello.txt", "100644", "blob"],
      ["models/b.txt", "100755", "blob"],
    ]);
    const read = await octokit.git.getBlob({ ...at, file_sha: blob.data.sha });
    expect(Buffer.from(read.data.content, "base64").toString()).toBe("hello");
  });

  it("moves refs forwards only, unless forced", async () => {
    const { octokit, at } = world;
    const { head } = world.propose("a");
    const main = world.main();
    const ref = "heads/a";
    expect((await octokit.git.getRef({ ...at, ref })).data).toMatchObject({
      ref: "refs/heads/a",
      object: { sha: head },
    });
    await expect(octokit.git.createRef({ ...at, ref: "refs/heads/a", sha: head })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: "Reference already exists" } },
    });
    await expect(octokit.git.updateRef({ ...at, ref, sha: main })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: "Update is not a fast forward" } },
    });
    await octokit.git.updateRef({ ...at, ref, sha: main, force: true });
    await octokit.git.deleteRef({ ...at, ref });
    await expect(octokit.git.deleteRef({ ...at, ref })).rejects.toMatchObject({
      status: 422,
      response: { data: { message: "Reference does not exist" } },
    });
    await expect(octokit.git.getRef({ ...at, ref })).rejects.toMatchObject({ status: 404 });
    world.propose("promote/x");
    world.propose("promote/y");
    const { data } = await octokit.git.listMatchingRefs({ ...at, ref: "heads/promote/" });
    expect(data.map((one) => one.ref)).toEqual(["refs/heads/promote/x", "refs/heads/promote/y"]);
    await expect(
      octokit.git.createRef({ ...at, ref: "refs/heads/promote", sha: main }),
    ).rejects.toMatchObject({ status: 422 });
  });

  it("has nothing to give while the repository is empty", async () => {
    const { octokit, server, at } = world;
    server.addRepository("acme/empty", { roles: { ada: "write" } });
    await expect(octokit.git.getRef({ ...at, repo: "empty", ref: "heads/main" })).rejects.toMatchObject({
      status: 409,
      response: { data: { message: "Git Repository is empty." } },
    });
  });

  it("reads commits, by path, and how two of them differ", async () => {
    const { octokit, at } = world;
    world.commit({ files: { "x/a.txt": "1" }, message: "One" });
    world.commit({ files: { "y/b.txt": "2" }, message: "Two" });
    const { head } = world.propose("a");
    const list = await octokit.repos.listCommits({ ...at, sha: "main", path: "x" });
    expect(list.data.map((one) => one.commit.message)).toEqual(["One"]);
    const one = await octokit.repos.getCommit({ ...at, ref: "a" });
    expect(one.data).toMatchObject({
      sha: head,
      files: [{ filename: "a.txt", status: "added" }],
      stats: { total: 1 },
    });
    world.commit({ files: { "z.txt": "3" }, message: "Three" });
    const compare = await octokit.repos.compareCommitsWithBasehead({ ...at, basehead: "main...a" });
    expect(compare.data).toMatchObject({ status: "diverged", ahead_by: 1, behind_by: 1 });
    expect(compare.data.files?.map((file) => file.filename)).toEqual(["a.txt"]);
    await octokit.pulls.create({ ...at, head: "a", base: "main", title: "a" });
    const pulls = await octokit.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha: head });
    expect(pulls.data.map((pull) => pull.number)).toEqual([1]);
    const missing = "0".repeat(40);
    await expect(octokit.repos.getCommit({ ...at, ref: missing })).rejects.toMatchObject({ status: 422 });
    expect((await octokit.repos.listBranches(at)).data.map((branch) => branch.name)).toEqual(["a", "main"]);
  });

  it("reads files and folders, also when Git has packed them", async () => {
    const { octokit, at, repository } = world;
    world.commit({ files: { "models/a b.txt": "text", "models/large.bin": "x".repeat(1_100_000) } });
    expect(repository.git.run(["fsck", "--strict", "--full"]).ok).toBe(true);
    repository.git.text(["gc", "--quiet"]);
    const read = async (path: string): Promise<unknown> =>
      (await octokit.repos.getContent({ ...at, path, ref: "main" })).data;
    expect(await read("models/a b.txt")).toMatchObject({ type: "file", size: 4, content: "dGV4dA==" });
    expect(await read("models/large.bin")).toMatchObject({ encoding: "none", content: "" });
    expect(await read("models")).toMatchObject([
      { name: "a b.txt", type: "file" },
      { name: "large.bin", type: "file" },
    ]);
    expect(await read("")).toMatchObject([{ path: "README.md" }, { path: "models" }]);
    const raw = await octokit.repos.getContent({
      ...at,
      path: "models/a b.txt",
      mediaType: { format: "raw" },
    });
    expect(Buffer.from(raw.data as unknown as ArrayBuffer).toString()).toBe("text");
    await expect(read("none")).rejects.toMatchObject({ status: 404 });
  });
});
