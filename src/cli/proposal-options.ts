import type { Command } from "commander";
import type { PromoteOptions } from "../workflows/promote.ts";

/** How a change is proposed. */
export interface ProposalFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly draft?: boolean;
  readonly overwrite?: boolean;
  readonly reopen?: boolean;
  readonly queue?: boolean;
  readonly push: boolean;
}

export function addPushOption(command: Command): Command {
  return command.option("--no-push", "stay on this machine: fetch nothing, push nothing");
}

export function addProposalOptions(command: Command): Command {
  command
    .option("--dry-run", "judge and show the change, write nothing")
    .option("--draft", "propose although the verdict is a denial")
    .option("--overwrite", "replace a person's commits on the proposal's branch")
    .option("--reopen", "propose again what was closed unmerged")
    .option("--queue", "leave older proposals for the same stage open");
  return addPushOption(command);
}

export function proposalOptions(flags: ProposalFlags): PromoteOptions {
  const {
    reason,
    dryRun = false,
    draft = false,
    overwrite = false,
    reopen = false,
    queue = false,
    push,
  } = flags;
  return { ...(reason === undefined ? {} : { reason }), dryRun, draft, overwrite, reopen, queue, push };
}

/** The exit codes of commands that propose. */
export const PROPOSAL_EXITS = [
  [0, "proposed, or as it is already"],
  [1, "denied or not found (nothing is written), or proposed and still pending"],
] as const;
