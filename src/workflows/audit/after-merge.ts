import { type ErrorCode, isModeltrailError, type ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import type { Session } from "../write/session.ts";
import { recordAudit } from "./record.ts";

/**
 * Records a merge where no forge has a workflow for it. The merge stands whatever becomes of the record: the next
 * recorder makes up for it.
 */
export async function recordMerge(context: Context, { registry, push }: Session): Promise<void> {
  if (registry.spec.forge !== undefined) return;
  try {
    await recordAudit(context, { push });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(
      `the merge stands, but it is not in the audit history yet: ${error.message}. ${remedyOf(error)}`,
    );
  }
}

/** What another run gets past. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  "CONFLICT",
  "NETWORK",
  "TIMEOUT",
  "RATE_LIMITED",
  "CREDENTIALS",
]);

function remedyOf({ code, hint }: ModeltrailError): string {
  const again = "modeltrail audit record records it.";
  return hint === undefined || PASSING.has(code) ? `Later, ${again}` : `${hint} Then ${again}`;
}
