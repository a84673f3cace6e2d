import type {
  Commit,
  HistoryReader,
  ObjectReader,
  RefStore,
  Remote,
  Signature,
  TreeEntry,
} from "./repository.ts";

/**
 * What a host gives, so that a repository can be worked on without a clone: objects that are checked here by their
 * ids, and the parts of a repository that only the host can answer.
 */
export interface RepositoryHost {
  readonly supply: ObjectSupply;
  /** Called once, with the objects that the supply was made into. */
  connect(objects: HostedObjects): HostedParts;
  /** Who commits, where the environment does not say. */
  whoAmI(): Promise<Pick<Signature, "name" | "email">>;
}

/** An object as a host's API tells it. */
export type SuppliedObject =
  | { readonly type: "commit"; readonly oid: string; readonly commit: Omit<Commit, "oid"> }
  | { readonly type: "tree"; readonly oid: string; readonly entries: readonly TreeEntry[] }
  /** `text` is left out where it is no text, or not all of it. */
  | { readonly type: "blob"; readonly oid: string; readonly sizeBytes: number; readonly text?: string };

/** Where objects come from that are not on this machine; what it says is not trusted, but hashed. */
export interface ObjectSupply {
  /** In the order asked for; undefined for one that is not there. */
  readMany(oids: readonly string[]): Promise<readonly (SuppliedObject | undefined)[]>;
  /** The bytes of one blob, whatever they are. */
  readBlob(oid: string): Promise<Uint8Array>;
  /** The commit that a revision names; undefined for none. */
  resolve(revision: string): Promise<string | undefined>;
}

/** What the host's parts see of the objects: those of this machine, not pushed yet, and those of the host. */
export interface HostedObjects extends ObjectReader {
  readCommits(oids: readonly string[]): Promise<readonly Commit[]>;
  /** Whether an object was written here; the host need not have it. */
  isOwn(oid: string): Promise<boolean>;
  /** What stands differently in two trees (undefined: the empty one), by path; never a folder. */
  compareTrees(before: string | undefined, after: string | undefined): Promise<readonly EntryChange[]>;
}

/** One path of two trees, with what stands there. */
export interface EntryChange {
  readonly path: string;
  readonly before: TreeEntry | null;
  readonly after: TreeEntry | null;
}

/** The parts of a repository that its host answers. */
export interface HostedParts {
  readonly refs: RefStore;
  readonly history: HistoryReader;
  readonly remote: Remote;
}
