import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";

export interface DefaultBranch {
  /** In full: `refs/heads/main`. */
  readonly ref: string;
  /** Its tip on the remote, as of the last fetch; undefined without a remote, or when the remote lacks the branch. */
  readonly remoteTip: string | undefined;
  readonly localTip: string | undefined;
}

/**
 * The default branch: what was configured, else what its host says or origin/HEAD names, else main or master. Rejects with
 * USAGE where origin/HEAD names a branch that the remote does not have: your own of that name may be long out of date.
 */
export async function findDefaultBranch(
  context: Context,
  configured: string | undefined,
): Promise<DefaultBranch> {
  const { refs, remote } = context.repository;
  const origin = await remote.describe();
  const named =
    configured ??
    context.defaultBranch ??
    (origin === undefined ? undefined : await remoteHead(context, origin.name));
  const candidates = named === undefined ? ["main", "master"] : [named];
  for (const name of candidates) {
    const branch = await tipsOf(context, name, origin?.name);
    if (branch.localTip !== undefined || branch.remoteTip !== undefined) return branch;
  }
  const head = await refs.head();
  if (named === undefined && head.branch !== undefined)
    return tipsOf(context, shortName(head.branch), origin?.name);
  return tipsOf(context, named ?? "main", origin?.name);
}

async function remoteHead(context: Context, origin: string): Promise<string | undefined> {
  const target = await context.repository.refs.symbolic(`refs/remotes/${origin}/HEAD`);
  if (target === undefined) return undefined;
  const name = target.slice(`refs/remotes/${origin}/`.length);
  await requireThere(context, origin, name);
  return name;
}

/** Before anything was pushed the remote has no branch at all, which is as it should be. */
async function requireThere({ repository }: Context, origin: string, name: string): Promise<void> {
  const folder = `refs/remotes/${origin}/`;
  if ((await repository.refs.read(`${folder}${name}`)) !== undefined) return;
  const others = await repository.refs.list(folder);
  if (others.length === 0) return;
  throw new ModeltrailError(
    "USAGE",
    `${origin}/HEAD says that the default branch is ${name}, and ${origin} has no such branch: it was renamed or deleted there`,
    { hint: `git remote set-head ${origin} -a asks ${origin} which branch is the default one now.` },
  );
}

async function tipsOf(
  { repository }: Context,
  name: string,
  origin: string | undefined,
): Promise<DefaultBranch> {
  const ref = `refs/heads/${name}`;
  const remoteTip =
    origin === undefined ? undefined : await repository.refs.read(`refs/remotes/${origin}/${name}`);
  return { ref, remoteTip, localTip: await repository.refs.read(ref) };
}

/** `refs/heads/main` as people say it. */
export function shortName(ref: string): string {
  return ref.replace(/^refs\/(heads|remotes|tags)\//, "");
}
