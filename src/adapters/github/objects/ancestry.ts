import { ModeltrailError } from "../../../diagnostics/errors.ts";
import { GitHubError } from "../errors.ts";
import type { Api } from "../sdk.ts";
import type { HostedObjects } from "../../../ports/hosted-repository.ts";
import { requireOid } from "./supply.ts";

/** Whom to ask how commits are related. */
export interface AncestryQuery {
  readonly api: Api;
  readonly objects: HostedObjects;
}

/** The best common ancestor; undefined for unrelated histories. */
export async function findMergeBase(query: AncestryQuery, a: string, b: string): Promise<string | undefined> {
  if (a === b) return a;
  const { objects } = query;
  const own = (await objects.isOwn(a)) ? a : (await objects.isOwn(b)) ? b : undefined;
  if (own === undefined) return (await compare(query, a, b))?.base;
  const other = own === a ? b : a;
  if (await isAncestorOf(query, own, other)) return own;
  // No ancestor of the other, so what they have in common lies behind its parents.
  const { parents } = await objects.readCommit(own);
  const bases: string[] = [];
  for (const parent of parents) {
    const base = await findMergeBase(query, parent, other);
    if (base !== undefined) bases.push(base);
  }
  return best(query, bases);
}

async function best(query: AncestryQuery, bases: readonly string[]): Promise<string | undefined> {
  for (const base of bases) {
    const others = bases.filter((other) => other !== base);
    const covered = await Promise.all(others.map((other) => isAncestorOf(query, base, other)));
    if (!covered.includes(true)) return base;
  }
  return bases[0];
}

/** True when `ancestor` is `of`, or one of its ancestors. */
export async function isAncestorOf(query: AncestryQuery, ancestor: string, of: string): Promise<boolean> {
  if (ancestor === of) return true;
  const { objects } = query;
  if (await objects.isOwn(of)) {
    const { parents } = await objects.readCommit(of);
    for (const parent of parents) if (await isAncestorOf(query, ancestor, parent)) return true;
    return false;
  }
  const isOwn = await objects.isOwn(ancestor);
  try {
    return (await compare(query, ancestor, of))?.base === ancestor;
  } catch (error) {
    // GitHub has no commit on top of one that it does not have.
    if (isOwn && error instanceof GitHubError && error.code === "NOT_FOUND") return false;
    throw error;
  }
}

interface AheadQuestion {
  readonly base: string;
  readonly head: string;
  readonly most: number;
}

/** The commits that `head` has and `base` has not; undefined when there are more than `most`. */
export async function findAhead(
  query: AncestryQuery,
  { base, head, most }: AheadQuestion,
): Promise<readonly string[] | undefined> {
  if (base === head) return [];
  const { objects } = query;
  const isOwnBase = await objects.isOwn(base);
  if (await objects.isOwn(head)) {
    // Only what was made here as well can stand on it.
    if (isOwnBase && (await isAncestorOf(query, head, base))) return [];
    const { parents } = await objects.readCommit(head);
    const behind = await Promise.all(parents.map((parent) => findAhead(query, { base, head: parent, most })));
    const found = new Set([head, ...behind.flatMap((oids) => oids ?? [])]);
    return behind.includes(undefined) || found.size > most ? undefined : [...found];
  }
  if (!isOwnBase) return listAhead(query, { base, head, most });
  const { parents } = await objects.readCommit(base);
  const lists = await Promise.all(parents.map((parent) => findAhead(query, { base: parent, head, most })));
  const [first, ...others] = lists;
  return first?.filter((oid) => others.every((other) => other === undefined || other.includes(oid)));
}

const PER_PAGE = 100;

async function listAhead(
  { api: { rest, repo } }: AncestryQuery,
  { base, head, most }: AheadQuestion,
): Promise<readonly string[] | undefined> {
  const basehead = `${requireOid(base)}...${requireOid(head)}`;
  const found = new Set<string>();
  for (let page = 1; ; page += 1) {
    const { data } = await rest.repos.compareCommitsWithBasehead({
      ...repo,
      basehead,
      per_page: PER_PAGE,
      page,
    });
    if (data.total_commits > most) return undefined;
    for (const { sha } of data.commits) found.add(requireOid(sha));
    if (found.size >= data.total_commits) return [...found];
    if (data.commits.length === 0)
      throw new ModeltrailError("NETWORK", `GitHub tells ${found.size} of ${data.total_commits} commits`, {
        hint: "Try again.",
      });
  }
}

/** The second page says the same of the two, without the differences of their files. */
async function compare(
  { api: { rest, repo } }: AncestryQuery,
  a: string,
  b: string,
): Promise<{ readonly base: string } | undefined> {
  const basehead = `${requireOid(a)}...${requireOid(b)}`;
  try {
    const { data } = await rest.repos.compareCommitsWithBasehead({ ...repo, basehead, per_page: 1, page: 2 });
    return { base: data.merge_base_commit.sha };
  } catch (error) {
    const isUnrelated = error instanceof GitHubError && /no common ancestor/i.test(error.said);
    if (!isUnrelated) throw error;
    return undefined;
  }
}
