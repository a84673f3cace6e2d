import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { cloneRepository, type GitRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { GitHttpServer } from "../../servers/git-http.ts";
import { ADA, commitFiles, fsck, git, initFixture, makeFolder, WHO } from "./git-fixture.ts";

const MAIN = "refs/heads/main";
let root = "";
let server: GitHttpServer;
let guarded: GitHttpServer;
let count = 0;

beforeAll(async () => {
  root = makeFolder();
  server = await GitHttpServer.start({ root });
  guarded = await GitHttpServer.start({ root, credentials: "ada:s3cret" });
});

afterAll(async () => {
  await server.stop();
  await guarded.stop();
});

beforeEach(() => server.heal());

/** A bare repository on the server with some history, and what it is called there. */
function publish(): { readonly name: string; readonly bare: string } {
  const source = initFixture();
  commitFiles(source, "first", { "models/a/model.yaml": "a\n", "README.md": "hello\n" });
  commitFiles(source, "second", { "models/a/versions/1.0.0.yaml": "v\n" });
  git(source, "update-ref", "refs/modeltrail/closed/promote/x", "HEAD~1");
  git(source, "update-ref", "refs/pull/1/merge", "HEAD~1");
  const name = `registry-${count++}.git`;
  git(root, "clone", "--quiet", "--mirror", source, name);
  git(join(root, name), "config", "http.receivepack", "true");
  return { name, bare: join(root, name) };
}

for (const engine of ["native", "isomorphic"] as const) {
  const options = { engine, env: { ...process.env, ...WHO } };

  async function cloneOf(name: string): Promise<{ repository: GitRepository; folder: string }> {
    const folder = join(makeFolder(), "clone");
    return { repository: await cloneRepository(server.url(name), folder, options), folder };
  }

  async function commitOn(repository: GitRepository, parent: string, content: string): Promise<string> {
    const edits = [{ path: "models/a/model.yaml", content: Buffer.from(content) }];
    return repository.writer.commit({
      parents: [parent],
      edits,
      message: content,
      author: ADA,
      committer: ADA,
    });
  }

  describe(`the remote of the ${engine} engine`, () => {
    it("clones with a clean work tree on the remote's default branch", async () => {
      const { name, bare } = publish();
      git(bare, "symbolic-ref", "HEAD", "refs/heads/trunk");
      git(bare, "branch", "trunk", "main");
      const { repository, folder } = await cloneOf(name);
      expect(await repository.refs.head()).toEqual({
        branch: "refs/heads/trunk",
        commit: git(bare, "rev-parse", "main"),
      });
      expect(await repository.refs.symbolic("refs/remotes/origin/HEAD")).toBe("refs/remotes/origin/trunk");
      expect(await repository.remote.describe()).toEqual({ name: "origin", url: server.url(name) });
      expect(git(folder, "status", "--porcelain")).toBe("");
      expect(git(folder, "rev-parse", "--abbrev-ref", "@{upstream}")).toBe("origin/trunk");
      expect(fsck(folder)).toBe("");
      await repository.close();
    });

    it("fetches branches and the remote's closed proposals, prunes what is gone, and leaves its own refs alone", async () => {
      const { name, bare } = publish();
      const { repository, folder } = await cloneOf(name);
      const first = git(folder, "rev-parse", "HEAD~1");
      await repository.refs.update({
        name: "refs/modeltrail/closed/mine",
        expected: null,
        value: first,
        reason: "close",
      });
      git(bare, "branch", "promote/a", "main~1");
      await repository.remote.fetch();
      expect(await repository.refs.read("refs/remotes/origin/promote/a")).toBe(first);
      expect(await repository.refs.read("refs/modeltrail/remote/closed/promote/x")).toBe(first);
      git(bare, "branch", "-D", "promote/a");
      git(bare, "branch", "promote", "main");
      git(bare, "update-ref", "-d", "refs/modeltrail/closed/promote/x");
      const tip = commitFiles(initFrom(bare), "elsewhere", { "new.txt": "1" });
      git(bare, "fetch", "--quiet", join(bare, "..", "work"), "main:main");
      await repository.remote.fetch();
      expect(await repository.refs.read("refs/remotes/origin/main")).toBe(tip);
      expect(await repository.refs.read("refs/remotes/origin/promote/a")).toBeUndefined();
      expect(await repository.refs.read("refs/remotes/origin/promote")).toBe(
        git(bare, "rev-parse", "promote"),
      );
      expect(await repository.refs.read("refs/modeltrail/remote/closed/promote/x")).toBeUndefined();
      expect(await repository.refs.read("refs/modeltrail/closed/mine")).toBe(first);
      expect(await repository.refs.read(MAIN)).toBe(git(folder, "rev-parse", "HEAD"));
      expect(git(folder, "for-each-ref", "refs/pull")).toBe("");
      expect((await repository.objects.readCommit(tip)).message).toBe("elsewhere\n");
      expect(fsck(folder)).toBe("");
      await repository.close();
    });

    it("pushes several refs with leases, creates and deletes, and knows what it pushed", async () => {
      const { name, bare } = publish();
      const { repository, folder } = await cloneOf(name);
      const head = git(folder, "rev-parse", "HEAD");
      const next = await commitOn(repository, head, "next\n");
      await repository.remote.push([
        { name: MAIN, expected: head, value: next },
        { name: "refs/heads/promote/production/a/1.0.0", expected: null, value: next },
        { name: "refs/modeltrail/closed/promote/y", expected: null, value: head },
      ]);
      expect(git(bare, "rev-parse", "main")).toBe(next);
      expect(await repository.refs.read("refs/remotes/origin/main")).toBe(next);
      expect(await repository.refs.read("refs/modeltrail/remote/closed/promote/y")).toBe(head);
      // Not a fast-forward: the lease alone decides.
      const other = await commitOn(repository, head, "other\n");
      await repository.remote.push([
        { name: "refs/heads/promote/production/a/1.0.0", expected: next, value: other },
      ]);
      expect(git(bare, "rev-parse", "promote/production/a/1.0.0")).toBe(other);
      await repository.remote.push([
        { name: "refs/heads/promote/production/a/1.0.0", expected: other, value: null },
      ]);
      expect(git(bare, "for-each-ref", "refs/heads/promote")).toBe("");
      expect(await repository.refs.read("refs/remotes/origin/promote/production/a/1.0.0")).toBeUndefined();
      expect(fsck(bare)).toBe("");
      await repository.close();
    });

    it("refuses the whole push with CONFLICT when one lease is lost", async () => {
      const { name, bare } = publish();
      const { repository, folder } = await cloneOf(name);
      const head = git(folder, "rev-parse", "HEAD");
      const next = await commitOn(repository, head, "next\n");
      const both = [
        { name: "refs/heads/audit", expected: null, value: next },
        { name: MAIN, expected: git(folder, "rev-parse", "HEAD~1"), value: next },
      ];
      await expect(repository.remote.push(both)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(git(bare, "for-each-ref", "refs/heads/audit")).toBe("");
      expect(git(bare, "rev-parse", "main")).toBe(head);
      const taken = [{ name: MAIN, expected: null, value: next }];
      await expect(repository.remote.push(taken)).rejects.toMatchObject({ code: "CONFLICT" });
      await repository.close();
    });

    it("says CONFLICT when another push holds a ref just then", async () => {
      const { name, bare } = publish();
      const { folder, repository } = await cloneOf(name);
      const head = git(folder, "rev-parse", "HEAD");
      writeFileSync(join(bare, "refs/heads/main.lock"), "");
      const updates = [
        { name: MAIN, expected: head, value: await commitOn(repository, head, "next\n") },
        { name: "refs/heads/audit", expected: null, value: head },
      ];
      await expect(repository.remote.push(updates)).rejects.toMatchObject({ code: "CONFLICT" });
      expect(git(bare, "for-each-ref", "refs/heads/audit")).toBe("");
      await repository.close();
    });

    it("says FORBIDDEN when a rule of the remote refuses", async () => {
      const { name, bare } = publish();
      const { repository, folder } = await cloneOf(name);
      const hook = join(bare, "hooks", "pre-receive");
      const noise =
        "for i in 1 2 3 4 5 6; do echo line $i >&2; done; head -c 3000 /dev/zero | tr '\\0' x >&2";
      writeFileSync(hook, `#!/bin/sh\n${noise}\nprintf '\\n\\033[31mmain is protected\\n' >&2\nexit 1\n`);
      chmodSync(hook, 0o755);
      const head = git(folder, "rev-parse", "HEAD");
      const update = { name: MAIN, expected: head, value: await commitOn(repository, head, "next\n") };
      const refusal = await repository.remote.push([update]).catch((error: unknown) => error);
      expect(refusal).toMatchObject({
        code: "FORBIDDEN",
        message: expect.stringMatching(/it says: .*main is protected/),
      });
      const { message } = refusal as Error;
      expect(message.length).toBeLessThan(1200);
      expect(message).not.toMatch(/[\u0000-\u001f]|line 1/);
      await repository.close();
    });

    it("says CREDENTIALS without them, and takes those of the address", async () => {
      const { name } = publish();
      const { repository, folder } = await cloneOf(name);
      git(folder, "remote", "set-url", "origin", guarded.url(name));
      await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "CREDENTIALS" });
      const head = git(folder, "rev-parse", "HEAD");
      const update = { name: MAIN, expected: head, value: await commitOn(repository, head, "next\n") };
      await expect(repository.remote.push([update])).rejects.toMatchObject({ code: "CREDENTIALS" });
      git(folder, "remote", "set-url", "origin", guarded.url(name, "ada:s3cret"));
      await repository.remote.fetch();
      await repository.remote.push([update]);
      await repository.close();
    });

    it("says NETWORK or FORBIDDEN for a server that fails, and nothing is half done", async () => {
      const { name, bare } = publish();
      const { repository, folder } = await cloneOf(name);
      commitFiles(initFrom(bare), "elsewhere", { "new.txt": "1".repeat(5000) });
      git(bare, "fetch", "--quiet", join(bare, "..", "work"), "main:main");
      const before = git(folder, "for-each-ref");
      for (const [fault, code] of [
        [500, "NETWORK"],
        [403, "FORBIDDEN"],
        [404, "NETWORK"],
        ["cut", "NETWORK"],
      ] as const) {
        server.heal();
        server.fail({ matches: ({ url }) => url.includes("git-upload-pack"), fault });
        await expect(repository.remote.fetch(), String(fault)).rejects.toMatchObject({ code });
        server.heal();
        server.fail({ matches: ({ method }) => method === "POST", fault });
        await expect(repository.remote.fetch(), `POST ${fault}`).rejects.toMatchObject({ code });
      }
      expect(git(folder, "for-each-ref")).toBe(before);
      expect(fsck(folder)).toBe("");
      server.heal();
      await repository.remote.fetch();
      expect(await repository.refs.read("refs/remotes/origin/main")).toBe(git(bare, "rev-parse", "main"));
      await repository.close();
    });

    it("says NETWORK for no server and for no remote", async () => {
      const folder = initFixture();
      commitFiles(folder, "first", { a: "1" });
      const repository = await openRepository(folder, options);
      expect(await repository.remote.describe()).toBeUndefined();
      await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "NETWORK" });
      git(folder, "remote", "add", "origin", "http://127.0.0.1:1/x.git");
      await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "NETWORK" });
      await repository.close();
    });
  });
}

