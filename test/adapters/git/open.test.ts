import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { initRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { ADA, commitFiles, fsck, git, gitWith, initFixture, makeFolder, WHO } from "./git-fixture.ts";

const ENGINES = ["native", "isomorphic"] as const;
const env = { ...process.env, ...WHO };

function smallFixture(): string {
  const folder = initFixture();
  for (const n of ["1", "2", "3", "4"])
    commitFiles(folder, `commit ${n}`, { "models/a/model.yaml": `${n}\n` });
  return folder;
}

describe("finding a repository", () => {
  it("says NOT_A_REPOSITORY outside of one", async () => {
    await expect(openRepository(makeFolder())).rejects.toMatchObject({ code: "NOT_A_REPOSITORY" });
  });

  it("takes git when it is on the PATH, and does without when it is not", async () => {
    const folder = smallFixture();
    expect((await openRepository(folder)).engine).toBe("native");
    const without = await openRepository(folder, { env: { PATH: makeFolder() } });
    expect(without.engine).toBe("isomorphic");
    await expect(openRepository(folder, { engine: "native", env: {} })).rejects.toMatchObject({
      code: "GIT",
    });
  });

  it("is not led elsewhere by variables of the environment", async () => {
    const [folder, other] = [smallFixture(), initFixture()];
    const misled = {
      ...env,
      GIT_DIR: join(other, ".git"),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, "x"),
    };
    const repository = await openRepository(folder, { engine: "native", env: misled });
    expect(await repository.refs.resolve("HEAD")).toBe(git(folder, "rev-parse", "HEAD"));
    expect(await repository.worktree.isDirty()).toBe(false);
    await repository.close();
  });

  it("does not follow replacement objects", async () => {
    const folder = smallFixture();
    const [head, old] = [git(folder, "rev-parse", "HEAD"), git(folder, "rev-parse", "HEAD~2")];
    git(folder, "replace", head, old);
    for (const engine of ENGINES) {
      const repository = await openRepository(folder, { engine });
      expect((await repository.objects.readCommit(head)).message).toBe("commit 4\n");
      await repository.close();
    }
  });
});

