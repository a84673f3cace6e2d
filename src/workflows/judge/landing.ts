import { isPlainMode } from "../../registry/layout.ts";
import type { Repository } from "../../ports/repository.ts";
import { entryAt, isFolder, listFiles, type TreeChange, type TreeFile } from "../read/trees.ts";

/** What stands at a path: the mode and id of a file, or of a folder in its place; null where there is nothing. */
export type Content = string | null;

export function contentOf(
  entry: { readonly mode: string; readonly oid: string } | null | undefined,
): Content {
  return entry === null || entry === undefined ? null : `${entry.mode} ${entry.oid}`;
}

/** The blob of a plain file. */
export function blobIn(content: Content): string | undefined {
  const [mode = "", oid] = content?.split(" ") ?? [];
  return isPlainMode(mode) ? oid : undefined;
}

/** The files of a commit with changes laid over them one after the other, as a rebase does. */
export class Landing {
  /** Of the commit. */
  readonly tree: string;
  readonly #repository: Repository;
  readonly #laid = new Map<string, TreeFile | null>();

  constructor(repository: Repository, tree: string) {
    this.#repository = repository;
    this.tree = tree;
  }

  async at(path: string): Promise<Content> {
    const laid = this.#laid.get(path);
    return laid === undefined ? this.atStart(path) : contentOf(laid);
  }

  /** Before anything was laid over it. */
  async atStart(path: string): Promise<Content> {
    return contentOf(await entryAt(this.#repository, this.tree, path));
  }

  lay(changes: readonly TreeChange[]): void {
    for (const { path, after } of changes) this.#laid.set(path, after);
  }

  /** The files that were laid, as they stand now. */
  laidFiles(): readonly TreeFile[] {
    return [...this.#laid.values()].filter((file) => file !== null);
  }

  /** Whether anything stands in a folder. */
  async holds(folder: string): Promise<boolean> {
    const laid = [...this.#laid].filter(([path]) => path.startsWith(`${folder}/`));
    if (laid.some(([, file]) => file !== null)) return true;
    const entry = await entryAt(this.#repository, this.tree, folder);
    if (entry === undefined || !isFolder(entry)) return false;
    if (laid.length === 0) return true;
    const gone = new Set(laid.map(([path]) => path));
    const files = await listFiles(this.#repository, { path: folder, oid: entry.oid });
    return files.some(({ path }) => !gone.has(path));
  }
}
