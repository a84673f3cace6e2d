import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGlobalOptions } from "../flags.ts";
import { declareAuditExport } from "./audit-export.ts";
import { declareAuditLog } from "./audit-log.ts";
import { declareAuditRecord } from "./audit-record.ts";
import { declareAuditVerify } from "./audit-verify.ts";

/** Every command below `modeltrail audit`, in the order of help. */
const COMMANDS = [
  ["record", "record what has reached the main branch", declareAuditRecord],
  ["log", "show what was recorded", declareAuditLog],
  ["verify", "recompute everything, and name what differs", declareAuditVerify],
  ["export", "write it all out, for other programs", declareAuditExport],
] as const;

/** `modeltrail audit <command>` */
export function declareAudit(command: Command, execute: Execute): void {
  command.description(
    "The audit history: one commit a transition that reached the main branch, on a branch of its own that follows from the main branch alone.",
  );
  for (const [name, summary, declare] of COMMANDS) {
    const inner = command.command(name).summary(summary);
    declare(inner, execute);
    addGlobalOptions(inner);
  }
}
