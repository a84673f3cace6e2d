import { spawnSync } from "node:child_process";
import { readRefs } from "./git-files.ts";
import { parseCommit, parseTreeLine, renderCommit } from "./git-text.ts";
import { findEntry, lineBetween, lineOf, walkRevision } from "./git-walk.ts";
import type { RefMove } from "./guards.ts";
import { type Leaf, parseTree, readLoose, renderTree, typeOf, writeLoose } from "./loose-objects.ts";

export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, as GitHub writes it. */
  readonly date: string;
}

export interface CommitObject {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

export interface TreeItem {
  readonly path: string;
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly sha: string;
  readonly size?: number;
}

export interface NewCommit {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
}

const MAX_OUTPUT = 512 * 1024 * 1024;
const NONE = "0".repeat(40);
const FULL_ID = /^[0-9a-f]{40}$/;

/**
 * One bare repository, by way of the real program. Every call ends before it returns, so that a request to the
 * server is one step that no other request interrupts.
 */
export class GitFolder {
  readonly folder: string;
  /** Answers that follow from object ids alone. */
  readonly #known = new Map<string, unknown>();

  constructor(folder: string) {
    this.folder = folder;
  }

  run(args: readonly string[], input?: string | Uint8Array): { ok: boolean; output: Buffer; error: string } {
    const result = spawnSync("git", ["-C", this.folder, ...args], {
      input: input ?? "",
      maxBuffer: MAX_OUTPUT,
    });
    if (result.error !== undefined) throw result.error;
    return { ok: result.status === 0, output: result.stdout, error: result.stderr.toString("utf8") };
  }

  text(args: readonly string[], input?: string | Uint8Array): string {
    const { ok, output, error } = this.run(args, input);
    if (!ok) throw new Error(`git ${args.join(" ")}: ${error}`);
    return output.toString("utf8");
  }

  once<T>(key: string, compute: () => T): T {
    if (!this.#known.has(key)) this.#known.set(key, compute());
    return this.#known.get(key) as T;
  }

  /** Full name to id, annotated tags as they are. */
  refs(prefix = "refs/"): Map<string, string> {
    const inside = prefix.endsWith("/") ? prefix : `${prefix}/`;
    const refs = [...readRefs(this.folder)];
    return new Map(refs.filter(([name]) => name === prefix || name.startsWith(inside)));
  }

  /** The id of a commit, by branch, tag or (abbreviated) id. */
  resolve(revision: string): string | undefined {
    const branch = `refs/heads/${revision}`;
    const known = this.refs(branch).get(branch);
    if (known !== undefined) return known;
    if (readLoose(this.folder, revision)?.type === "commit") return revision;
    return this.#parse(`${revision}^{commit}`);
  }

  /** Whatever Git takes for an object: `main:models`, `refs/heads/a`. */
  parse(revision: string): string | undefined {
    // Git takes it for one without a look, too.
    if (FULL_ID.test(revision)) return revision;
    const [, name = "", path] = /^([^:]*)(?::(.*))?$/s.exec(revision) ?? [];
    if (path === undefined || path === "") {
      // No ref of a full name, no object.
      if (path === undefined && /^refs\/[\w/.-]+$/.test(name)) return this.refs(name).get(name);
      const walked = walkRevision(this, revision);
      return walked === undefined ? this.#parse(revision) : (walked ?? undefined);
    }
    const commit = this.resolve(name);
    return commit === undefined ? undefined : this.entry(commit, path.replace(/\/$/, ""))?.sha;
  }

  #parse(revision: string): string | undefined {
    const { ok, output } = this.run(["rev-parse", "--verify", "--quiet", "--end-of-options", revision]);
    return ok ? output.toString("utf8").trim() : undefined;
  }

  /** Moves a ref, creates it (`from` null) or deletes it (`to` null); false when it does not hold `from`. */
  move(name: string, from: string | null, to: string | null): boolean {
    return this.moveAll([{ name, from, to }]);
  }

  /** The same with several, of which all move or none. */
  moveAll(moves: readonly RefMove[]): boolean {
    const lines = moves.map(({ name, from, to }) =>
      to === null ? `delete ${name} ${from ?? ""}\n` : `update ${name} ${to} ${from ?? NONE}\n`,
    );
    return this.run(["update-ref", "--stdin"], lines.join("")).ok;
  }

