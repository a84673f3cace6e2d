import type { Crossing } from "../../policy/facts.ts";
import { identifyPath, isRegistryPath } from "../../registry/layout.ts";
import type { TreeEntry } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { entryAt, compareTrees, type TreeChange } from "../read/trees.ts";
import type { ChangeRange } from "./overlay.ts";

/** A branch of more commits is judged by what all of them did together. */
const MOST_COMMITS = 50;

/**
 * Where the change and its base, since it left it, touched the same: there a merge does more than lay the files of the
 * one over the other. Git merges both texts, and takes a file that was removed on one side for one that was renamed
 * there, so that an edit of it, or a new file beside it, may land in another file than the one that was judged.
 */
export async function findCrossings(context: Context, range: ChangeRange): Promise<readonly Crossing[]> {
  if (range.base === range.builtOn) return [];
  const sides = await readSides(context, range);
  const changes = await touchedByCommits(context, range);
  const brings = changes.some(
    ({ path, before, after }) => isInside(context, path) && before === null && after !== null,
  );
  // Outside the registry it matters only when what Git may take for the new name lies inside.
  const mayLandInside = { ours: brings, theirs: await hasRegistryMoved(context, sides) };
  const found = new Map<string, Crossing>();
  for (const change of changes) {
    const why = await crossingOf(context, sides, change, mayLandInside);
    if (why !== undefined) found.set(change.path, { file: change.path, why });
  }
  return [...found.values()];
}

/** The trees of the base as it is, as it was when the change left it, and of the change. */
interface Sides {
  readonly now: string;
  readonly past: string;
  readonly head: string;
}

async function readSides({ repository }: Context, { base, builtOn, head }: ChangeRange): Promise<Sides> {
  const { objects } = repository;
  const now = await objects.readCommit(base);
  const past = await objects.readCommit(builtOn);
  const own = await objects.readCommit(head);
  return { now: now.tree, past: past.tree, head: own.tree };
}

/** What each commit of the branch changed: a rebase merges them one by one. */
async function touchedByCommits(
  { repository }: Context,
  { builtOn, head }: ChangeRange,
): Promise<readonly TreeChange[]> {
  const { objects } = repository;
  const changes: TreeChange[] = [];
  let at = head;
  for (let count = 0; at !== builtOn && count < MOST_COMMITS; count += 1) {
    const { tree, parents } = await objects.readCommit(at);
    const [parent, other] = parents;
    // What a merge brought in is told by the whole difference, below.
    if (parent === undefined || other !== undefined) break;
    const before = await objects.readCommit(parent);
    changes.push(...(await compareTrees(repository, before.tree, tree)));
    at = parent;
  }
  if (at === builtOn) return changes;
  const [before, after] = [await objects.readCommit(builtOn), await objects.readCommit(head)];
  return [...changes, ...(await compareTrees(repository, before.tree, after.tree))];
}

interface MayLandInside {
  readonly ours: boolean;
  readonly theirs: boolean;
}

async function crossingOf(
  context: Context,
  sides: Sides,
  change: TreeChange,
  mayLandInside: MayLandInside,
): Promise<Crossing["why"] | undefined> {
  const { repository } = context;
  const { path, after } = change;
  const found = {
    change,
    past: await entryAt(repository, sides.past, path),
    now: await entryAt(repository, sides.now, path),
  };
  if (after === null) {
    if (!isInside(context, path) && !mayLandInside.ours) return undefined;
    const isCrossed = isOther(found) || (await hasGrownIn(context, sides, path));
    return isCrossed ? "removed here" : undefined;
  }
  if (found.now !== undefined) return isChangedOnBoth(context, found) ? "changed on both" : undefined;
  if (!isInside(context, path) && !mayLandInside.theirs) return undefined;
  return (await isGone(context, sides, found)) ? "removed there" : undefined;
}

/** A change, and what stood and stands at its path on the base. */
interface Found {
  readonly change: TreeChange;
  readonly past: TreeEntry | undefined;
  readonly now: TreeEntry | undefined;
}

function isOther({ past, now }: Found): boolean {
  return now !== undefined && now.oid !== past?.oid;
}

function isChangedOnBoth(context: Context, found: Found): boolean {
  const { path, after } = found.change;
  return (
    isOther(found) && found.now?.oid !== after?.oid && isInside(context, path) && !isStage(context, path)
  );
}

async function isGone(context: Context, sides: Sides, { change, past }: Found): Promise<boolean> {
  const { path, before } = change;
  if (before !== null && past !== undefined) return !isStage(context, path);
  return isFolderGone(context, sides, path);
}

/** Whether a folder on the way to a path that is new here is gone there. */
async function isFolderGone({ repository }: Context, { past, now }: Sides, path: string): Promise<boolean> {
  for (const folder of foldersOf(path)) {
    if ((await entryAt(repository, now, folder)) !== undefined) return false;
    if ((await entryAt(repository, past, folder)) !== undefined) return true;
  }
  return false;
}

/** Whether a folder that is gone here has changed there. */
async function hasGrownIn({ repository }: Context, sides: Sides, path: string): Promise<boolean> {
  for (const folder of foldersOf(path)) {
    if ((await entryAt(repository, sides.head, folder)) !== undefined) return false;
    const [past, now] = [
      await entryAt(repository, sides.past, folder),
      await entryAt(repository, sides.now, folder),
    ];
    if (now !== undefined && now.oid !== past?.oid) return true;
  }
  return false;
}

/** The folders that a path lies in, the nearest first. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

async function hasRegistryMoved({ repository, prefix }: Context, { past, now }: Sides): Promise<boolean> {
  const [before, after] = [await entryAt(repository, past, prefix), await entryAt(repository, now, prefix)];
  return before?.oid !== after?.oid;
}

function isInside({ prefix }: Context, path: string): boolean {
  return path.startsWith(prefix) && isRegistryPath(path.slice(prefix.length));
}

/** What becomes of stages is told by their own rule. */
function isStage({ prefix }: Context, path: string): boolean {
  return path.startsWith(prefix) && identifyPath(path.slice(prefix.length)).kind === "stage";
}
