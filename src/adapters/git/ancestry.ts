import type { Commit } from "../../ports/repository.ts";

interface CommitReader {
  readCommit(oid: string): Promise<Commit>;
}

const FROM_A = 1;
const FROM_B = 2;
const BOTH = FROM_A | FROM_B;
/** An ancestor of a common ancestor: no candidate, and nothing below it is. */
const STALE = 4;

/** How a search ended that met the boundary of a shallow clone before an answer. */
export type Cut = "shallow";

/**
 * The best common ancestor of two commits: Git's own way, which paints both histories down by commit time until
 * only ancestors of what was found are left.
 */
export async function mergeBase(
  reader: CommitReader,
  asked: { readonly a: string; readonly b: string; readonly shallow: ReadonlySet<string> },
): Promise<{ readonly base: string | undefined } | Cut> {
  const { a, b, shallow } = asked;
  if (a === b) return { base: (await reader.readCommit(a)).oid };
  const painted = await paintDown(reader, { a, b, shallow });
  const [best] = await withoutAncestors(reader, painted.candidates, shallow);
  return best === undefined && painted.cut ? "shallow" : { base: best?.oid };
}

/** The commits that only `head` has. */
export async function ahead(
  reader: CommitReader,
  asked: { readonly base: string; readonly head: string; readonly shallow: ReadonlySet<string> },
): Promise<readonly string[] | Cut> {
  const { base, head, shallow } = asked;
  if (base === head) return [];
  const { paint } = await paintDown(reader, { a: base, b: head, shallow });
  const own = [...paint].flatMap(([oid, flags]) => (flags === FROM_B ? [oid] : []));
  const cut = await Promise.all(own.map(async (oid) => shallow.has(oid) && (await hasParents(reader, oid))));
  return cut.includes(true) ? "shallow" : own;
}

async function hasParents(reader: CommitReader, oid: string): Promise<boolean> {
  return (await reader.readCommit(oid)).parents.length > 0;
}

interface Painted {
  readonly paint: ReadonlyMap<string, number>;
  readonly candidates: readonly Commit[];
  readonly cut: boolean;
}

async function paintDown(
  reader: CommitReader,
  asked: { readonly a: string; readonly b: string; readonly shallow: ReadonlySet<string> },
): Promise<Painted> {
  const paint = new Map<string, number>();
  const queue: Commit[] = [];
  const candidates: Commit[] = [];
  let cut = false;
  const flagsOf = (oid: string): number => paint.get(oid) ?? 0;
  const visit = async (oid: string, flags: number): Promise<void> => {
    if ((flagsOf(oid) & flags) === flags) return;
    paint.set(oid, flagsOf(oid) | flags);
    insertByTime(queue, await reader.readCommit(oid));
  };
  await visit(asked.a, FROM_A);
  await visit(asked.b, FROM_B);
  while (queue.some((commit) => (flagsOf(commit.oid) & STALE) === 0)) {
    const commit = queue.shift();
    if (commit === undefined) break;
    let flags = flagsOf(commit.oid);
    if (flags === BOTH && !candidates.includes(commit)) candidates.push(commit);
    if ((flags & BOTH) === BOTH) flags |= STALE;
    if (asked.shallow.has(commit.oid)) cut ||= commit.parents.length > 0 && (flags & STALE) === 0;
    else for (const parent of commit.parents) await visit(parent, flags);
  }
  return { paint, candidates, cut };
}

export async function isAncestor(
  reader: CommitReader,
  asked: { readonly ancestor: string; readonly of: string; readonly shallow: ReadonlySet<string> },
): Promise<boolean | Cut> {
  const { ancestor, of, shallow } = asked;
  await reader.readCommit(ancestor);
  const seen = new Set([of]);
  const queue = [of];
  let cut = false;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === ancestor) return true;
    const commit = await reader.readCommit(at);
    if (shallow.has(at)) {
      cut ||= commit.parents.length > 0;
      continue;
    }
    for (const parent of commit.parents) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      queue.push(parent);
    }
  }
  return cut ? "shallow" : false;
}

/** With clocks that run backwards a candidate may be an ancestor of another, found before the paint came to it. */
async function withoutAncestors(
  reader: CommitReader,
  candidates: readonly Commit[],
  shallow: ReadonlySet<string>,
): Promise<readonly Commit[]> {
  if (candidates.length < 2) return candidates;
  const kept: Commit[] = [];
  for (const one of candidates) {
    const others = candidates.filter((other) => other !== one);
    let covered = false;
    for (const other of others) {
      covered ||= (await isAncestor(reader, { ancestor: one.oid, of: other.oid, shallow })) === true;
    }
    if (!covered) kept.push(one);
  }
  return kept;
}

/** Newest first; of equal times the one that came first stays first, as in Git. */
function insertByTime(queue: Commit[], commit: Commit): void {
  let low = 0;
  let high = queue.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((queue[middle]?.committer.seconds ?? 0) >= commit.committer.seconds) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, commit);
}
