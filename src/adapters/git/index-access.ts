/** One entry of the index. */
export interface StagedEntry {
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
  /** 0, or the side of an unmerged path. */
  readonly stage: number;
  /** Left out of the work tree by a sparse checkout. */
  readonly skipped: boolean;
}

export interface StagedChange {
  readonly path: string;
  /** Null removes the entry. */
  readonly entry: { readonly mode: string; readonly oid: string } | null;
}

/** The index of a work tree, always used under its lock. */
export interface IndexAccess {
  /** The entries at these paths, and below them where a path is a folder of the index. */
  entriesAt(paths: readonly string[]): Promise<readonly StagedEntry[]>;
  /** Writes the index anew with these changes, all other entries as they are, and renames it into place. */
  apply(changes: readonly StagedChange[]): Promise<void>;
}
