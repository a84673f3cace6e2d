import type { ChainForesight } from "./chain-foresight.ts";
import type { TreeListing } from "./tree-listing.ts";

/**
 * The Git repository behind a registry. Implementations are held to `test/contracts/repository.contract.ts`.
 *
 * Object ids are 40 lower-case hexadecimal digits. Paths are relative to the repository's root, with `/`.
 * Every method rejects with a ModeltrailError: GIT for a damaged or missing object, CONFLICT for a moved or
 * locked ref, NETWORK and CREDENTIALS for a remote, UNSUPPORTED_REPOSITORY for a layout that would be misread.
 */
export interface Repository {
  readonly objects: ObjectReader;
  readonly history: HistoryReader;
  readonly refs: RefStore;
  readonly writer: CommitWriter;
  readonly remote: Remote;
  readonly worktree: WorkTree;
  /** What was read so far; tests hold costs to it. */
  readonly counters: Readonly<ReadCounters>;
  /** Ends child processes and drops caches. Safe to call twice. */
  close(): Promise<void>;
}

/** Objects read since the repository was opened; a cached object counts once. */
export interface ReadCounters {
  commits: number;
  trees: number;
  blobs: number;
}

/** One entry of a tree. `mode` is Git's, as a number in octal text: 100644, 100755, 120000, 160000, 040000. */
export interface TreeEntry {
  /** The bytes of the name as UTF-8; U+FFFD stands for bytes that are not UTF-8. */
  readonly name: string;
  readonly mode: string;
  readonly oid: string;
}

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since 1970. */
  readonly seconds: number;
  /** Such as `+0200`. */
  readonly timezone: string;
}

export interface Commit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  /** The whole message, as written. */
  readonly message: string;
}

export interface ObjectReader extends Partial<TreeListing> {
  readCommit(oid: string): Promise<Commit>;
  /** The entries of each tree, in the order asked for; asked in batches, never one by one. */
  readTrees(oids: readonly string[]): Promise<readonly (readonly TreeEntry[])[]>;
  /**
   * The bytes of each blob, in the order asked for; `"too-large"` for one of more than `maxBytes`, which is
   * never brought into memory by an adapter that can tell before reading.
   */
  readBlobs(oids: readonly string[], maxBytes: number): Promise<readonly (Uint8Array | "too-large")[]>;
}

/** How one path differs between a commit and its first parent. */
export interface PathChange {
  readonly path: string;
  /** Blob ids; null where the path was, or is, absent or no plain file. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface HistoryStep {
  readonly commit: Commit;
  /** The changed files under the paths that were asked for; all of them when none were. */
  readonly changes: readonly PathChange[];
}

/** How far to walk, and what to look at; see `HistoryReader.firstParent`. */
export interface HistoryRange {
  readonly paths?: readonly string[];
  readonly until?: string | undefined;
  /** At least 1. */
  readonly limit?: number;
}

export interface HistoryReader {
  /**
   * The first-parent history of `from`, newest first, with the commits that change something under `paths`
   * (files or folders, taken literally); every commit when `paths` is left out. Ends before `until`, a commit of that same history,
   * or after `limit` steps. Rejects with SHALLOW_CLONE rather than end at a shallow boundary.
   */
  firstParent(from: string, options?: HistoryRange): AsyncIterable<HistoryStep>;
  /** The newest first-parent commit whose committer time is at most `seconds`; undefined when all are younger. */
  at(from: string, seconds: number): Promise<string | undefined>;
  /** The best common ancestor; undefined for unrelated histories. */
  mergeBase(a: string, b: string): Promise<string | undefined>;
  /** True when `ancestor` is `of`, or one of its ancestors. */
  isAncestor(ancestor: string, of: string): Promise<boolean>;
  /** The commits that only `head` has (where clocks were wrong, some of `base`, too); undefined for more than `most`. */
  ahead(base: string, head: string, most: number): Promise<readonly string[] | undefined>;
}

export interface Ref {
  /** In full: `refs/heads/main`. */
  readonly name: string;
  /** A commit's id (or that of an annotated tag). */
  readonly oid: string;
}

/** One move of a ref: it must hold `expected` (null: must not exist) and comes to hold `value` (null: is deleted). */
export interface RefUpdate {
  readonly name: string;
  readonly expected: string | null;
  readonly value: string | null;
  /** For the reflog, where Git keeps one. */
  readonly reason: string;
}

export interface Head {
  /** The branch in full, `refs/heads/main`; undefined for a detached HEAD. */
  readonly branch: string | undefined;
  /** Undefined on a branch without commits. */
  readonly commit: string | undefined;
}

export interface RefStore {
  head(): Promise<Head>;
  /** The commit that a revision names: a full or short id, a branch, a tag, a remote's branch, HEAD~2. */
  resolve(revision: string): Promise<string | undefined>;
  /** The value of one ref named in full; undefined when there is none. */
  read(name: string): Promise<string | undefined>;
  /** The refs whose full name begins with `prefix`, sorted by name. */
  list(prefix: string): Promise<readonly Ref[]>;
  /** Where a symbolic ref such as `refs/remotes/origin/HEAD` points; undefined when it is none. */
  symbolic(name: string): Promise<string | undefined>;
  /**
   * Compare and swap, under Git's own `<ref>.lock`. Rejects with CONFLICT when the ref holds anything but
   * `expected`, or when a lock that is not ours stands there; a lock of a process of ours that is gone is taken over.
   */
  update(update: RefUpdate): Promise<void>;
}

