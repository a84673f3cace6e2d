import { spawnSync } from "node:child_process";
import { readRefs } from "./git-files.ts";
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
    const [, name = "", path] = /^([^:]*)(?::(.*))?$/s.exec(revision) ?? [];
    if (path === undefined || path === "") {
      const known = name.startsWith("refs/") ? this.refs(name).get(name) : undefined;
      return known !== undefined && path === undefined ? known : this.#parse(revision);
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
    const line =
      to === null ? `delete ${name} ${from ?? ""}` : `update ${name} ${to} ${from ?? "0".repeat(40)}`;
    return this.run(["update-ref", "--stdin"], `${line}\n`).ok;
  }

  type(oid: string): string | undefined {
    const loose = readLoose(this.folder, oid);
    if (loose !== undefined) return loose.type;
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

  writeCommit({ tree, parents, author, committer, message }: NewCommit): string {
    const lines = [
      `tree ${tree}`,
      ...parents.map((parent) => `parent ${parent}`),
      `author ${renderPerson(author)}`,
      `committer ${renderPerson(committer)}`,
    ];
    return writeLoose(this.folder, "commit", Buffer.from(`${lines.join("\n")}\n\n${message}`, "utf8"));
  }

  tree(oid: string, recursive = false): readonly TreeItem[] {
    return this.once(`tree ${recursive} ${oid}`, () => {
      const flags = recursive ? ["-r", "-t"] : [];
      return this.text(["ls-tree", "-z", "-l", ...flags, oid])
        .split("\0")
        .filter(Boolean)
        .map(parseTreeLine);
    });
  }

  /** The entry at a path of a commit; undefined when there is none. */
  entry(commit: string, path: string): TreeItem | undefined {
    let found: Leaf | undefined = { mode: "040000", sha: this.commit(commit).tree };
    for (const name of path.split("/")) {
      found = found?.mode === "040000" ? this.entries(found.sha).get(name) : undefined;
    }
    if (found === undefined) return undefined;
    const item = { path, mode: found.mode, type: typeOf(found.mode), sha: found.sha };
    return item.type === "blob" ? { ...item, size: this.blob(found.sha).length } : item;
  }

  isAncestor(ancestor: string, of: string): boolean {
    return ancestor === of || this.between(of, ancestor).length === 0;
  }

  mergeBase(a: string, b: string): string | undefined {
    return this.once(`base ${a} ${b}`, () => {
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
    return this.text(["rev-list", ...args])
      .split("\n")
      .filter(Boolean);
  }

  /** The commits of `head` that `base` has not, oldest first. */
  between(base: string, head: string): readonly string[] {
    return this.once(`between ${base} ${head}`, () =>
      this.list(["--reverse", "--topo-order", `${base}..${head}`]),
    );
  }
}

function parseTreeLine(line: string): TreeItem {
  const [, mode = "", type = "", sha = "", size = "", path = ""] =
    /^(\d+) (\w+) (\w+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
  const item = { path, mode: mode.padStart(6, "0"), type: type as TreeItem["type"], sha };
  return size === "-" ? item : { ...item, size: Number(size) };
}

function parseCommit(sha: string, text: string): CommitObject {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const all = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: parsePerson(all("author")[0] ?? ""),
    committer: parsePerson(all("committer")[0] ?? ""),
    message: text.slice(end + 2),
  };
}

function parsePerson(text: string): Person {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(text) ?? [];
  return { name, email, date: toDate(Number(seconds) * 1000) };
}

function renderPerson({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
}

export function toDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
