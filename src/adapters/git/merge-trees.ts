import type { RawTreeEntry } from "./object-format.ts";
import { comparePaths } from "./object-format.ts";
import type { TreeEdit } from "./tree-builder.ts";
import { diffTrees, sameEntry, type TreeChange } from "./tree-diff.ts";

interface TreeReader {
  readTrees(oids: readonly string[]): Promise<readonly (readonly RawTreeEntry[])[]>;
}

interface ThreeTrees {
  readonly base: string | undefined;
  readonly ours: string | undefined;
  readonly theirs: string | undefined;
}

/** What `theirs` changed since `base`, as edits of `ours`; or the paths that both changed in different ways. */
export async function mergeTrees(
  reader: TreeReader,
  trees: ThreeTrees,
): Promise<{ readonly edits: readonly TreeEdit[] } | { readonly conflicts: readonly string[] }> {
  const theirs = await diffTrees(reader, { before: trees.base, after: trees.theirs });
  const ours = await diffTrees(reader, { before: trees.base, after: trees.ours });
  const mine = new Map(ours.map((change) => [change.path, change]));
  const added = ours.filter((change) => change.after !== null).map((change) => change.path);
  const conflicts = new Set<string>();
  const edits: TreeEdit[] = [];
  for (const change of theirs) {
    const own = mine.get(change.path);
    if (own !== undefined && sameEntry(own.after, change.after)) continue;
    if (own !== undefined || collides(change, added)) conflicts.add(change.path);
    else edits.push({ path: change.path, entry: change.after });
  }
  if (conflicts.size > 0) return { conflicts: [...conflicts].sort(comparePaths) };
  return { edits };
}

/** A file of one side where the other side has made a folder. */
function collides(change: TreeChange, added: readonly string[]): boolean {
  if (change.after === null) return false;
  return added.some((path) => path.startsWith(`${change.path}/`) || change.path.startsWith(`${path}/`));
}
