import { parseAuditPath } from "../../audit/entry.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { compareTrees } from "../read/trees.ts";

/** What was known of the remote's branches before a fetch and after it, by their short names. */
export interface Fetched {
  /** The remote's name. */
  readonly remote: string;
  readonly before: ReadonlyMap<string, string>;
  readonly after: ReadonlyMap<string, string>;
}

/**
 * Fetches, and remembers what was known before. Rejects with HISTORY_REWRITTEN where the default branch was there and is
 * gone.
 */
export async function fetchRemote(context: Context, remote: string): Promise<Fetched> {
  const { refs, remote: host } = context.repository;
  const folder = `refs/remotes/${remote}/`;
  const list = async (): Promise<ReadonlyMap<string, string>> =>
    new Map((await refs.list(folder)).map(({ name, oid }) => [name.slice(folder.length), oid]));
  const before = await list();
  const target = await refs.symbolic(`${folder}HEAD`);
  await host.fetch();
  const after = await list();
  const usual =
    context.defaultBranch ??
    target?.slice(folder.length) ??
    ["main", "master"].find((name) => before.has(name));
  const was = usual === undefined ? undefined : before.get(usual);
  if (usual !== undefined && was !== undefined && !after.has(usual)) throw mainGone(remote, usual, was);
  return { remote, before, after };
}

function mainGone(remote: string, name: string, was: string): ModeltrailError {
  return new ModeltrailError(
    "HISTORY_REWRITTEN",
    `${remote} has no branch ${name} any more, which was at commit ${was}: it was renamed or deleted there`,
    {
      hint: `Where it was renamed, git remote set-head ${remote} -a takes that over. Where it was deleted, git push ${remote} ${was}:refs/heads/${name} brings it back.`,
    },
  );
}

/** A branch of the remote that does not hold any more what it held before. */
export interface TakenBack {
  readonly name: string;
  readonly before: string;
  /** Undefined where the branch is gone. */
  readonly after: string | undefined;
  /** The numbers of the audit entries that are gone or others now, ascending; none for any other branch. */
  readonly entries: readonly number[];
}

/** Those of the named branches that a fetch moved to a commit that does not contain the one before. */
export async function findTakenBack(
  context: Context,
  { before, after }: Fetched,
  names: ReadonlySet<string>,
): Promise<readonly TakenBack[]> {
  const found: TakenBack[] = [];
  for (const name of names) {
    const old = before.get(name);
    const now = after.get(name);
    if (old === undefined || old === now) continue;
    if (now !== undefined && (await context.repository.history.isAncestor(old, now))) continue;
    found.push({ name, before: old, after: now, entries: await lostEntries(context, old, now) });
  }
  return found;
}

/** The entries of the old tip that are not in the new one as they were. */
async function lostEntries(
  { repository }: Context,
  old: string,
  now: string | undefined,
): Promise<readonly number[]> {
  const { tree } = await repository.objects.readCommit(old);
  const next = now === undefined ? undefined : (await repository.objects.readCommit(now)).tree;
  const changes = await compareTrees(repository, tree, next);
  return changes.flatMap(({ path, before }) => {
    const place = parseAuditPath(path);
    return before !== null && place?.kind === "entry" ? [place.seq] : [];
  });
}

/** For those who only read or record: what was taken back, in words. What cannot be told in a shallow clone is not. */
export async function describeTakenBack(
  context: Context,
  fetched: Fetched,
  names: ReadonlySet<string>,
): Promise<readonly string[]> {
  try {
    const found = await findTakenBack(context, fetched, names);
    return found.map((one) => tellTakenBack(one, fetched.remote));
  } catch (error) {
    if (isModeltrailError(error) && error.code === "SHALLOW_CLONE") return [];
    throw error;
  }
}

/** Names both commits, and the entries that are gone. */
export function tellTakenBack({ name, before, after, entries }: TakenBack, remote: string): string {
  const [first] = entries;
  const lost =
    first === undefined
      ? ""
      : entries.length === 1
        ? `; entry ${first} is gone or another one`
        : `; ${entries.length} entries from ${first} to ${entries.at(-1)} are gone or others`;
  return after === undefined
    ? `${remote} has no branch ${name} any more, which was at commit ${before}${lost}`
    : `${name} of ${remote} was at commit ${before} and is now at ${after}, which does not contain it${lost}`;
}
