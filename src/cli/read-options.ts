import type { Command } from "commander";
import type { ReadAt } from "../workflows/read/commit.ts";

/** Which commit a read answers for. */
export interface ReadFlags {
  readonly ref?: string;
  readonly fetch?: boolean;
}

export function addReadOptions(command: Command): Command {
  return command
    .option("--ref <revision>", "read this branch, tag or commit (default: HEAD)")
    .option("--fetch", "bring the remote's branches first");
}

export function readAt({ ref, fetch = false }: ReadFlags): ReadAt {
  return { ...(ref === undefined ? {} : { ref }), fetch };
}