describe("what only one engine does", () => {
  it("native: runs the pre-push hook, and says FORBIDDEN when it refuses", async () => {
    const { name } = publish();
    const folder = join(makeFolder(), "clone");
    const repository = await cloneRepository(server.url(name), folder, { engine: "native" });
    const hook = join(folder, ".git", "hooks", "pre-push");
    writeFileSync(hook, "#!/bin/sh\nexit 1\n");
    chmodSync(hook, 0o755);
    const head = git(folder, "rev-parse", "HEAD");
    const update = { name: "refs/heads/x", expected: null, value: head };
    await expect(repository.remote.push([update])).rejects.toMatchObject({ code: "FORBIDDEN" });
    await repository.close();
  });

  it("native: fetches from and pushes to a folder; isomorphic: says how", async () => {
    const { name, bare } = publish();
    const folder = join(makeFolder(), "clone");
    const repository = await cloneRepository(bare, folder, { engine: "native" });
    await repository.remote.push([
      { name: "refs/heads/x", expected: null, value: git(folder, "rev-parse", "HEAD") },
    ]);
    await repository.remote.fetch();
    await repository.close();
    const other = await openRepository(folder, { engine: "isomorphic" });
    await expect(other.remote.fetch()).rejects.toMatchObject({ code: "NETWORK", hint: "install git" });
    expect(name).not.toBe("");
  });

  it("native: brings missing blobs of a partial clone in one request", async () => {
    const { name, bare } = publish();
    git(bare, "config", "uploadpack.allowFilter", "true");
    git(bare, "config", "uploadpack.allowAnySHA1InWant", "true");
    const folder = join(makeFolder(), "clone");
    git(root, "clone", "--quiet", "--filter=blob:none", "--no-checkout", `file://${bare}`, folder);
    git(folder, "remote", "set-url", "origin", server.url(name));
    const repository = await openRepository(folder, { engine: "native" });
    const blobs = git(bare, "ls-tree", "-r", "--format=%(objectname)", "main").split("\n");
    const before = server.requests.length;
    const read = await repository.objects.readBlobs(blobs, 1000);
    expect(read.map((one) => one.length)).toEqual([6, 2, 2]);
    expect(server.requests.length - before).toBeLessThanOrEqual(2);
    await repository.close();
    await expect(openRepository(folder, { engine: "isomorphic" })).rejects.toMatchObject({
      code: "UNSUPPORTED_REPOSITORY",
    });
  });
});

/** A work tree beside the bare repository, to commit in. */
function initFrom(bare: string): string {
  const folder = join(bare, "..", "work");
  git(root, "-c", "core.hooksPath=/dev/null", "init", "--quiet", folder);
  git(folder, "fetch", "--quiet", bare, "main");
  git(folder, "checkout", "--quiet", "-B", "main", "FETCH_HEAD");
  return folder;
}
