import type { Commit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import type { ChangeRange } from "./overlay.ts";

/** No branch of so many commits can be told commit by commit at a reasonable cost. */
const MOST_COMMITS = 1000;

/** The commits that a branch would add to its base. */
export interface OwnCommits {
  /** Parents before children. */
  readonly commits: readonly Commit[];
  /** Each on the one before, the first on what the branch was built on; no merges. */
  readonly isLine: boolean;
  /** Whether the branch and its base have several best common ancestors. */
  readonly severalBases: boolean;
  /** The commits of the base's history that the branch was built on or took in; left empty for a line. */
  readonly meetsAt: readonly string[];
}

/** Undefined when there are too many. A branch of one commit costs nothing more. */
export async function readOwnCommits(context: Context, range: ChangeRange): Promise<OwnCommits | undefined> {
  const { objects, history } = context.repository;
  const { base, builtOn, head } = range;
  if (head === builtOn) return { commits: [], isLine: true, severalBases: false, meetsAt: [] };
  const last = await objects.readCommit(head);
  if (isOn(last, builtOn)) return { commits: [last], isLine: true, severalBases: false, meetsAt: [] };
  const oids = await history.ahead(base, head, MOST_COMMITS);
  if (oids === undefined) return undefined;
  const read = await Promise.all(oids.map((oid) => objects.readCommit(oid)));
  const own = new Map(read.map((commit) => [commit.oid, commit]));
  const line = lineOf(own, range);
  if (line !== undefined) return { commits: line, isLine: true, severalBases: false, meetsAt: [] };
  // What was built on the base itself has no other common ancestor that counts.
  const parents = read.flatMap((commit) => commit.parents);
  const meetsAt = [...new Set(parents)].filter((oid) => !own.has(oid));
  // What was built on the base itself has no other common ancestor that counts.
  const severalBases = base !== builtOn && (await hasSeveralBases(context, range, { own, meetsAt }));
  return { commits: parentsFirst(own, head), isLine: false, severalBases, meetsAt };
}

type Own = ReadonlyMap<string, Commit>;

function isOn({ parents }: Commit, parent: string): boolean {
  return parents.length === 1 && parents[0] === parent;
}

function lineOf(own: Own, { builtOn, head }: ChangeRange): readonly Commit[] | undefined {
  const line: Commit[] = [];
  for (let at = head; at !== builtOn;) {
    const commit = own.get(at);
    const [parent, other] = commit?.parents ?? [];
    if (commit === undefined || parent === undefined || other !== undefined) return undefined;
    line.push(commit);
    at = parent;
  }
  return line.toReversed();
}

/**
 * A merge then starts from a state that it makes up of them all, and what one of them lacks may undo what the other
 * has. A host names only one: it is the only one when every point where the branch touches the base's history lies
 * behind it. Commits whose clocks are wrong may be listed though the base has them, which would hide such a point.
 */
async function hasSeveralBases(
  { repository: { history } }: Context,
  { base, builtOn }: ChangeRange,
  { own, meetsAt }: { readonly own: Own; readonly meetsAt: readonly string[] },
): Promise<boolean> {
  const commits = [...own.values()];
  for (const point of meetsAt)
    if (point !== builtOn && !(await history.isAncestor(point, builtOn))) return true;
  const first = commits.filter(({ parents }) => parents.every((parent) => !own.has(parent)));
  for (const { oid } of first) if (await history.isAncestor(oid, base)) return true;
  return false;
}

function parentsFirst(own: Own, head: string): readonly Commit[] {
  const sorted: Commit[] = [];
  const seen = new Set<string>();
  const open = [{ oid: head, isDone: false }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const commit = own.get(next.oid);
    if (commit === undefined) continue;
    if (next.isDone) sorted.push(commit);
    if (next.isDone || seen.has(next.oid)) continue;
    seen.add(next.oid);
    open.push({ oid: next.oid, isDone: true });
    for (const oid of commit.parents.toReversed()) open.push({ oid, isDone: false });
  }
  return sorted;
}

/** Whether one commit of a branch comes after another in every order that keeps parents before children. */
export function isAfter(own: Own, young: string, old: string): boolean {
  const seen = new Set<string>();
  const open = [young];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    if (oid === old) return true;
    for (const parent of own.get(oid)?.parents ?? []) {
      if (seen.has(parent) || !own.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
}
