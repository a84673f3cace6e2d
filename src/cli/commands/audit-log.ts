import type { Command } from "commander";
import type { LogQuery } from "../../workflows/audit/log.ts";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { keepGiven } from "../parse.ts";

/** Which entries are wanted, as options say it. */
export interface AuditQueryFlags {
  readonly model?: string;
  readonly stage?: string;
  readonly since?: string;
  readonly limit?: string;
  readonly fetch?: boolean;
}

export function addAuditQuery(command: Command): void {
  command
    .option("--model <model>", "this model only")
    .option("--stage <stage>", "this stage only")
    .option("--since <time>", "only what reached the main branch at or after this time")
    .option("--limit <count>", "at most so many, the newest")
    .option("--fetch", "bring the remote's branches first, and go by them alone");
}

/** `modeltrail audit log` */
export function declareAuditLog(command: Command, execute: Execute): void {
  command.description(
    "What was recorded, newest first: what happened, when, by whom, and whether the gates allowed it. It shows the audit branch as it is; modeltrail audit verify proves it, but not who approved: that is what the forge said, as whoever may push to the audit branch wrote it.",
  );
  addAuditQuery(command);
  addGuide(command, {
    examples: [
      ["modeltrail audit log --stage production --limit 20", "the last changes of production"],
      ["modeltrail audit log --model fraud-detector --since 2026-11-01", "what happened to a model"],
    ],
    exits: [[0, "answered"], [1, "nothing is recorded, of that model and stage"], COULD_NOT_TELL],
  });
  command.action((flags: AuditQueryFlags) =>
    execute(command, async ({ open }) => {
      const { readLog } = await import("../../workflows/audit/log.ts");
      const log = await readLog(await open(), await queryOf(flags));
      return {
        document: log,
        text: async (look) => (await import("../../report/text/audit.ts")).renderLog(log, look),
      };
    }),
  );
}

/** Rejects with USAGE. */
export async function queryOf(flags: AuditQueryFlags): Promise<LogQuery> {
  const { parseCount, parseMoment } = await import("../parse.ts");
  const { model, stage, since, limit, fetch } = flags;
  return keepGiven({
    model,
    stage,
    since: since === undefined ? undefined : parseMoment("--since", since),
    limit: limit === undefined ? undefined : parseCount("--limit", limit),
    fetch,
  });
}
