import type { Commit, ObjectReader, PathChange, TreeEntry } from "../../../ports/repository.ts";

/** What the host's parts see of the objects: those of this machine, not pushed yet, and those of the host. */
export interface Objects extends ObjectReader {
  readCommits(oids: readonly string[]): Promise<readonly Commit[]>;
  /** Whether an object was written here; GitHub need not have it. */
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

/** How a path differs where `before` and `after` stood at it, files or folders. */
export async function compareEntries(
  objects: Objects,
  path: string,
  { before, after }: { readonly before: Place; readonly after: Place },
): Promise<readonly PathChange[]> {
  if (before?.oid === after?.oid && before?.mode === after?.mode) return [];
  const below = await objects.compareTrees(folderOf(before), folderOf(after));
  const inside = below.map((change) => ({
    path: path === "" ? change.path : `${path}/${change.path}`,
    before: fileOf(change.before),
    after: fileOf(change.after),
  }));
  // Where a file took the place of a folder, or the other way round, the path itself changed as well.
  const isOnlyFolder = [before, after].every((place) => place === null || isFolder(place));
  return isOnlyFolder ? inside : [{ path, before: fileOf(before), after: fileOf(after) }, ...inside];
}

/** What stands at a path; null for nothing. */
export type Place = Pick<TreeEntry, "oid" | "mode"> | null;

function isFolder(place: Place): boolean {
  return place?.mode === "040000";
}

function folderOf(place: Place): string | undefined {
  return place !== null && isFolder(place) ? place.oid : undefined;
}

/** Plain files only: no links, no submodules. */
function fileOf(place: Place): string | null {
  return place?.mode.startsWith("100") === true ? place.oid : null;
}

/** By the bytes of the path, as Git sorts. */
export function sortChanges(changes: readonly PathChange[]): readonly PathChange[] {
  const unique = [...new Map(changes.map((change) => [change.path, change])).values()];
  return unique.toSorted((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)));
}
