import type { Context } from "../context.ts";
import type { Session } from "../write/session.ts";

/**
 * Rejects with CONFLICT when a direct registration could not land, since another work tree shows the branch that would
 * move: better before gigabytes are stored than after.
 */
export async function requireFreeBranch(
  { repository }: Context,
  { registry, branch, tip, push }: Session,
): Promise<void> {
  const moves = !push || branch.localTip === tip.oid;
  if (registry.spec.registration === "direct" && moves)
    await repository.worktree.requireNotElsewhere(branch.ref);
}
