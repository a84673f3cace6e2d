import type { LogRow } from "../../workflows/audit/log.ts";
import { escapeText } from "../escape.ts";
import { AUDIT_COLUMNS, auditCells } from "./audit-rows.ts";

/** As comma-separated values, RFC 4180: a line of titles, then an entry a line. */
export function renderAuditCsv(rows: readonly LogRow[]): string {
  return [AUDIT_COLUMNS, ...rows.map(auditCells)].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** What a spreadsheet takes for a formula is text, and stays it. */
function cell(text: string): string {
  const inert = escapeText(text);
  const safe = /^[=+\-@\t\r]/.test(inert) ? `'${inert}` : inert;
  return /[",\r\n']/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
