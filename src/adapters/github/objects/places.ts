import type { HostedObjects } from "../../../ports/hosted-repository.ts";
import type { PathChange, TreeEntry } from "../../../ports/repository.ts";

/** How a path differs where `before` and `after` stood at it, files or folders. */
export async function compareEntries(
  objects: HostedObjects,
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

/** The mode as Git itself reads it, whatever other tools wrote; GraphQL gives the bare number. */
export function modeOf(mode: number): string {
  const kind = mode & 0o170000;
  if (kind === 0o100000) return (mode & 0o100) === 0 ? "100644" : "100755";
  if (kind === 0o040000) return "040000";
  return kind === 0o120000 ? "120000" : "160000";
}

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
