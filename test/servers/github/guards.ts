import { unprocessable } from "./errors.ts";
import { requirementsOf } from "./protection.ts";
import type { Repository, User } from "./state.ts";
import { hasRole } from "./state.ts";

export interface RefMove {
  readonly name: string;
  /** Null: is created. */
  readonly from: string | null;
  /** Null: is deleted. */
  readonly to: string | null;
}

function hasMerges({ git }: Repository, from: string, to: string): boolean {
  return git.list(["--merges", "--max-count=1", `${from}..${to}`]).length > 0;
}

/** Throws where the rules of a branch forbid someone to move it other than by a pull request. */
export function checkGuards(repository: Repository, actor: User, { name, from, to }: RefMove): void {
  const asks = requirementsOf(repository, name.replace(/^refs\/heads\//, ""));
  if (!asks.bindsAdmins && hasRole(repository, actor, "admin")) return;
  if (to === null) {
    if (asks.noDeletion) throw unprocessable("Cannot delete this branch");
  } else if (from !== null && asks.noForcePush && !repository.git.isAncestor(from, to)) {
    throw unprocessable("Cannot force-push to this branch");
  } else if (from !== null && asks.linear && hasMerges(repository, from, to)) {
    throw unprocessable("This branch must not contain merge commits.");
  } else if (from !== null && asks.closedToPushes) {
    throw unprocessable("Changes must be made through a pull request.");
  }
}
