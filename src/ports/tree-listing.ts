import type { TreeEntry } from "./repository.ts";

/** A folder with the files that lie directly in it. */
export interface TreeFolder {
  readonly path: string;
  readonly files: readonly TreeEntry[];
}

/** A quick way to list a whole registry, of an adapter that has one. */
export interface TreeListing {
  /**
   * Every folder with files at and below a tree, some at a time; one may come in several parts. Their paths begin with
   * `path`. Modes are as Git means them, so that 100664 is 100644. Undefined when this repository has no quick way.
   * Rejects with GIT for a damaged or missing tree.
   */
  listFolders(tree: string, path: string): AsyncIterable<readonly TreeFolder[]> | undefined;
}
