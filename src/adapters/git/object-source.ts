import type { ListedPart } from "./native-listing.ts";
import type { ObjectType } from "./object-format.ts";

export interface StoredObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly body: Buffer | "too-large";
}

/** Where an engine takes objects from; parsing, caching and counting are not its business. */
export interface ObjectSource {
  /** In the order asked for; rejects with GIT for the first that is missing or damaged. */
  readMany(oids: readonly string[], maxBytes: number): Promise<readonly StoredObject[]>;
  /** Everything below a tree; left out, or undefined for this repository, when there is no quick way. */
  listTree?(tree: string, path: string): AsyncIterable<ListedPart> | undefined;
  /** The commit that a revision names, annotated tags peeled; undefined for none. */
  readRevision(revision: string): Promise<StoredObject | undefined>;
  /** Forgets what is known of packs, after objects came or went. */
  refresh(): void;
  close(): Promise<void>;
}
