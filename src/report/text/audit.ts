import type { AuditLog, LogRow } from "../../workflows/audit/log.ts";
import type { RecordResult } from "../../workflows/audit/record.ts";
import { formatCount } from "../../registry/quantities.ts";
import { describeBefore } from "../../registry/transition.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { formatTime, shortCommit } from "../quantities.ts";
import { renderTable } from "../table.ts";

const SHOWN = 50;

/** What a recorder did. */
export function renderRecord(result: RecordResult): readonly Line[] {
  const { status, branch, main, base, entries } = result;
  const upTo = `up to commit ${shortCommit(main)} of ${base}`;
  const anchored: readonly Line[] =
    result.anchor === "failed" ? [[styled("warn", "! "), "the last entry is not anchored in storage"]] : [];
  if (status === "unchanged")
    return [[styled("good", "✔ "), `${branch} has everything, ${upTo}`], ...anchored];
  if (entries.length === 0) return [[`Nothing would be recorded: ${branch} has everything, ${upTo}`]];
  const lines = entries
    .slice(-SHOWN)
    .map(({ seq, summary, result: verdict }): Line => [
      verdict === "pass" ? styled("good", "✔ ") : styled("bad", "✖ "),
      styled("dim", `${seq}  `),
      summary,
      ...(verdict === "pass" ? [] : [styled("bad", "  unverified")]),
    ]);
  const left = entries.length - lines.length;
  const done = status === "dry-run" ? "would be recorded" : "recorded";
  return [
    ...(left > 0 ? [[styled("dim", `${left} more before these`)]] : []),
    ...lines,
    [],
    [`${formatCount(entries.length, "transition")} ${done} on ${branch}, ${upTo}`],
    ...anchored,
  ];
}

/** What was recorded, newest first. */
export function renderLog({ entries }: AuditLog, { width }: Look): readonly Line[] {
  if (entries.length === 0) return [["Nothing of that is recorded."]];
  const columns = [
    { title: "SEQ", align: "right" as const },
    { title: "WHEN" },
    { title: "WHAT" },
    { title: "MODEL", shrinksTo: 12 },
    { title: "STAGE", shrinksTo: 8 },
    { title: "VERSION OR FILE", shrinksTo: 12 },
    { title: "BY", shrinksTo: 8 },
    { title: "APPROVED BY", shrinksTo: 8 },
    { title: "VERDICT" },
    { title: "COMMIT" },
  ];
  return renderTable(columns, entries.map(logLine), width);
}

function logLine({ entry, author, enrichment }: LogRow): Line {
  const { seq, committedAt, kind, model, stage, verdict, source } = entry;
  const approvers = enrichment?.approvals?.map(({ login }) => login).join(", ");
  return [
    String(seq),
    formatTime(committedAt),
    kind,
    styled("strong", model ?? ""),
    stage ?? "",
    movement(entry),
    author,
    approvers ?? "",
    verdict.result === "pass" ? styled("good", "pass") : styled("bad", "unverified"),
    styled("dim", shortCommit(source)),
  ];
}

function movement(entry: LogRow["entry"]): Span {
  const { kind, to, file } = entry;
  if (kind === "register" || kind === "yank") return to ?? "";
  if (file !== undefined) return file;
  return `${describeBefore(entry)} → ${to ?? "(empty)"}`;
}
