import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { shortName } from "../read/default-branch.ts";
import { type Session } from "./session.ts";

/** Where a branch is, here and on the remote. */
interface Standing {
  readonly local: string | undefined;
  readonly remote: string | undefined;
}

/** The tip of a person's branch: with a remote the remote's, which is what colleagues saw. Rejects with USAGE or NOT_FOUND. */
export async function findOwnBranch(context: Context, session: Session, branch: string): Promise<string> {
  if (session.branch.ref === `refs/heads/${branch}`)
    throw new ModeltrailError("USAGE", `${branch} is the default branch itself`, {
      hint: `Name the branch that is to be merged into it. ${LISTS}`,
    });
  const { local, remote } = await findStanding(context, session, branch);
  const head = session.push ? (remote ?? local) : (local ?? remote);
  if (head !== undefined) return head;
  throw new ModeltrailError("NOT_FOUND", `there is no branch ${JSON.stringify(branch)}`, {
    hint: await otherNames(context, session, branch),
  });
}

/** Says so when this machine's branch has commits that the remote's does not have: they are not merged. */
export async function warnAhead(context: Context, session: Session, branch: string): Promise<void> {
  if (!session.push) return;
  const { local, remote } = await findStanding(context, session, branch);
  if (local === undefined || remote === undefined || local === remote) return;
  if (await context.repository.history.isAncestor(local, remote)) return;
  context.notices.warn(
    `your ${branch} has commits that the remote does not have; this works on the remote's ${branch}. Push them first if they belong to the change.`,
  );
}

/** A branch that is merged and checked out somewhere stays; says what removes it. */
export async function hintLeftOver(context: Context, session: Session, branch: string): Promise<void> {
  const { refs, history } = context.repository;
  const name = `refs/heads/${branch}`;
  const left = await refs.read(name);
  if (left === undefined) return;
  const main = await refs.read(session.branch.ref);
  const isMerged = main !== undefined && (await history.isAncestor(left, main));
  const remove = `git branch ${isMerged ? "-d" : "-D"} ${branch}`;
  if ((await refs.head()).branch === name)
    context.notices.hint(
      `${branch} is checked out, so it was left here; git switch ${shortName(session.branch.ref)} && ${remove} removes it`,
    );
  else if (await isElsewhere(context, name))
    context.notices.hint(
      `${branch} is checked out in another work tree, so it was left here; ${remove} removes it once that one has switched`,
    );
}

async function isElsewhere({ repository }: Context, name: string): Promise<boolean> {
  try {
    await repository.worktree.requireNotElsewhere(name);
    return false;
  } catch (error) {
    if (isModeltrailError(error) && error.code === "CONFLICT") return true;
    throw error;
  }
}

async function findStanding(
  { repository }: Context,
  { remote: origin }: Session,
  branch: string,
): Promise<Standing> {
  const { refs } = repository;
  // HEAD is a name for other branches, also among those of a remote.
  if (branch === "HEAD" || branch.startsWith("-")) throw noBranchName(branch);
  try {
    const local = await refs.read(`refs/heads/${branch}`);
    const remote = origin === undefined ? undefined : await refs.read(`refs/remotes/${origin}/${branch}`);
    return { local, remote };
  } catch (error) {
    if (isModeltrailError(error) && error.code === "INVALID_INPUT") throw noBranchName(branch);
    throw error;
  }
}

function noBranchName(branch: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${JSON.stringify(branch)} is no branch's name`, { hint: LISTS });
}

const LISTS = "git branch --all lists branches; modeltrail proposals lists what is proposed.";

/** People write the remote in front, as git shows it. */
async function otherNames(context: Context, session: Session, branch: string): Promise<string> {
  const { remote = "" } = session;
  if (!branch.startsWith(`${remote}/`)) return LISTS;
  const rest = branch.slice(remote.length + 1);
  const { remote: there } = await findStanding(context, session, rest);
  return there === undefined ? LISTS : `Name it without the remote: modeltrail merge ${rest}`;
}
