import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { RefUpdate } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { shortName, type Session } from "./session.ts";

/** A commit that is to become the tip of the default branch, and branches to delete with it. */
export interface Landing {
  readonly commit: string;
  readonly reason: string;
  readonly delete?: readonly { readonly name: string; readonly oid: string }[];
}

/**
 * Moves the default branch to a commit made on the session's tip. With a remote the remote is moved first, with a
 * lease: it decides races. Your own branch follows when it can do so without disturbing anything.
 */
export async function landCommit(context: Context, session: Session, landing: Landing): Promise<void> {
  const { repository } = context;
  const { branch } = session;
  await refuseDirty(context, session, landing.commit);
  if (session.push) {
    const main = { name: branch.ref, expected: branch.remoteTip ?? null, value: landing.commit };
    await repository.remote.push([
      main,
      ...(landing.delete ?? []).map(({ name, oid }) => ({ name, expected: oid, value: null })),
    ]);
  }
  await followLocally(context, session, landing);
}

async function refuseDirty({ repository }: Context, { branch }: Session, commit: string): Promise<void> {
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

async function followLocally(
  { repository, notices }: Context,
  { branch, push }: Session,
  { commit, reason }: Landing,
): Promise<void> {
  const { localTip, ref } = branch;
  if (localTip === undefined && push) return;
  if (localTip !== undefined && !(await repository.history.isAncestor(localTip, commit))) {
    notices.hint(
      `your ${shortName(ref)} has commits of its own and was left alone; git pull brings this change`,
    );
    return;
  }
  const update: RefUpdate & { readonly value: string } = {
    name: ref,
    expected: localTip ?? null,
    value: commit,
    reason,
  };
  await repository.worktree.advance(update);
}
