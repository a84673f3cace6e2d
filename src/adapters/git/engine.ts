import type { HistoryReader, RefStore, Remote } from "../../ports/repository.ts";
import type { IndexAccess } from "./index-access.ts";
import type { CachedObjects } from "./object-reader.ts";
import type { ObjectSource } from "./object-source.ts";

/** What the two implementations do differently; everything else is shared. Parts are loaded when they are asked for. */
export interface Engine {
  readonly name: "native" | "isomorphic";
  readonly source: ObjectSource;
  index(): Promise<IndexAccess>;
  history(objects: CachedObjects): Promise<HistoryReader>;
  remote(refs: RefStore, objects: CachedObjects): Promise<Remote>;
  isDirty(): Promise<boolean | undefined>;
}
