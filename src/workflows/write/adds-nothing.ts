import type { TreeEntry } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { compareTrees, entryAt, type TreeFile } from "../read/trees.ts";

/** A change that may be in the history already; `builtOn` is where it left it. */
export interface Candidate {
  readonly tip: string;
  readonly head: string;
  readonly builtOn: string;
}

/**
 * Whether a proposal is in the history already: merging it would change nothing, or it was let in and taken back
 * since. Merged by a squash, it is no ancestor; proposed again, it would be rebuilt on the tip.
 */
export async function wasLanded(context: Context, candidate: Candidate): Promise<boolean> {
  return (await addsNothing(context, candidate)) || (await wasTakenBack(context, candidate));
}

async function wasTakenBack({ repository }: Context, { tip, head, builtOn }: Candidate): Promise<boolean> {
  if (tip === builtOn) return false;
  const { objects, history } = repository;
  const [before, wanted] = [await objects.readCommit(builtOn), await objects.readCommit(head)];
  const changes = await compareTrees(repository, before.tree, wanted.tree);
  const paths = changes.map(({ path }) => path);
  for await (const step of history.firstParent(tip, { paths, until: builtOn })) {
    const after = new Map(step.changes.map((change) => [change.path, change.after]));
    if (changes.every(({ path, after: entry }) => after.get(path) === (entry?.oid ?? null))) return true;
  }
  return false;
}

/**
 * Whether merging `head` into `tip` would change nothing: every file that it changed stands there already as it wants
 * it, be it by a merge, a squash, a rebase or by hand. Reads trees, writes nothing.
 */
export async function addsNothing(
  { repository }: Context,
  { tip, head, builtOn }: Candidate,
): Promise<boolean> {
  if (head === builtOn) return true;
  const { objects } = repository;
  const [before, wanted, now] = [
    await objects.readCommit(builtOn),
    await objects.readCommit(head),
    await objects.readCommit(tip),
  ];
  for (const { path, after } of await compareTrees(repository, before.tree, wanted.tree)) {
    if (!isSame(await entryAt(repository, now.tree, path), after)) return false;
  }
  return true;
}

function isSame(entry: TreeEntry | undefined, wanted: TreeFile | null): boolean {
  return entry?.oid === wanted?.oid && entry?.mode === wanted?.mode;
}
