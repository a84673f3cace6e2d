import type { LogRow } from "../../workflows/audit/log.ts";
import { renderJsonLine } from "../documents.ts";

/** As JSON lines: an entry a line, with its commit, its author and what the forge knew. */
export function renderAuditJsonl(rows: readonly LogRow[]): string {
  return rows.map(renderJsonLine).join("");
}