  /** Whether a ref may be called so. */
  mayName(name: string): boolean {
    if (!/^refs\/[^/]+\/./.test(name)) return false;
    const isPlain = /^refs(\/\w[\w-]*(\.\w[\w-]*)*)+$/.test(name) && !name.includes(".lock");
    return isPlain || this.run(["check-ref-format", name]).ok;
  }

  type(oid: string): string | undefined {
    const loose = readLoose(this.folder, oid);
    if (loose !== undefined) return loose.type;
    if (this.#known.has(`commit ${oid}`)) return "commit";
    const { ok, output } = this.run(["cat-file", "-t", oid]);
    return ok ? output.toString("utf8").trim() : undefined;
  }

  commit(sha: string): CommitObject {
    return this.once(`commit ${sha}`, () => parseCommit(sha, this.#read("commit", sha).toString("utf8")));
  }

  blob(sha: string): Buffer {
    return this.#read("blob", sha);
  }

  #read(type: string, sha: string): Buffer {
    const loose = readLoose(this.folder, sha);
    if (loose?.type === type) return loose.content;
    const { ok, output, error } = this.run(["cat-file", type, sha]);
    if (!ok) throw new Error(error);
    return output;
  }

  writeBlob(content: Uint8Array): string {
    return writeLoose(this.folder, "blob", content);
  }

  /** The entries of one folder, by name. */
  entries(tree: string): ReadonlyMap<string, Leaf> {
    return this.once(`entries ${tree}`, () => parseTree(this.#read("tree", tree)));
  }

  writeTree(entries: ReadonlyMap<string, Leaf>): string {
    return writeLoose(this.folder, "tree", renderTree(entries));
  }

  writeCommit(commit: NewCommit): string {
    return writeLoose(this.folder, "commit", Buffer.from(renderCommit(commit), "utf8"));
  }

  tree(oid: string, recursive = false): readonly TreeItem[] {
    return this.once(`tree ${recursive} ${oid}`, () => {
      if (!recursive) {
        const items = this.#looseTree(oid);
        if (items !== undefined) return items;
      }
      const flags = recursive ? ["-r", "-t"] : [];
      return this.text(["ls-tree", "-z", "-l", ...flags, oid])
        .split("\0")
        .filter(Boolean)
        .map(parseTreeLine);
    });
  }

  /** Undefined where the size of a file is in a pack. */
  #looseTree(oid: string): readonly TreeItem[] | undefined {
    const items: TreeItem[] = [];
    for (const [path, { mode, sha }] of this.entries(oid)) {
      const item = { path, mode, type: typeOf(mode), sha };
      const size = item.type === "blob" ? readLoose(this.folder, sha)?.content.length : 0;
      if (size === undefined) return undefined;
      items.push(item.type === "blob" ? { ...item, size } : item);
    }
    return items;
  }

  /** The entry at a path of a commit; undefined when there is none. */
  entry(commit: string, path: string): TreeItem | undefined {
    return findEntry(this, commit, path);
  }

  isAncestor(ancestor: string, of: string): boolean {
    return ancestor === of || this.between(of, ancestor).length === 0;
  }

  mergeBase(a: string, b: string): string | undefined {
    return this.once(`base ${a} ${b}`, () => {
      const [first, second] = [lineOf(this, a), lineOf(this, b)];
      if (first !== undefined && second !== undefined) {
        const known = new Set(second);
        return first.find((one) => known.has(one));
      }
      const { ok, output } = this.run(["merge-base", a, b]);
      return ok ? output.toString("utf8").trim() : undefined;
    });
  }

  /** The tree of a merge; undefined when the two conflict. */
  mergeTrees(a: string, b: string): string | undefined {
    return this.once(`merge ${a} ${b}`, () => {
      const { ok, output } = this.run(["merge-tree", "--write-tree", a, b]);
      return ok ? output.toString("utf8").split("\n")[0] : undefined;
    });
  }

  /** Ids of commits, newest first. */
  list(args: readonly string[]): readonly string[] {
    const [only = "", ...more] = args;
    const line = more.length === 0 && FULL_ID.test(only) ? lineOf(this, only) : undefined;
    if (line !== undefined) return line;
    return this.text(["rev-list", ...args])
      .split("\n")
      .filter(Boolean);
  }

  /** The commits of `head` that `base` has not, oldest first. */
  between(base: string, head: string): readonly string[] {
    return this.once(
      `between ${base} ${head}`,
      () => lineBetween(this, base, head) ?? this.list(["--reverse", "--topo-order", `${base}..${head}`]),
    );
  }
}
