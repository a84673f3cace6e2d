import { isPlainMode, isRegistryPath } from "../../registry/layout.ts";
import type { TreeEntry } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { compareTrees, entryAt, isFolder, type TreeFile } from "../read/trees.ts";

/** Git wants the smaller to have half of the larger's bytes; a little less keeps us on the safe side. */
const ALIKE = 0.4;
/** No manifest is larger. */
const MOST_BYTES = 1024 * 1024;

/** Whether Git may take one of some files for another under a new name. */
export async function mayBeRenamed(
  { repository }: Context,
  old: TreeFile,
  candidates: readonly TreeFile[],
): Promise<boolean> {
  const files = candidates.filter(({ mode }) => isPlainMode(mode));
  const oids = [...new Set(files.map(({ oid }) => oid))];
  if (oids.length === 0 || !isPlainMode(old.mode)) return false;
  if (oids.includes(old.oid)) return true;
  const [one, ...others] = await repository.objects.readBlobs([old.oid, ...oids], MOST_BYTES);
  if (one === undefined || one === "too-large") return others.includes("too-large");
  return others.some((other) => other === "too-large" || isAlike(one, other));
}

/** By size alone: Git compares hashes of lines, and texts can be made that are alike for it and for nobody else. */
function isAlike(a: Uint8Array, b: Uint8Array): boolean {
  return Math.min(a.length, b.length) >= Math.max(a.length, b.length) * ALIKE;
}

/** The files of a registry that one tree has and another has not. */
export async function addedInside(
  context: Context,
  before: string,
  after: string,
): Promise<readonly TreeFile[]> {
  const [then, now] = [await topOf(context, before), await topOf(context, after)];
  const added: TreeFile[] = [];
  for (const [name, entry] of now) {
    const old = then.get(name);
    if (!isFolder(entry) && old === undefined) added.push({ ...entry, path: name });
    if (!isFolder(entry) || entry.oid === old?.oid) continue;
    const known = old !== undefined && isFolder(old) ? old.oid : undefined;
    const changes = await compareTrees(context.repository, known, entry.oid);
    for (const change of changes)
      if (change.before === null && change.after !== null) added.push(change.after);
  }
  return added;
}

/** What lies directly in a registry's folder, and is its business. */
export async function topOf(
  { repository, prefix }: Context,
  tree: string,
): Promise<ReadonlyMap<string, TreeEntry>> {
  const folder = await entryAt(repository, tree, prefix);
  if (folder === undefined || !isFolder(folder)) return new Map();
  const [entries = []] = await repository.objects.readTrees([folder.oid]);
  return new Map(entries.filter(({ name }) => isRegistryPath(name)).map((entry) => [entry.name, entry]));
}
