import { isModeltrailError } from "../../diagnostics/errors.ts";
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
      `the merge stands, but it is not in the audit history yet (${error.message}); modeltrail audit record records it`,
    );
  }
}
