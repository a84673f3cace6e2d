import type { Command } from "commander";
import type { PromoteOptions } from "../workflows/promote.ts";
import { parseDuration } from "./parse.ts";

/** How a change is proposed. */
export interface ProposalFlags {
  readonly reason?: string;
  readonly dryRun?: boolean;
  readonly draft?: boolean;
  readonly overwrite?: boolean;
  readonly reopen?: boolean;
  readonly queue?: boolean;
  readonly autoMerge?: boolean;
  readonly wait?: boolean | number;
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
    .option("--queue", "leave older proposals for the same stage open")
    .option("--auto-merge", "let GitHub merge the pull request by itself once its rules are met")
    .option(
      "--wait [duration]",
      "stay until the pull request is merged (exit 0) or closed (exit 1); 30m, 2h, 1d at most",
      parseDuration,
    );
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
    autoMerge = false,
    wait,
    push,
  } = flags;
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(wait === undefined || wait === false ? {} : { wait: wait === true ? {} : { timeoutMs: wait } }),
    dryRun,
    draft,
    overwrite,
    reopen,
    queue,
    autoMerge,
    push,
  };
}

/** The exit codes of commands that propose. */
export const PROPOSAL_EXITS = [
  [0, "proposed, or as it is already"],
  [1, "denied or not found (nothing is written), or proposed and still pending"],
] as const;
