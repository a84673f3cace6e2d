import type { RecordedEntry, RecordResult } from "../../workflows/audit/record.ts";
import { shortCommit } from "../quantities.ts";
import { code, prose } from "./inline.ts";
import { renderTable } from "./table.ts";

const MOST_ROWS = 500;

/** What a recorder did, for the page of its run. */
export function renderRecordSummary({ branch, main, entries }: RecordResult): string {
  const upTo = `up to commit ${code(shortCommit(main))}`;
  if (entries.length === 0) return `${code(branch)} has everything, ${upTo}.\n`;
  const shown = entries.slice(-MOST_ROWS);
  const cut = entries.length - shown.length;
  return [
    `### ${entries.length} recorded on ${code(branch)}, ${upTo}`,
    ...(cut === 0 ? [] : [`_${cut} more before these_`]),
    renderTable(["", "change", "of commit", "verdict"], shown.map(toRow)),
    "",
  ].join("\n\n");
}

/** For the pull request that brought the changes. */
export function renderRecordComment(branch: string, entries: readonly RecordedEntry[]): string {
  const shown = entries.slice(0, MOST_ROWS);
  const cut = entries.length - shown.length;
  return [
    `Recorded in the audit history, ${code(branch)}:`,
    renderTable(["", "change", "of commit", "verdict"], shown.map(toRow)),
    ...(cut === 0 ? [] : [`_and ${cut} more_`]),
  ].join("\n\n");
}

function toRow({ seq, summary, source, result }: RecordedEntry): readonly string[] {
  return [
    String(seq),
    prose(summary),
    code(shortCommit(source)),
    result === "pass" ? "pass" : "**unverified**",
  ];
}