for (const engine of ENGINES) {
  describe(`layouts, by the ${engine} engine`, () => {
    it("makes a repository that git takes for its own", async () => {
      const folder = join(makeFolder(), "new");
      const repository = await initRepository(folder, "trunk", { engine, env });
      expect(await repository.refs.head()).toEqual({ branch: "refs/heads/trunk", commit: undefined });
      const edits = [{ path: "modeltrail.yaml", content: Buffer.from("kind: Registry\n") }];
      const value = await repository.writer.commit({
        parents: [],
        edits,
        message: "init",
        author: ADA,
        committer: ADA,
      });
      await repository.worktree.advance({
        name: "refs/heads/trunk",
        expected: null,
        value,
        reason: "commit (initial): init",
      });
      expect(git(folder, "log", "--format=%s")).toBe("init");
      expect(git(folder, "status", "--porcelain")).toBe("");
      expect(fsck(folder)).toBe("");
      const again = await initRepository(folder, "other", { engine, env });
      expect((await again.refs.head()).branch).toBe("refs/heads/trunk");
      await Promise.all([repository.close(), again.close()]);
    });

    it("works bare, and with a work tree whose repository is bare", async () => {
      const folder = makeFolder();
      git(folder, "clone", "--quiet", "--bare", smallFixture(), "bare.git");
      const repository = await openRepository(join(folder, "bare.git"), { engine, env });
      expect(repository.root).toBeUndefined();
      const head = git(join(folder, "bare.git"), "rev-parse", "HEAD");
      const commit = { parents: [head], edits: [], message: "m", author: ADA, committer: ADA };
      const value = await repository.writer.commit(commit);
      await repository.worktree.advance({ name: "refs/heads/main", expected: head, value, reason: "r" });
      expect(await repository.refs.read("refs/heads/main")).toBe(value);
      expect(await repository.worktree.isDirty()).toBe(false);
      await expect(repository.worktree.list("")).rejects.toMatchObject({ code: "INVALID_INPUT" });
      await repository.close();
    });

    it("works in a linked work tree, and refuses to move a branch that another one shows", async () => {
      const folder = smallFixture();
      const linked = join(makeFolder(), "linked");
      git(folder, "worktree", "add", "--quiet", "-b", "topic", linked, "HEAD~1");
      const repository = await openRepository(linked, { engine, env });
      expect(await repository.refs.head()).toEqual({
        branch: "refs/heads/topic",
        commit: git(folder, "rev-parse", "topic"),
      });
      expect(repository.commonDir).toBe(join(folder, ".git"));
      const [head, main] = [git(folder, "rev-parse", "topic"), git(folder, "rev-parse", "main")];
      await repository.worktree.advance({
        name: "refs/heads/topic",
        expected: head,
        value: main,
        reason: "r",
      });
      expect(git(linked, "status", "--porcelain")).toBe("");
      const back = { expected: main, value: head, reason: "r" };
      await expect(repository.worktree.advance({ name: "refs/heads/main", ...back })).rejects.toMatchObject({
        code: "CONFLICT",
      });
      const first = await openRepository(folder, { engine, env });
      await expect(first.worktree.advance({ name: "refs/heads/topic", ...back })).rejects.toMatchObject({
        code: "CONFLICT",
      });
      await Promise.all([repository.close(), first.close()]);
    });

    it("says SHALLOW_CLONE where history is cut off, and answers what can be told before", async () => {
      const source = smallFixture();
      const folder = join(makeFolder(), "shallow");
      git(source, "clone", "--quiet", "--depth", "2", `file://${source}`, folder);
      const repository = await openRepository(folder, { engine, env });
      const [head, parent] = git(folder, "rev-list", "HEAD").split("\n");
      const seen: string[] = [];
      const walk = async (): Promise<void> => {
        for await (const step of repository.history.firstParent(head ?? "")) seen.push(step.commit.oid);
      };
      await expect(walk()).rejects.toMatchObject({ code: "SHALLOW_CLONE" });
      expect(seen).toEqual([head]);
      for await (const step of repository.history.firstParent(head ?? "", { until: parent ?? "" }))
        expect(step.commit.oid).toBe(head);
      await expect(repository.history.at(head ?? "", 1)).rejects.toMatchObject({ code: "SHALLOW_CLONE" });
      await expect(repository.history.isAncestor(head ?? "", parent ?? "")).rejects.toMatchObject({
        code: "SHALLOW_CLONE",
      });
      expect(await repository.history.isAncestor(parent ?? "", head ?? "")).toBe(true);
      expect(await repository.history.mergeBase(parent ?? "", head ?? "")).toBe(parent);
      await repository.close();
    });

    it("reads trees with names that no file system of ours would have", async () => {
      const folder = smallFixture();
      const blob = git(folder, "rev-parse", "HEAD:models/a/model.yaml");
      const names = [
        Buffer.from("a\\b"),
        Buffer.from([0x62, 0xff]),
        Buffer.from([0x62, 0xfe]),
        Buffer.from("c\nd"),
        Buffer.from("\u{FFFD}"),
      ];
      const rows = names.map((name) =>
        Buffer.concat([Buffer.from("100644 "), name, Buffer.from([0]), Buffer.from(blob, "hex")]),
      );
      const sorted = rows.sort((a, b) => Buffer.compare(a, b));
      const tree = gitWith(folder, {
        args: ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        input: Buffer.concat(sorted),
      });
      const commit = git(folder, "commit-tree", tree, "-m", "odd", "-p", "HEAD");
      const repository = await openRepository(folder, { engine, env });
      const [entries = []] = await repository.objects.readTrees([tree]);
      expect(entries.map((entry) => entry.name).sort()).toEqual([
        "a\\b",
        "b\uFFFD",
        "b\uFFFD",
        "c\nd",
        "\uFFFD",
      ]);
      for await (const step of repository.history.firstParent(commit, {
        until: git(folder, "rev-parse", "HEAD"),
      })) {
        expect(step.changes.length).toBe(6);
      }
      const edits = [{ path: "z", content: Buffer.from("z") }];
      const next = await repository.writer.commit({
        parents: [commit],
        edits,
        message: "m",
        author: ADA,
        committer: ADA,
      });
      const kept = gitWith(folder, { args: ["diff-tree", "-r", "-z", "--name-status", commit, next] });
      expect(kept).toBe("A\0z\0");
      await repository.close();
    });

    it("reads modes as Git does, whatever another tool wrote", async () => {
      const folder = smallFixture();
      const blob = git(folder, "rev-parse", "HEAD:models/a/model.yaml");
      const models = git(folder, "rev-parse", "HEAD:models");
      const entry = (mode: string, name: string, oid: string): Buffer =>
        Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(oid, "hex")]);
      const rows = [
        entry("100664", "a", blob),
        entry("100775", "b", blob),
        entry("120777", "c", blob),
        entry("40755", "models", models),
      ];
      const tree = gitWith(folder, {
        args: ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"],
        input: Buffer.concat(rows),
      });
      const repository = await openRepository(folder, { engine, env });
      const [entries = []] = await repository.objects.readTrees([tree]);
      expect(entries.map(({ name, mode }) => `${mode} ${name}`)).toEqual([
        "100644 a",
        "100755 b",
        "120000 c",
        "040000 models",
      ]);
      const usual = gitWith(folder, {
        args: ["mktree"],
        input: `100644 blob ${blob}\ta\n100755 blob ${blob}\tb\n120000 blob ${blob}\tc\n040000 tree ${models}\tmodels\n`,
      });
      expect(usual).not.toBe(tree);
      const odd = git(folder, "commit-tree", tree, "-m", "odd", "-p", "HEAD");
      const plain = git(folder, "commit-tree", usual, "-m", "usual", "-p", odd);
      for await (const { commit, changes } of repository.history.firstParent(plain, { until: odd }))
        expect([commit.oid, changes]).toEqual([plain, []]);
      await repository.close();
    });

    it("goes by the parents that commits have, not by grafts", async () => {
      const folder = smallFixture();
      git(folder, "commit", "--quiet", "--allow-empty", "-m", "second");
      const head = git(folder, "rev-parse", "HEAD");
      writeFileSync(join(folder, ".git/info/grafts"), `${head}\n`);
      const repository = await openRepository(folder, { engine, env });
      const walked: string[] = [];
      for await (const { commit } of repository.history.firstParent(head)) walked.push(commit.oid);
      expect(walked.length).toBeGreaterThan(1);
      await repository.close();
    });

    it("reads nothing more once it is closed, and starts no child that nobody ends", async () => {
      const folder = smallFixture();
      const repository = await openRepository(folder, { engine, env });
      const head = git(folder, "rev-parse", "HEAD");
      await repository.objects.readCommit(head);
      await repository.close();
      const late = repository.objects.readTrees([git(folder, "rev-parse", "HEAD^{tree}")]);
      if (engine === "native") await expect(late).rejects.toMatchObject({ code: "GIT" });
      else await late.catch(() => undefined);
      await repository.close();
    });

    it("refuses SHA-256 objects and refs in tables", async () => {
      const folder = makeFolder();
      git(folder, "init", "--quiet", "--object-format=sha256");
      await expect(openRepository(folder, { engine })).rejects.toMatchObject({
        code: "UNSUPPORTED_REPOSITORY",
      });
      const tables = smallFixture();
      appendFileSync(join(tables, ".git/config"), "[extensions]\n\trefStorage = reftable\n");
      await expect(openRepository(tables, { engine })).rejects.toMatchObject({
        code: "UNSUPPORTED_REPOSITORY",
      });
    });

    it("reads through alternates, or refuses them", async () => {
      const source = smallFixture();
      const folder = join(makeFolder(), "shared");
      git(source, "clone", "--quiet", "--shared", source, folder);
      if (engine === "isomorphic") {
        await expect(openRepository(folder, { engine })).rejects.toMatchObject({
          code: "UNSUPPORTED_REPOSITORY",
        });
        return;
      }
      const repository = await openRepository(folder, { engine });
      expect(await repository.refs.resolve("HEAD")).toBe(git(source, "rev-parse", "HEAD"));
      await repository.close();
    });
  });
}

