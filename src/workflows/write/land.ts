import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { shortName } from "../read/default-branch.ts";
import { type Session } from "./session.ts";

/** A commit that is to become the tip of the default branch, and branches of the remote to delete with it. */
export interface Landing {
  readonly commit: string;
  readonly reason: string;
  readonly delete?: readonly { readonly name: string; readonly oid: string }[];
}

/**
 * Moves the default branch to a commit made on the session's tip. With a remote the remote is moved first, with a
 * lease: it decides races. Your own branch follows when it can do so without disturbing anything. Without one, or
 * when nothing is to be pushed, your own branch moves, or the landing is refused.
 */
export async function landCommit(context: Context, session: Session, landing: Landing): Promise<void> {
  const { repository } = context;
  const { branch } = session;
  const follows = await canFollow(context, session, landing.commit);
  if (follows) await requireWay(context, session, landing.commit);
  if (!session.push) {
    if (!follows) throw notDescended(branch.ref);
    return moveOwn(context, session, landing);
  }
  const main = { name: branch.ref, expected: branch.remoteTip ?? null, value: landing.commit };
  await repository.remote.push([
    main,
    ...(landing.delete ?? []).map(({ name, oid }) => ({ name, expected: oid, value: null })),
  ]);
  await followRemote(context, session, landing);
}

/** Brings your own branch to a commit that is on the remote's already; says so where that cannot be done. */
export async function followRemote(context: Context, session: Session, landing: Landing): Promise<void> {
  const { localTip, ref } = session.branch;
  if (localTip === undefined || localTip === landing.commit) return;
  if (!(await canFollow(context, session, landing.commit))) {
    context.notices.hint(
      `your ${shortName(ref)} has commits of its own and was left alone; git pull brings this change`,
    );
    return;
  }
  try {
    await moveOwn(context, session, landing);
  } catch (error) {
    if (!isModeltrailError(error) || !["DIRTY_WORKTREE", "CONFLICT"].includes(error.code)) throw error;
    context.notices.warn(`your ${shortName(ref)} could not follow the remote's: ${error.message}`);
  }
}

async function moveOwn(
  { repository }: Context,
  { branch }: Session,
  { commit, reason }: Landing,
): Promise<void> {
  await repository.worktree.advance({
    name: branch.ref,
    expected: branch.localTip ?? null,
    value: commit,
    reason,
  });
}

/** Whether your own branch can come to the commit without losing commits; one that you lack is made only here. */
async function canFollow(
  { repository }: Context,
  { branch, push }: Session,
  commit: string,
): Promise<boolean> {
  if (branch.localTip === undefined) return !push;
  return repository.history.isAncestor(branch.localTip, commit);
}

/** Everything of this machine that could stand in the way, asked before anything moves. */
async function requireWay({ repository }: Context, { branch }: Session, commit: string): Promise<void> {
  await repository.worktree.requireNotElsewhere(branch.ref);
  const head = await repository.refs.head();
  if (head.branch !== branch.ref) return;
  const blockers = await repository.worktree.blockers(branch.localTip, commit);
  if (blockers.length === 0) return;
  throw new ModeltrailError(
    "DIRTY_WORKTREE",
    `${shortName(branch.ref)} is checked out with local changes in ${blockers.slice(0, 5).join(", ")}`,
    {
      hint: "Commit, stash or undo them, then run the command again. Nothing was changed.",
    },
  );
}

function notDescended(ref: string): ModeltrailError {
  return new ModeltrailError(
    "CONFLICT",
    `your ${shortName(ref)} does not lead to this change, so nothing would hold it`,
    {
      hint: "Run the command again; nothing was changed.",
    },
  );
}