/** One file of a commit to be made: its bytes, or null for "removed". Mode is always 100644. */
export interface FileEdit {
  readonly path: string;
  readonly content: Uint8Array | null;
}

export interface NewCommit {
  /** The first parent's tree is what `edits` are applied to; none for a first commit. */
  readonly parents: readonly string[];
  readonly edits: readonly FileEdit[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

/** A commit of a chain: it adds files to what stood before, or writes them anew. Mode is always 100644. */
export interface ChainLink {
  readonly files: readonly { readonly path: string; readonly content: Uint8Array }[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export interface CommitWriter extends ChainForesight {
  /** Who the user is to Git, now: `GIT_AUTHOR_*`, `GIT_COMMITTER_*`, configuration. Rejects with NO_IDENTITY. */
  identity(): Promise<{ readonly author: Signature; readonly committer: Signature }>;
  /** Writes blobs, the trees on the way up, and the commit; moves no ref, touches no index. Returns the commit's id. */
  commit(commit: NewCommit): Promise<string>;
  /**
   * Writes a merge of two heads (commits): `ours`' tree with what `theirs` changed since `base`, file by file. Returns
   * the tree's id, or the paths that both sides changed differently.
   */
  mergeTrees(
    base: string,
    ours: string,
    theirs: string,
  ): Promise<{ readonly tree: string } | { readonly conflicts: readonly string[] }>;
  /**
   * Writes commits one on the other, the first on `parent` (undefined: it has none); moves no ref. Never signed, so
   * that the same links on the same parent always have the same ids, whoever writes them. Returns the ids in order.
   */
  chain(parent: string | undefined, links: readonly ChainLink[]): Promise<readonly string[]>;
  /** Writes a commit of a tree that is stored already; moves no ref. */
  commitTree(commit: Omit<NewCommit, "edits"> & { readonly tree: string }): Promise<string>;
}

export interface Remote {
  /** The name and address of the remote that proposals go to (`origin`); undefined when there is none. */
  describe(): Promise<{ readonly name: string; readonly url: string } | undefined>;
  /**
   * Brings `refs/remotes/<remote>/*` (the remote's branches) and `refs/modeltrail/remote/closed/*` (the remote's
   * `refs/modeltrail/closed/*`) up to date, and drops there what the remote no longer has. Branches, tags and
   * `refs/modeltrail/closed/*` of this repository are never touched: what is closed is the union of the two.
   */
  fetch(): Promise<void>;
  /** Brings the history that a shallow clone lacks. Rejects with SHALLOW_CLONE where that takes another program. */
  deepen(): Promise<void>;
  /**
   * Pushes each update with a lease: the remote's ref must hold `expected`. All or, where the server cannot,
   * one after the other, stopping at the first refusal. Rejects with CONFLICT when a lease fails, with FORBIDDEN
   * when the remote's rules or a hook refuse. What was pushed is then known here as after `fetch`.
   */
  push(updates: readonly Omit<RefUpdate, "reason">[]): Promise<void>;
}

/** A file below a folder of the work tree. */
export interface WorkTreeFile {
  /** Relative to the folder that was listed. */
  readonly path: string;
  readonly mode: string;
  readonly sizeBytes: number;
}

export interface WorkTree {
  /** The folder with the checked-out files; undefined for a bare repository. */
  readonly root: string | undefined;
  /** Every file below `folder` that Git does not ignore by rule of `.git` itself (that is: all but `.git`). */
  list(folder: string): Promise<readonly WorkTreeFile[]>;
  /** The bytes of a file; `"too-large"` beyond `maxBytes`. Never follows a symbolic link. */
  read(path: string, maxBytes: number): Promise<Uint8Array | "too-large">;
  /**
   * Whether anything is not committed: changed, staged or untracked. Undefined when that cannot be told
   * at a reasonable cost, false for a bare repository.
   */
  isDirty(): Promise<boolean | undefined>;
  /**
   * Whether moving the checked-out branch from `from` to `to` would touch a file with local changes.
   * Returns those paths, sorted; empty when the way is free.
   */
  blockers(from: string | undefined, to: string): Promise<readonly string[]>;
  /**
   * Moves a branch with compare-and-swap and, when it is checked out, the files and index entries that differ,
   * nothing else. Rejects with DIRTY_WORKTREE before anything moved. Killed half-way, the next call of
   * `recover` (or of this method) finishes it.
   */
  advance(update: RefUpdate & { readonly value: string }): Promise<void>;
  /** Rejects with CONFLICT when another work tree of this repository has the branch (in full) checked out. */
  requireNotElsewhere(branch: string): Promise<void>;
  /** Finishes an `advance` that a killed process left half-done. Does nothing when there is none. */
  recover(): Promise<void>;
}