describe("what is read, and what it costs", () => {
  it("resolves a file at HEAD by one commit, its trees and one blob", async () => {
    const folder = initFixture();
    const files: Record<string, string> = {};
    for (let n = 0; n < 50; n++) files[`models/m${n}/stages/production/stage.yaml`] = `${n}\n`;
    commitFiles(folder, "many", files);
    git(folder, "gc", "--quiet");
    for (const engine of ENGINES) {
      const repository = await openRepository(folder, { engine, env });
      const head = await repository.refs.resolve("HEAD");
      let tree = (await repository.objects.readCommit(head ?? "")).tree;
      for (const part of ["models", "m7", "stages", "production", "stage.yaml"]) {
        const [entries = []] = await repository.objects.readTrees([tree]);
        tree = entries.find((entry) => entry.name === part)?.oid ?? "";
      }
      const [content] = await repository.objects.readBlobs([tree], 100);
      expect(Buffer.from(content as Uint8Array).toString()).toBe("7\n");
      expect(repository.counters).toEqual({ commits: 1, trees: 5, blobs: 1 });
      await repository.close();
    }
  });

  it("starts git once for all of it", async () => {
    const folder = smallFixture();
    const [bin, log] = [makeFolder(), join(makeFolder(), "log")];
    const real = gitWith(folder, { args: ["--exec-path"] });
    writeFileSync(join(bin, "git"), `#!/bin/sh\necho "$@" >> ${log}\nexec ${real}/git "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(log, "");
    const repository = await openRepository(folder, {
      env: { ...env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
    });
    const head = await repository.refs.resolve("main");
    await repository.objects.readTrees([(await repository.objects.readCommit(head ?? "")).tree]);
    await repository.close();
    expect(readFileSync(log, "utf8").trim().split("\n").length).toBe(1);
  });

  it("finds new packs after a gc by another process", async () => {
    const folder = smallFixture();
    for (const engine of ENGINES) {
      const copy = makeFolder();
      cpSync(folder, copy, { recursive: true });
      const repository = await openRepository(copy, { engine, env });
      const head = await repository.refs.resolve("HEAD");
      commitFiles(copy, "later", { "later.txt": engine });
      git(copy, "gc", "--quiet", "--prune=now");
      const later = await repository.refs.resolve("HEAD");
      expect(later).not.toBe(head);
      expect((await repository.objects.readCommit(later ?? "")).parents).toEqual([head]);
      for await (const step of repository.history.firstParent(later ?? ""))
        expect(step.commit.tree).toHaveLength(40);
      await repository.close();
    }
  });

  it("says GIT for damaged objects and refs", async () => {
    for (const engine of ENGINES) {
      const folder = smallFixture();
      const tree = git(folder, "rev-parse", "HEAD^{tree}");
      const path = join(folder, ".git/objects", tree.slice(0, 2), tree.slice(2));
      rmSync(path);
      writeFileSync(path, "garbage");
      writeFileSync(join(folder, ".git/refs/heads/broken"), "garbage\n");
      const repository = await openRepository(folder, { engine, env });
      await expect(repository.objects.readTrees([tree])).rejects.toMatchObject({ code: "GIT" });
      await expect(repository.refs.read("refs/heads/broken")).rejects.toMatchObject({ code: "GIT" });
      expect(await repository.refs.resolve("main")).toBe(git(folder, "rev-parse", "main"));
      await repository.close();
    }
  });

  it("reads the work tree without following links", async () => {
    const folder = smallFixture();
    const repository = await openRepository(folder, { env });
    writeFileSync(join(folder, "big"), "x".repeat(100));
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub/x"), "1", { mode: 0o755 });
    symlinkSync("/etc", join(folder, "out"));
    symlinkSync("big", join(folder, "alias"));
    const { worktree } = repository;
    expect((await worktree.list("")).map((file) => `${file.mode} ${file.path}`)).toEqual([
      "120000 alias",
      "100644 big",
      "100644 models/a/model.yaml",
      "120000 out",
      "100755 sub/x",
    ]);
    expect((await worktree.list("models")).map((file) => file.path)).toEqual(["a/model.yaml"]);
    expect(await worktree.read("big", 10)).toBe("too-large");
    await expect(worktree.read("none", 10)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(worktree.read("alias", 1000)).rejects.toMatchObject({ code: "FILE_SYSTEM" });
    await expect(worktree.read("out/hostname", 1000)).rejects.toMatchObject({ code: "FILE_SYSTEM" });
    await expect(worktree.read("../x", 1000)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(worktree.read(".git/config", 1000)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await worktree.isDirty()).toBe(true);
    await repository.close();
  });
});
