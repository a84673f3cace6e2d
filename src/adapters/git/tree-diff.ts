import type { PathChange } from "../../ports/repository.ts";
import { comparePaths, isFileMode, isTreeMode, type RawTreeEntry } from "./object-format.ts";

/** One path that differs, with what stands there; never a folder. */
export interface TreeChange {
  readonly path: string;
  readonly before: RawTreeEntry | null;
  readonly after: RawTreeEntry | null;
}

interface TreeReader {
  readTrees(oids: readonly string[]): Promise<readonly (readonly RawTreeEntry[])[]>;
}

interface FolderPair {
  readonly prefix: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * What differs between two trees (undefined: the empty one), sorted by path. Trees are entered only where their
 * ids differ and, with `paths`, only on the way to those; all trees of one depth are read in one batch.
 */
export async function diffTrees(
  reader: TreeReader,
  sides: { readonly before: string | undefined; readonly after: string | undefined },
  paths?: readonly string[],
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  const wanted = paths?.includes("") === true ? undefined : paths;
  let level: FolderPair[] = sides.before === sides.after ? [] : [{ prefix: "", ...sides }];
  while (level.length > 0) {
    const ids = level.flatMap((pair) => [pair.before, pair.after]).filter((oid) => oid !== undefined);
    const trees = await reader.readTrees(ids);
    const read = new Map(ids.map((oid, at) => [oid, trees[at] ?? []]));
    const entriesOf = (oid: string | undefined): readonly RawTreeEntry[] =>
      oid === undefined ? [] : (read.get(oid) ?? []);
    const pairs = level.flatMap((pair) =>
      pairEntries(pair.prefix, entriesOf(pair.before), entriesOf(pair.after)),
    );
    changes.push(
      ...pairs
        .map(filesOf)
        .filter((change) => !sameEntry(change.before, change.after) && isUnder(change.path, wanted)),
    );
    level = pairs
      .map(foldersOf)
      .filter((pair) => pair.before !== pair.after && leadsTo(pair.prefix.slice(0, -1), wanted));
  }
  return changes.sort((a, b) => comparePaths(a.path, b.path));
}

export function toPathChange(change: TreeChange): PathChange {
  return { path: change.path, before: fileOid(change.before), after: fileOid(change.after) };
}

/** Whether a path is one of `paths`, or lies under one. */
export function isUnder(path: string, paths: readonly string[] | undefined): boolean {
  return paths === undefined || paths.some((wanted) => path === wanted || path.startsWith(`${wanted}/`));
}

export function sameEntry(a: RawTreeEntry | null, b: RawTreeEntry | null): boolean {
  return a === b || (a !== null && b !== null && a.oid === b.oid && a.mode === b.mode);
}

/** What the two sides have under each name, where they differ. */
function pairEntries(
  prefix: string,
  before: readonly RawTreeEntry[],
  after: readonly RawTreeEntry[],
): TreeChange[] {
  const old = byName(before);
  const young = byName(after);
  const pairs: TreeChange[] = [];
  for (const key of new Set([...old.keys(), ...young.keys()])) {
    const pair = { before: old.get(key) ?? null, after: young.get(key) ?? null };
    const name = (pair.before ?? pair.after)?.name ?? "";
    if (!sameEntry(pair.before, pair.after)) pairs.push({ path: prefix + name, ...pair });
  }
  return pairs;
}

function filesOf({ path, before, after }: TreeChange): TreeChange {
  return { path, before: nonFolder(before), after: nonFolder(after) };
}

function foldersOf({ path, before, after }: TreeChange): FolderPair {
  return { prefix: `${path}/`, before: folderOid(before), after: folderOid(after) };
}

/** Names that are not UTF-8 may read alike; each keeps a key of its own. */
function byName(entries: readonly RawTreeEntry[]): Map<string, RawTreeEntry> {
  const map = new Map<string, RawTreeEntry>();
  for (const entry of entries) {
    const key = entry.rawName === undefined ? `=${entry.name}` : `#${entry.rawName.toString("hex")}`;
    map.set(map.has(key) ? `${key}\0${map.size}` : key, entry);
  }
  return map;
}

function leadsTo(folder: string, wanted: readonly string[] | undefined): boolean {
  return isUnder(folder, wanted) || (wanted?.some((path) => path.startsWith(`${folder}/`)) ?? true);
}

function folderOid(entry: RawTreeEntry | null): string | undefined {
  return entry !== null && isTreeMode(entry.mode) ? entry.oid : undefined;
}

function nonFolder(entry: RawTreeEntry | null): RawTreeEntry | null {
  return entry !== null && isTreeMode(entry.mode) ? null : entry;
}

function fileOid(entry: RawTreeEntry | null): string | null {
  return entry !== null && isFileMode(entry.mode) ? entry.oid : null;
}
