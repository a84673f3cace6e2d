import type { Crossing } from "../../policy/facts.ts";
import { identifyPath, isRegistryPath, type PathIdentity } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder, type TreeChange } from "../read/trees.ts";
import { contentOf, type Landing } from "./landing.ts";
import { addedInside, mayBeRenamed, topOf } from "./likeness.ts";

/** What one commit does, or a whole branch: from one tree to another. */
export interface Step {
  readonly before: string;
  readonly after: string;
  readonly changes: readonly TreeChange[];
}

/** A change of a step whose file does not stand as the step found it; `why` tells what Git would do then. */
export interface Meeting {
  readonly file: string;
  readonly why: Extract<Crossing["why"], "changed on both" | "removed here" | "removed there">;
  /** Whether the step brings the file. */
  readonly isNew: boolean;
}

/**
 * Lays a step over what stands, and tells where that is more than to lay its files over the others. Git merges both
 * texts, and takes a file that was removed on one side for one that was renamed there, so that an edit of it, or a new
 * file beside it, may land in another file than the one that was judged.
 */
export async function layStep(context: Context, landing: Landing, step: Step): Promise<readonly Meeting[]> {
  const inside = (path: string): boolean => isInside(context, path);
  const mayLandInside = {
    // Outside the registry it matters only when what Git may take for the new name lies inside.
    ours: step.changes.some(({ path, before, after }) => inside(path) && before === null && after !== null),
    theirs:
      landing.laidFiles().some(({ path }) => inside(path)) ||
      (await hasRegistryMoved(context, step.before, landing.tree)),
  };
  const met: (Meeting | undefined)[] = [];
  for (const change of step.changes) met.push(await meet(context, landing, { step, change, mayLandInside }));
  landing.lay(step.changes);
  const gone = new Set<string>();
  for (const { path, after } of step.changes) {
    if (after !== null || !(inside(path) || mayLandInside.ours)) continue;
    const folder = await findGone(context, step.after, path);
    if (folder === undefined || gone.has(folder)) continue;
    gone.add(folder);
    if (await landing.holds(folder)) met.push({ file: path, why: "removed here", isNew: false });
  }
  return met.filter((one) => one !== undefined);
}

/** Whether anything of the registry differs between two trees; looks into no folder of it. */
export async function hasRegistryMoved(context: Context, before: string, after: string): Promise<boolean> {
  if (before === after) return false;
  const [then, now] = await Promise.all([before, after].map((tree) => topOf(context, tree)));
  const wordsOf = (top: Awaited<ReturnType<typeof topOf>> = new Map()): string =>
    [...top].map(([name, entry]) => `${contentOf(entry)} ${name}`).join("\n");
  return wordsOf(then) !== wordsOf(now);
}

interface Found {
  readonly step: Step;
  readonly change: TreeChange;
  readonly mayLandInside: { readonly ours: boolean; readonly theirs: boolean };
}

async function meet(context: Context, landing: Landing, found: Found): Promise<Meeting | undefined> {
  const { path: file, before, after } = found.change;
  const now = await landing.at(file);
  const isNew = before === null;
  const isFree = now === contentOf(before) || now === contentOf(after);
  if (after === null) {
    const isRemoved = !isFree && (await isMovedInside(context, found));
    return isRemoved ? { file, why: "removed here", isNew } : undefined;
  }
  if (now !== null)
    return !isFree && isInside(context, file) ? { file, why: "changed on both", isNew } : undefined;
  const isGone = isFree
    ? await isFolderGone(context, landing, found)
    : await wasMovedInside(context, landing, found);
  return isGone ? { file, why: "removed there", isNew } : undefined;
}

/** Whether a file that is removed here lies in the registry, or may be what the step brings there. */
async function isMovedInside(context: Context, { step, change }: Found): Promise<boolean> {
  if (change.before === null || isInside(context, change.path)) return true;
  const brought = step.changes.filter(({ path, before }) => before === null && isInside(context, path));
  return mayBeRenamed(
    context,
    change.before,
    brought.flatMap(({ after }) => after ?? []),
  );
}

/** Whether a file that is gone there lay in the registry, or may be what has come there since. */
async function wasMovedInside(context: Context, landing: Landing, { step, change }: Found): Promise<boolean> {
  if (change.before === null || isInside(context, change.path)) return true;
  const laid = landing.laidFiles().filter(({ path }) => isInside(context, path));
  const added = await addedInside(context, step.before, landing.tree);
  return mayBeRenamed(context, change.before, [...added, ...laid]);
}

/** Whether a folder on the way to a path that is new here is gone there. */
async function isFolderGone(
  context: Context,
  landing: Landing,
  { step, change: { path }, mayLandInside }: Found,
): Promise<boolean> {
  if (!isInside(context, path) && !mayLandInside.theirs) return false;
  for (const folder of foldersOf(path)) {
    if (await landing.holds(folder)) return false;
    if ((await entryAt(context.repository, step.before, folder)) !== undefined) return true;
  }
  return false;
}

/** The topmost folder of a path that a tree has no more. */
async function findGone({ repository }: Context, tree: string, path: string): Promise<string | undefined> {
  let gone: string | undefined;
  for (const folder of foldersOf(path)) {
    const entry = await entryAt(repository, tree, folder);
    if (entry !== undefined && isFolder(entry)) break;
    gone = folder;
  }
  return gone;
}

/** The folders that a path lies in, the nearest first. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

export function isInside({ prefix }: Pick<Context, "prefix">, path: string): boolean {
  return path.startsWith(prefix) && isRegistryPath(path.slice(prefix.length));
}

/** What a path inside the registry holds. */
export function kindOf({ prefix }: Pick<Context, "prefix">, path: string): PathIdentity["kind"] {
  return identifyPath(path.slice(prefix.length)).kind;
}
