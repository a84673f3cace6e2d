import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Head, Ref } from "../../ports/repository.ts";
import type { Layout } from "./locate.ts";
import { comparePaths, isOid } from "./object-format.ts";
import { PackedRefsFile } from "./packed-refs.ts";
import { isRefName } from "./ref-name.ts";

const MAX_SYMBOLIC = 5;
/** Refs that every linked work tree has of its own. */
const PER_WORKTREE = /^refs\/(bisect|worktree|rewritten)\//;

export type RefContent = { readonly oid: string } | { readonly target: string };

/** Reads refs from their files, as Git does: a loose one first, then the packed. */
export class RefFiles {
  readonly layout: Layout;
  readonly packed: PackedRefsFile;

  constructor(layout: Layout) {
    this.layout = layout;
    this.packed = new PackedRefsFile(layout.commonDir);
  }

  pathOf(name: string): string {
    const shared = name.startsWith("refs/") && !PER_WORKTREE.test(name);
    return join(shared ? this.layout.commonDir : this.layout.gitDir, name);
  }

  /** What one ref holds, without following it. */
  async content(name: string): Promise<RefContent | undefined> {
    const text = await this.#looseText(name);
    if (text !== undefined) return parseRef(name, text);
    const oid = (await this.packed.read()).get(name);
    if (oid !== undefined) return { oid };
    // It may have been packed between the two looks.
    const again = await this.#looseText(name);
    return again === undefined ? undefined : parseRef(name, again);
  }

  async read(name: string): Promise<string | undefined> {
    let at = name;
    for (let step = 0; step <= MAX_SYMBOLIC; step++) {
      const content = await this.content(at);
      if (content === undefined || "oid" in content) return content?.oid;
      if (!isRefName(content.target)) break;
      at = content.target;
    }
    throw new ModeltrailError("GIT", `${name} points nowhere`, {
      hint: "`git symbolic-ref` shows and mends it",
    });
  }

  async head(): Promise<Head> {
    const content = await this.content("HEAD");
    if (content === undefined) throw new ModeltrailError("GIT", `${this.layout.gitDir} has no HEAD`);
    if ("oid" in content) return { branch: undefined, commit: content.oid };
    return { branch: content.target, commit: await this.read(content.target) };
  }

  async list(prefix: string): Promise<readonly Ref[]> {
    const names = new Set([...(await this.packed.read()).keys()].filter((name) => name.startsWith(prefix)));
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    const top = folder === "" ? "refs/" : folder;
    if (top === "refs/" || isRefName(top.slice(0, -1))) await this.#collect(top, prefix, names);
    const refs: Ref[] = [];
    for (const name of [...names].sort(comparePaths)) {
      const oid = await this.read(name);
      if (oid !== undefined) refs.push({ name, oid });
    }
    return refs;
  }

  async #collect(folder: string, prefix: string, names: Set<string>): Promise<void> {
    const entries = await readdir(this.pathOf(folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const name = folder + entry.name;
      if (!name.startsWith(prefix) && !prefix.startsWith(`${name}/`)) continue;
      if (entry.isDirectory()) await this.#collect(`${name}/`, prefix, names);
      else if (isRefName(name)) names.add(name);
    }
  }

  async #looseText(name: string): Promise<string | undefined> {
    return readFile(this.pathOf(name), "utf8").catch((cause: unknown) => {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return undefined;
      throw new ModeltrailError("FILE_SYSTEM", `cannot read ${this.pathOf(name)}`, { cause });
    });
  }
}

function parseRef(name: string, text: string): RefContent {
  const value = text.trimEnd();
  if (isOid(value)) return { oid: value };
  const target = /^ref:\s*(\S+)$/.exec(value)?.[1];
  if (target !== undefined) return { target };
  throw new ModeltrailError("GIT", `${name} is damaged: it holds no object id`, {
    hint: "its reflog (`git reflog`) holds the values from before",
  });
}
