import { ModeltrailError } from "../../diagnostics/errors.ts";
import { encodeTree, isTreeMode, type RawTreeEntry } from "./object-format.ts";
import { makeObject, type NewObject } from "./object-writer.ts";

/** One path of a new tree: the file that comes to stand there, or null for none. */
export interface TreeEdit {
  readonly path: string;
  readonly entry: { readonly mode: string; readonly oid: string } | null;
}

interface TreeReader {
  readTrees(oids: readonly string[]): Promise<readonly (readonly RawTreeEntry[])[]>;
}

interface BuiltTree {
  /** Undefined for a folder that came to be empty. */
  readonly oid: string | undefined;
  /** The new trees, children first. */
  readonly objects: readonly NewObject[];
}

const EMPTY_TREE = makeObject("tree", new Uint8Array());

/** Applies edits to a tree, reading and writing only the trees on the way up; empty folders vanish. */
export async function buildTree(
  reader: TreeReader,
  base: string | undefined,
  edits: readonly TreeEdit[],
): Promise<{ readonly oid: string; readonly objects: readonly NewObject[] }> {
  requireUnique(edits);
  for (const edit of edits) requirePath(edit.path);
  const built = await buildFolder(
    reader,
    base,
    edits.map(({ path, entry }) => ({ path, entry, whole: path })),
  );
  return built.oid === undefined
    ? { oid: EMPTY_TREE.oid, objects: [...built.objects, EMPTY_TREE] }
    : { ...built, oid: built.oid };
}

/** What `git fsck` calls an error, or what would leave the repository. */
export function requirePath(path: string): void {
  const bad = path
    .split("/")
    .some((part) => part === "" || part === "." || part === ".." || /^(\.git|git~1)[ .]*$/i.test(part));
  if (bad || path.includes("\0")) {
    throw new ModeltrailError(
      "INVALID_INPUT",
      `not a path of a file in a repository: ${JSON.stringify(path)}`,
    );
  }
}

interface FolderEdit extends TreeEdit {
  readonly whole: string;
}

async function buildFolder(
  reader: TreeReader,
  base: string | undefined,
  edits: readonly FolderEdit[],
): Promise<BuiltTree> {
  const [read = []] = base === undefined ? [] : await reader.readTrees([base]);
  const entries = [...read];
  const objects: NewObject[] = [];
  const own = edits.filter((edit) => !edit.path.includes("/"));
  for (const edit of own) if (edit.entry === null) setEntry(entries, edit);
  for (const [name, inside] of groupByFolder(edits)) {
    const at = entries.findIndex((entry) => entry.name === name && entry.rawName === undefined);
    const built = await buildChild(reader, entries[at], { name, inside });
    if (built === undefined) continue;
    objects.push(...built.objects);
    replace(entries, at, built.oid === undefined ? undefined : { name, mode: "040000", oid: built.oid });
  }
  // Last, since a file may take the place of a folder that the edits have just emptied.
  for (const edit of own) if (edit.entry !== null) setEntry(entries, edit);
  if (entries.length === 0) return { oid: undefined, objects };
  const tree = makeObject("tree", encodeTree(entries));
  return { oid: tree.oid, objects: tree.oid === base ? objects : [...objects, tree] };
}

/** Undefined when there is nothing to do: removing what lies below a file removes nothing. */
async function buildChild(
  reader: TreeReader,
  current: RawTreeEntry | undefined,
  folder: { readonly name: string; readonly inside: readonly FolderEdit[] },
): Promise<BuiltTree | undefined> {
  if (current === undefined || isTreeMode(current.mode))
    return buildFolder(reader, current?.oid, folder.inside);
  if (folder.inside.every((edit) => edit.entry === null)) return undefined;
  const path = folder.inside[0]?.whole ?? folder.name;
  throw new ModeltrailError("INVALID_INPUT", `${path} cannot be written: ${folder.name} is a file`);
}

function setEntry(entries: RawTreeEntry[], edit: FolderEdit): void {
  const at = entries.findIndex((one) => one.name === edit.path && one.rawName === undefined);
  const current = at < 0 ? undefined : entries[at];
  if (current !== undefined && isTreeMode(current.mode)) {
    throw new ModeltrailError("INVALID_INPUT", `${edit.whole} cannot be written: it is a folder`);
  }
  const { entry, path: name } = edit;
  replace(entries, at, entry === null ? undefined : { name, mode: entry.mode, oid: entry.oid });
}

function replace(entries: RawTreeEntry[], at: number, entry: RawTreeEntry | undefined): void {
  if (at < 0 && entry !== undefined) entries.push(entry);
  else if (at >= 0) entries.splice(at, 1, ...(entry === undefined ? [] : [entry]));
}

function groupByFolder(edits: readonly FolderEdit[]): ReadonlyMap<string, readonly FolderEdit[]> {
  const folders = new Map<string, FolderEdit[]>();
  for (const edit of edits) {
    const cut = edit.path.indexOf("/");
    if (cut < 0) continue;
    const name = edit.path.slice(0, cut);
    const inside = folders.get(name) ?? [];
    inside.push({ ...edit, path: edit.path.slice(cut + 1) });
    folders.set(name, inside);
  }
  return folders;
}

function requireUnique(edits: readonly TreeEdit[]): void {
  const seen = new Set<string>();
  for (const { path } of edits) {
    if (seen.has(path)) throw new ModeltrailError("INVALID_INPUT", `${path} is edited twice in one commit`);
    seen.add(path);
  }
}
