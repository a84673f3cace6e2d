import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { findDefaultBranch } from "./default-branch.ts";
import { tryReadPolicyAtHead } from "./policy.ts";

/** A branch by its short name, and the commit at its tip. */
export interface NamedBranch {
  readonly name: string;
  readonly tip: string;
}

/**
 * The branch that the policy of the default branch names as the registry's; undefined where it names none, or cannot be
 * read. Rejects with NOT_FOUND where that branch is not there: nobody may go by another one.
 */
export async function findNamedBranch(context: Context): Promise<NamedBranch | undefined> {
  const name = (await tryReadPolicyAtHead(context))?.spec.branch;
  if (name === undefined) return undefined;
  const { remoteTip, localTip } = await findDefaultBranch(context, name);
  const tip = remoteTip ?? localTip;
  if (tip !== undefined) return { name, tip };
  throw new ModeltrailError(
    "NOT_FOUND",
    `modeltrail.yaml names the branch ${JSON.stringify(name)}, which is not there`,
    {
      hint: "Push that branch, or correct spec.branch in modeltrail.yaml on the default branch.",
    },
  );
}
