import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { requireFreeName } from "./free-name.ts";
import type { AuditPlace } from "./place.ts";

/**
 * Makes a new tip the audit branch's: on the remote with a lease, where there is one, else here by compare-and-swap.
 * Your own branch follows the remote's where it can. Rejects with CONFLICT when another recorder was quicker,
 * and with USAGE where another branch's name leaves no room for this one's.
 */
export async function publishTip(context: Context, place: AuditPlace, tip: string): Promise<void> {
  const { repository, notices } = context;
  const { ref, branch, push, localTip, remoteTip } = place;
  if ((push ? remoteTip : localTip) === undefined) await requireFreeName(context, place);
  if (!push) return moveOwn(context, place, tip);
  if (tip !== remoteTip)
    await repository.remote.push([{ name: ref, expected: remoteTip ?? null, value: tip }]);
  if (localTip === tip) return;
  if (localTip !== undefined && !(await repository.history.isAncestor(localTip, tip))) {
    notices.warn(
      `your ${branch} is not what the remote's was made of, and was left alone; git fetch origin +${branch}:${branch} takes the remote's`,
    );
    return;
  }
  try {
    await moveOwn(context, place, tip);
  } catch (error) {
    // The remote has it; another command of this clone may be bringing your own branch there as well.
    if (!isModeltrailError(error)) throw error;
    notices.hint(`your ${branch} did not follow the remote's: ${error.message}`);
  }
}

async function moveOwn({ repository }: Context, place: AuditPlace, tip: string): Promise<void> {
  const { ref, localTip } = place;
  if (localTip === tip) return;
  const update = {
    name: ref,
    expected: localTip ?? null,
    value: tip,
    reason: "modeltrail audit record",
  };
  await requireNotCheckedOut(repository, place);
  await repository.refs.update(update);
}

/** What is checked out would look changed when its branch moves from under it. */
async function requireNotCheckedOut(
  { refs, worktree }: Context["repository"],
  { ref, branch }: AuditPlace,
): Promise<void> {
  const isHere = (await refs.head()).branch === ref;
  const isElsewhere = await worktree.requireNotElsewhere(ref).then(
    () => false,
    (error: unknown) => {
      if (isModeltrailError(error) && error.code === "CONFLICT") return true;
      throw error;
    },
  );
  if (!isHere && !isElsewhere) return;
  const where = isHere ? "" : " in another work tree";
  throw new ModeltrailError(
    "DIRTY_WORKTREE",
    `${branch} is checked out${where}, so nothing can be recorded on it`,
    {
      hint: "Switch to another branch there, then run modeltrail audit record again.",
    },
  );
}
