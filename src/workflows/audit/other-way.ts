import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";

/** A main branch, and the last commit of it that was recorded. */
export interface RecordedMain {
  readonly tip: string;
  /** As people say it. */
  readonly base: string;
  readonly recorded: string;
}

/** What is wrong, and the way out. */
export interface Told {
  readonly message: string;
  readonly hint: string;
}

/** Whether a commit is there, and the tip contains it. */
export async function isHeldBy({ repository }: Context, oid: string, tip: string): Promise<boolean> {
  if (!/^[0-9a-f]{40}$/.test(oid) || (await repository.refs.resolve(oid)) !== oid) return false;
  return repository.history.isAncestor(oid, tip);
}

/**
 * Whether the main branch holds the recorded commit, but not by first parents: somebody merged it into their own branch
 * and pushed that. What a shallow clone cannot tell is no.
 */
export async function isMergedOtherWay(
  context: Context,
  { tip, recorded }: Pick<RecordedMain, "tip" | "recorded">,
): Promise<boolean> {
  if (tip === recorded) return false;
  try {
    if (!(await isHeldBy(context, recorded, tip))) return false;
    let oldest: string | undefined = tip;
    for await (const { commit } of context.repository.history.firstParent(tip, { until: recorded }))
      oldest = commit.parents[0];
    return oldest !== recorded;
  } catch (error) {
    if (isModeltrailError(error) && error.code === "SHALLOW_CLONE") return false;
    throw error;
  }
}

/** Says so, with the commands that put it right: nothing is lost, and nothing is forced. */
export async function tellOtherWay(
  { repository }: Context,
  { tip, base, recorded }: RecordedMain,
): Promise<Told> {
  const remote = (await repository.remote.describe())?.name;
  const commands = [
    `git switch -C ${base} ${recorded}`,
    `git merge --no-ff ${tip}`,
    ...(remote === undefined ? [] : [`git push ${remote} ${base}`]),
  ].join(" && ");
  const where = remote === undefined ? "" : ` in a clone whose ${base} has nothing that is not pushed`;
  return {
    message: `${base} was merged the other way round, as a git pull that merges does: its tip ${tip} contains the last recorded commit ${recorded}, but not on its first-parent line`,
    hint: `This puts it right${where}, loses nothing and needs no force: ${commands}. To keep git pull from merging so: git config pull.ff only, or pull.rebase true.`,
  };
}
