import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HistoryStep, Repository } from "../../src/ports/repository.ts";

/** What a fixture gives: an opened repository, and native git on the same folder to compare with. */
export interface RepositoryFixture {
  readonly repository: Repository;
  readonly folder: string;
  git(...args: readonly string[]): string;
}

export interface RepositoryContract {
  readonly title: string;
  /** A repository with some history on `refs/heads/main`, checked out. */
  open(): Promise<RepositoryFixture>;
}

const ADA = { name: "Ada Lovelace", email: "ada@example.com", seconds: 1_760_000_000, timezone: "+0530" };
const text = new TextDecoder();
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);

/** What every implementation of the port answers, held to what native git says of the same repository. */
export function describeRepository(contract: RepositoryContract): void {
  describe(contract.title, () => {
    describe("reading", () => {
      // What only reads may share one.
      let shared: RepositoryFixture | undefined;
      const fixture = (): RepositoryFixture => {
        if (shared === undefined) throw new Error("not opened");
        return shared;
      };
      beforeAll(async () => {
        shared = await contract.open();
      });
      afterAll(async () => shared?.repository.close());
      describeReading(fixture);
      describeHistory(fixture);
    });
    describeWriting(contract);
  });
}

function describeReading(fixture: () => RepositoryFixture): void {
  it("resolves what git resolves", async () => {
    const { repository, git } = fixture();
    const head = git("rev-parse", "HEAD");
    const names = [
      "HEAD",
      "@",
      "main",
      "refs/heads/main",
      "heads/main",
      head,
      head.slice(0, 12),
      "HEAD~1",
      "HEAD^",
      "HEAD~2^0",
      "main^{commit}",
    ];
    for (const tag of git("tag").split("\n").filter(Boolean)) names.push(tag, `${tag}~1`);
    for (const name of names) {
      expect(await repository.refs.resolve(name), name).toBe(
        git("rev-parse", "--verify", `${name}^{commit}`),
      );
    }
    for (const name of [
      "nowhere",
      "HEAD~100000",
      "0123456789012345678901234567890123456789",
      "HEAD:missing",
      "--all",
      "",
    ]) {
      expect(await repository.refs.resolve(name), name).toBeUndefined();
    }
  });

  it("lists and reads refs as git does", async () => {
    const { repository, git } = fixture();
    for (const prefix of ["refs/", "refs/heads/", "refs/heads/ma", "refs/tags/", "refs/none/"]) {
      const listed = (await repository.refs.list(prefix)).map((ref) => `${ref.name} ${ref.oid}`);
      const all = git("for-each-ref", "--format=%(refname) %(objectname)").split("\n").filter(Boolean);
      expect(listed).toEqual(all.filter((line) => line.startsWith(prefix)));
    }
    expect(await repository.refs.read("refs/heads/main")).toBe(git("rev-parse", "refs/heads/main"));
    expect(await repository.refs.read("refs/heads/none")).toBeUndefined();
    expect(await repository.refs.head()).toEqual({
      branch: git("symbolic-ref", "HEAD"),
      commit: git("rev-parse", "HEAD"),
    });
  });

  it("reads every commit, tree and blob as git does", async () => {
    const { repository, git } = fixture();
    const format = "--format=%H%n%T%n%P%n%an%n%ae%n%at%n%cn%n%ce%n%ct%n%B";
    for (const shown of git("log", "--all", "-z", format).split("\0").filter(Boolean)) {
      const [oid = "", ...rest] = shown.split("\n");
      const { tree, parents, author, committer, message } = await repository.objects.readCommit(oid);
      expect([tree, parents.join(" "), author.name, author.email, String(author.seconds)]).toEqual(
        rest.slice(0, 5),
      );
      expect([committer.name, committer.email, String(committer.seconds)]).toEqual(rest.slice(5, 8));
      expect(message.trimEnd()).toBe(rest.slice(8).join("\n").trimEnd());
    }
    const head = await repository.objects.readCommit(git("rev-parse", "HEAD"));
    const files = await listTree(repository, head.tree);
    const shown = git("ls-tree", "-r", "-z", "HEAD").split("\0").filter(Boolean);
    expect(
      files
        .map((file) => `${file.mode} ${file.mode === "160000" ? "commit" : "blob"} ${file.oid}\t${file.path}`)
        .sort(),
    ).toEqual(shown.sort());
    const blobs = files.filter((file) => file.mode !== "160000").map((file) => file.oid);
    const read = await repository.objects.readBlobs(blobs, 1_000_000);
    const limited = await repository.objects.readBlobs(blobs, 4);
    const sizes = new Map(
      git("ls-tree", "-r", "-l", "HEAD")
        .split("\n")
        .map((line) => [line.split(/\s+/)[2], Number(line.split(/\s+/)[3])]),
    );
    for (const [at, oid] of blobs.entries()) {
      const content = read[at];
      expect(content === undefined || content === "too-large" ? -1 : content.length).toBe(sizes.get(oid));
      expect(limited[at] === "too-large").toBe((sizes.get(oid) ?? 0) > 4);
    }
  });

  it("says GIT for an object that is missing, and for one of another type", async () => {
    const { repository, git } = fixture();
    const missing = "deadbeef".repeat(5);
    await expect(repository.objects.readCommit(missing)).rejects.toMatchObject({ code: "GIT" });
    await expect(repository.objects.readTrees([missing])).rejects.toMatchObject({ code: "GIT" });
    await expect(repository.objects.readBlobs([missing], 10)).rejects.toMatchObject({ code: "GIT" });
    await expect(repository.objects.readBlobs([git("rev-parse", "HEAD")], 1e6)).rejects.toMatchObject({
      code: "GIT",
    });
    await expect(repository.objects.readCommit(git("rev-parse", "HEAD^{tree}"))).rejects.toMatchObject({
      code: "GIT",
    });
    await expect(repository.objects.readCommit("HEAD")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    expect(await repository.objects.readBlobs([], 1)).toEqual([]);
  });
}

function describeHistory(fixture: () => RepositoryFixture): void {
  it("walks the first-parent history as git does, whole, by path, and until a commit", async () => {
    const { repository, git } = fixture();
    const head = git("rev-parse", "HEAD");
    const whole = gitHistory(git, head);
    const stop = whole[2]?.oid ?? "";
    const top = git("ls-tree", "-z", "--name-only", "HEAD").split("\0").filter(Boolean);
    const questions = [
      ["models"],
      ["models/a/model.yaml"],
      ["models/a", "models/b"],
      ["none"],
      [],
      ...top.map((one) => [one]),
    ];
    for (const paths of [undefined, ...questions]) {
      const expected = paths === undefined ? whole : limitTo(whole, paths);
      const limit = paths === undefined ? {} : { paths };
      expect(
        (await collect(repository.history.firstParent(head, limit))).map(summary),
        String(paths),
      ).toEqual(expected);
      const stopped = (await collect(repository.history.firstParent(head, { ...limit, until: stop }))).map(
        summary,
      );
      const first = (await collect(repository.history.firstParent(head, { ...limit, limit: 2 }))).map(
        summary,
      );
      expect(first, `limit, ${String(paths)}`).toEqual(expected.slice(0, 2));
      const kept = new Set(whole.slice(0, 2).map((step) => step.oid));
      expect(stopped, `until, ${String(paths)}`).toEqual(expected.filter((step) => kept.has(step.oid)));
    }
  });

  it("ends cleanly when the consumer stops early", async () => {
    const { repository, git } = fixture();
    for await (const step of repository.history.firstParent(git("rev-parse", "HEAD"))) {
      expect(step.commit.oid).toBe(git("rev-parse", "HEAD"));
      break;
    }
  });

  it("finds the commit of a time, ancestors and merge bases as git does", async () => {
    const { repository, git } = fixture();
    const head = git("rev-parse", "HEAD");
    const chain = git("log", "--first-parent", "--format=%H %ct", head)
      .split("\n")
      .map((line) => line.split(" "));
    for (const [, seconds] of chain) {
      const limit = Number(seconds);
      const first = chain.find((row) => Number(row[1]) <= limit);
      expect(await repository.history.at(head, limit)).toBe(first?.[0]);
    }
    expect(await repository.history.at(head, 1)).toBeUndefined();
    const some = git("rev-list", "--all", "-n", "20")
      .split("\n")
      .filter((_, at) => at % 2 === 0);
    const ancestors = new Map(some.map((oid) => [oid, git("rev-list", oid).split("\n")]));
    for (const a of some) {
      const b = some[(some.indexOf(a) * 3 + 1) % some.length] ?? a;
      const bases = git("merge-base", "--all", a, b).split("\n");
      expect(bases).toContain(await repository.history.mergeBase(a, b));
      expect(await repository.history.isAncestor(a, b)).toBe(ancestors.get(b)?.includes(a));
      expect(await repository.history.isAncestor(b, a)).toBe(ancestors.get(a)?.includes(b));
      const own = git("rev-list", `${a}..${b}`).split("\n").filter(Boolean);
      expect([...((await repository.history.ahead(a, b, 100)) ?? [])].toSorted()).toEqual(own.toSorted());
      expect(await repository.history.ahead(a, b, own.length)).toHaveLength(own.length);
      if (own.length > 0) expect(await repository.history.ahead(a, b, own.length - 1)).toBeUndefined();
    }
  });
}

function describeWriting(contract: RepositoryContract): void {
  it("commits edits on the first parent's tree, and leaves index and files alone", async () => {
    const { repository, git } = await contract.open();
    const parent = git("rev-parse", "HEAD");
    const status = git("status", "--porcelain");
    const before = git("ls-tree", "-r", "-z", parent).split("\0").filter(Boolean);
    const edits = [
      { path: "models/a/model.yaml", content: bytes("changed\n") },
      { path: "models/a/versions/9.9.9.yaml", content: bytes("new\n") },
      { path: "only/one.txt", content: bytes("x") },
    ];
    const oid = await repository.writer.commit({
      parents: [parent],
      edits,
      message: "Ünïcode",
      author: ADA,
      committer: ADA,
    });
    const after = git("ls-tree", "-r", "-z", oid).split("\0").filter(Boolean);
    const touched = new Set(edits.map((edit) => edit.path));
    expect(after.filter((line) => !touched.has(line.split("\t")[1] ?? ""))).toEqual(
      before.filter((line) => !touched.has(line.split("\t")[1] ?? "")),
    );
    expect(git("show", `${oid}:models/a/model.yaml`)).toBe("changed");
    expect(git("log", "-1", "--format=%an|%ae|%ad|%B", "--date=raw", oid)).toBe(
      "Ada Lovelace|ada@example.com|1760000000 +0530|Ünïcode",
    );
    expect(git("cat-file", "commit", oid).endsWith("Ünïcode")).toBe(true);
    const undone = await repository.writer.commit({
      parents: [oid],
      edits: [{ path: "only/one.txt", content: null }],
      message: "again",
      author: ADA,
      committer: ADA,
    });
    expect(git("ls-tree", undone, "only")).toBe("");
    expect(git("status", "--porcelain")).toBe(status);
    expect(git("fsck", "--strict", "--no-dangling")).toBe("");
    const read = await repository.objects.readCommit(undone);
    expect(read).toMatchObject({ parents: [oid], message: "again\n", author: ADA });
    await repository.close();
  });

  it("refuses edits that are no files of a repository", async () => {
    const { repository, git } = await contract.open();
    const parents = [git("rev-parse", "HEAD")];
    for (const path of [
      "../x",
      "/x",
      "a//b",
      ".git/config",
      "a/.GIT/x",
      "models",
      "models/a/model.yaml/x",
      "a\0b",
      "",
    ]) {
      const commit = {
        parents,
        edits: [{ path, content: bytes("x") }],
        message: "m",
        author: ADA,
        committer: ADA,
      };
      await expect(repository.writer.commit(commit), path).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    await repository.close();
  });

  it("merges what two sides changed in different files, and names what both changed", async () => {
    const { repository, git } = await contract.open();
    const base = git("rev-parse", "HEAD");
    const on = (path: string, content: string | null): Promise<string> =>
      repository.writer.commit({
        parents: [base],
        edits: [{ path, content: content === null ? null : bytes(content) }],
        message: path,
        author: ADA,
        committer: ADA,
      });
    const [ours, theirs] = [
      await on("models/a/model.yaml", "ours\n"),
      await on("models/b/model.yaml", "theirs\n"),
    ];
    const merged = await repository.writer.mergeTrees(base, ours, theirs);
    if (!("tree" in merged)) throw new Error("conflict");
    expect(git("cat-file", "blob", `${merged.tree}:models/a/model.yaml`)).toBe("ours");
    expect(git("cat-file", "blob", `${merged.tree}:models/b/model.yaml`)).toBe("theirs");
    const commit = {
      parents: [ours, theirs],
      tree: merged.tree,
      message: "Merge",
      author: ADA,
      committer: ADA,
    };
    const oid = await repository.writer.commitTree(commit);
    expect(git("log", "-1", "--format=%P %T", oid)).toBe(`${ours} ${theirs} ${merged.tree}`);
    expect(await repository.writer.mergeTrees(base, ours, await on("models/a/model.yaml", "x"))).toEqual({
      conflicts: ["models/a/model.yaml"],
    });
    expect(await repository.writer.mergeTrees(base, ours, await on("models/a/model.yaml", null))).toEqual({
      conflicts: ["models/a/model.yaml"],
    });
    expect(await repository.writer.mergeTrees(base, await on("new", "a"), await on("new/file", "b"))).toEqual(
      { conflicts: ["new/file"] },
    );
    expect(await repository.writer.mergeTrees(base, ours, ours)).toEqual({
      tree: git("rev-parse", `${ours}^{tree}`),
    });
    expect(git("fsck", "--strict", "--no-dangling")).toBe("");
    await repository.close();
  });

  it("moves refs by compare-and-swap, and refuses names that cannot be beside others", async () => {
    const { repository, git } = await contract.open();
    const { refs } = repository;
    const [one, two] = [git("rev-parse", "HEAD~1"), git("rev-parse", "HEAD")];
    const name = "refs/heads/promote/production/a/1.0.0";
    const move = (expected: string | null, value: string | null, to = name): Promise<void> =>
      refs.update({ name: to, expected, value, reason: "test: move" });
    await move(null, one);
    await expect(move(null, two)).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(move(two, one)).rejects.toMatchObject({ code: "CONFLICT" });
    expect(git("rev-parse", name)).toBe(one);
    await move(one, two);
    expect(git("rev-parse", name)).toBe(two);
    expect(git("reflog", "show", "--format=%H %gs", name)).toBe(`${two} test: move\n${one} test: move`);
    await expect(move(null, one, "refs/heads/promote/production")).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(move(null, one, `${name}/deeper`)).rejects.toMatchObject({ code: "CONFLICT" });
    git("pack-refs", "--all");
    await expect(move(null, one, "refs/heads/promote")).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(move(null, one, `${name}/deeper`)).rejects.toMatchObject({ code: "CONFLICT" });
    await move(two, one);
    await move(one, null);
    expect(await refs.read(name)).toBeUndefined();
    expect(git("for-each-ref", "refs/heads/promote")).toBe("");
    await move(null, two, "refs/heads/promote");
    await move(two, null, "refs/heads/promote");
    for (const bad of [
      "main",
      "refs/heads/a..b",
      "refs/heads/x.lock",
      "refs/heads/a b",
      "refs/heads/",
      "refs/../HEAD",
      "refs/heads/-\u0007",
    ]) {
      await expect(move(null, one, bad), bad).rejects.toMatchObject({ code: "INVALID_INPUT" });
    }
    await repository.close();
  });

  it("brings the checked-out branch, its files and its index to a commit", async () => {
    const { repository, git } = await contract.open();
    const from = git("rev-parse", "HEAD");
    const edits = [
      { path: "models/a/model.yaml", content: bytes("advanced\n") },
      { path: "fresh/deep/file.txt", content: bytes("fresh\n") },
      { path: "models/b/model.yaml", content: null },
    ];
    const to = await repository.writer.commit({
      parents: [from],
      edits,
      message: "advance",
      author: ADA,
      committer: ADA,
    });
    const status = git("status", "--porcelain");
    expect(await repository.worktree.blockers(from, to)).toEqual([]);
    await repository.worktree.advance({
      name: "refs/heads/main",
      expected: from,
      value: to,
      reason: "merge",
    });
    expect(git("rev-parse", "HEAD")).toBe(to);
    expect(git("status", "--porcelain")).toBe(status);
    expect(text.decode(await contentOf(repository, "fresh/deep/file.txt"))).toBe("fresh\n");
    expect(git("reflog", "-1", "--format=%H %gs", "HEAD")).toBe(`${to} merge`);
    await repository.worktree.advance({ name: "refs/heads/main", expected: to, value: from, reason: "back" });
    expect(git("status", "--porcelain")).toBe(status);
    expect((await repository.worktree.list("")).some((file) => file.path.startsWith("fresh"))).toBe(false);
    await repository.close();
  });
}

async function contentOf(repository: Repository, path: string): Promise<Uint8Array> {
  const read = await repository.worktree.read(path, 1e6);
  if (read === "too-large") throw new Error(`${path} is large`);
  return read;
}

async function listTree(
  repository: Repository,
  tree: string,
  prefix = "",
): Promise<{ mode: string; oid: string; path: string }[]> {
  const [entries = []] = await repository.objects.readTrees([tree]);
  const files: { mode: string; oid: string; path: string }[] = [];
  for (const { name, mode, oid } of entries) {
    if (mode === "040000") files.push(...(await listTree(repository, oid, `${prefix}${name}/`)));
    else files.push({ mode, oid, path: prefix + name });
  }
  return files;
}

async function collect(steps: AsyncIterable<HistoryStep>): Promise<HistoryStep[]> {
  const all: HistoryStep[] = [];
  for await (const step of steps) all.push(step);
  return all;
}

interface StepSummary {
  readonly oid: string;
  readonly changes: readonly string[];
}

function summary(step: HistoryStep): StepSummary {
  const changes = step.changes.map(
    (change) => `${change.before ?? "-"} ${change.after ?? "-"} ${change.path}`,
  );
  return { oid: step.commit.oid, changes: changes.sort() };
}

/** By `git rev-list` and `git diff-tree`, the plumbing beneath what an adapter may use. */
function gitHistory(git: RepositoryFixture["git"], head: string): StepSummary[] {
  const oids = git("rev-list", "--first-parent", head).split("\n");
  return oids.map((oid, at) => {
    const parent = oids[at + 1];
    const sides = parent === undefined ? ["--root", oid] : [parent, oid];
    const raw = git("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", ...sides).split("\0");
    const changes: string[] = [];
    for (let row = 0; row + 1 < raw.length; row += 2) {
      const [before = "", after = "", old = "", young = ""] = (raw[row] ?? "").slice(1).split(" ");
      const side = (mode: string, id: string): string => (mode.startsWith("100") ? id : "-");
      changes.push(`${side(before, old)} ${side(after, young)} ${raw[row + 1] ?? ""}`);
    }
    return { oid, changes: changes.sort() };
  });
}

function limitTo(history: readonly StepSummary[], paths: readonly string[]): StepSummary[] {
  const isWanted = (change: string): boolean => {
    const path = change.split(" ").slice(2).join(" ");
    return paths.some((one) => path === one || path.startsWith(`${one}/`));
  };
  const steps = history.map(({ oid, changes }) => ({ oid, changes: changes.filter(isWanted) }));
  return steps.filter((step) => step.changes.length > 0);
}
