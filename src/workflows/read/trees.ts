import type { Repository, TreeEntry } from "../../ports/repository.ts";
import type { TreeFolder } from "../../ports/tree-listing.ts";

/** A file somewhere below a tree. */
export interface TreeFile {
  /** From the tree that was listed; with the folder's path in front where that was given. */
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

export function isFolder({ mode }: TreeEntry): boolean {
  return mode === "040000" || mode === "40000";
}

/** The entry at a path below a tree; undefined when there is none. Reads one tree a folder on the way. */
export async function entryAt(
  repository: Repository,
  tree: string,
  path: string,
): Promise<TreeEntry | undefined> {
  let entry: TreeEntry = { name: "", mode: "040000", oid: tree };
  for (const name of path.split("/").filter((part) => part !== "")) {
    if (!isFolder(entry)) return undefined;
    const [entries = []] = await repository.objects.readTrees([entry.oid]);
    const next = entries.find((candidate) => candidate.name === name);
    if (next === undefined) return undefined;
    entry = next;
  }
  return entry;
}

/** Which folders to enter when listing; paths as in `TreeFile`. */
export type Descend = (folder: string) => boolean;

/** Every file below a folder's tree. */
export async function listFiles(
  repository: Repository,
  top: { readonly path: string; readonly oid: string },
  descend: Descend = () => true,
): Promise<readonly TreeFile[]> {
  const files: TreeFile[] = [];
  for (const folder of await listFolders(repository, top, descend)) {
    for (const { name, mode, oid } of folder.files) files.push({ path: pathIn(folder, name), mode, oid });
  }
  return files;
}

/** Every folder at and below a tree, level by level: one batch of trees for each level, however wide it is. */
export async function listFolders(
  repository: Repository,
  top: { readonly path: string; readonly oid: string },
  descend: Descend,
): Promise<readonly TreeFolder[]> {
  const folders: TreeFolder[] = [];
  let level: readonly { readonly path: string; readonly oid: string }[] = [top];
  while (level.length > 0) {
    const trees = await repository.objects.readTrees(level.map((folder) => folder.oid));
    const next: { path: string; oid: string }[] = [];
    for (const [index, folder] of level.entries()) {
      const entries = trees[index] ?? [];
      const below = entries.filter(isFolder);
      folders.push({
        path: folder.path,
        files: below.length === 0 ? entries : entries.filter((entry) => !isFolder(entry)),
      });
      for (const { name, oid } of below) {
        const path = pathIn(folder, name);
        if (descend(path)) next.push({ path, oid });
      }
    }
    level = next;
  }
  return folders;
}

function pathIn({ path }: { readonly path: string }, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** How a file differs between two trees; null where it is absent. */
export interface TreeChange {
  readonly path: string;
  readonly before: TreeFile | null;
  readonly after: TreeFile | null;
}

interface Pair {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The files that differ between two trees. Folders are entered only where their ids differ, a level a batch. */
export async function compareTrees(
  repository: Repository,
  before: string | undefined,
  after: string | undefined,
): Promise<readonly TreeChange[]> {
  const changes: TreeChange[] = [];
  let level: readonly Pair[] = before === after ? [] : [{ path: "", before, after }];
  while (level.length > 0) {
    const wanted = level.flatMap((pair) => [pair.before, pair.after]).filter((oid) => oid !== undefined);
    const trees = await repository.objects.readTrees(wanted);
    let position = 0;
    const take = (oid: string | undefined): readonly TreeEntry[] => {
      if (oid === undefined) return [];
      position += 1;
      return trees[position - 1] ?? [];
    };
    const next: Pair[] = [];
    for (const pair of level) comparePair(pair, take(pair.before), take(pair.after), { changes, next });
    level = next;
  }
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function comparePair(
  { path }: Pair,
  before: readonly TreeEntry[],
  after: readonly TreeEntry[],
  out: { readonly changes: TreeChange[]; readonly next: Pair[] },
): void {
  const [old, current] = byName(before, after);
  for (const key of new Set([...old.keys(), ...current.keys()])) {
    const was = old.get(key);
    const is = current.get(key);
    const name = (was ?? is)?.name;
    if (name === undefined || (was?.oid === is?.oid && was?.mode === is?.mode)) continue;
    const at = pathIn({ path }, name);
    const folders = { before: folderId(was), after: folderId(is) };
    if (folders.before !== undefined || folders.after !== undefined) out.next.push({ path: at, ...folders });
    const files = { before: fileOf(was, at), after: fileOf(is, at) };
    if (files.before !== null || files.after !== null) out.changes.push({ path: at, ...files });
  }
}

type ByName = ReadonlyMap<string, TreeEntry>;

/** The entries of two trees by name. Names whose bytes are no UTF-8 may be written alike: those are told apart. */
function byName(before: readonly TreeEntry[], after: readonly TreeEntry[]): readonly [ByName, ByName] {
  const old = new Map(before.map((entry) => [entry.name, entry]));
  const current = new Map(after.map((entry) => [entry.name, entry]));
  if (old.size === before.length && current.size === after.length) return [old, current];
  return [numbered(without(before, after)), numbered(without(after, before))];
}

/** The entries that others do not equal. */
function without(entries: readonly TreeEntry[], others: readonly TreeEntry[]): readonly TreeEntry[] {
  const idOf = ({ name, mode, oid }: TreeEntry): string => `${mode} ${oid} ${name}`;
  const counts = new Map<string, number>();
  for (const other of others) counts.set(idOf(other), (counts.get(idOf(other)) ?? 0) + 1);
  return entries.filter((entry) => {
    const left = counts.get(idOf(entry)) ?? 0;
    counts.set(idOf(entry), left - 1);
    return left <= 0;
  });
}

function numbered(entries: readonly TreeEntry[]): ByName {
  const map = new Map<string, TreeEntry>();
  for (const entry of entries) {
    let key = entry.name;
    while (map.has(key)) key += "\0";
    map.set(key, entry);
  }
  return map;
}

function folderId(entry: TreeEntry | undefined): string | undefined {
  return entry !== undefined && isFolder(entry) ? entry.oid : undefined;
}

function fileOf(entry: TreeEntry | undefined, path: string): TreeFile | null {
  return entry === undefined || isFolder(entry) ? null : { path, mode: entry.mode, oid: entry.oid };
}
