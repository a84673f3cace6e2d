import type { LogRow } from "../../workflows/audit/log.ts";
import { describeBefore } from "../../registry/transition.ts";
import { code, prose } from "./inline.ts";
import { renderTable } from "./table.ts";

const TITLES = [
  "#",
  "when",
  "what",
  "model",
  "stage",
  "version or file",
  "by",
  "approved by (not proved)",
  "verdict",
  "commit",
];

const NOT_PROVED =
  "Pull requests and approvals are what the forge said when it was asked (enrichment). They are outside of the chain, and nothing proves them.";

/** As a table of GitHub's Markdown, and what of it nothing proves. */
export function renderAuditMarkdown(rows: readonly LogRow[]): string {
  return `${renderTable(TITLES, rows.map(cells))}\n\n${NOT_PROVED}\n`;
}

function cells({ entry, author, enrichment }: LogRow): readonly string[] {
  const { seq, committedAt, kind, model, stage, to, file, verdict, source } = entry;
  const { pullRequest, approvals = [] } = enrichment ?? {};
  const moved = stage === undefined ? to : `${describeBefore(entry)} → ${to ?? "(empty)"}`;
  const request = pullRequest === undefined ? "" : ` (${prose(pullRequest.url)})`;
  return [
    String(seq),
    committedAt,
    kind,
    maybeCode(model),
    maybeCode(stage),
    maybeCode(moved ?? file),
    `${prose(author)}${request}`,
    approvals.map(({ login }) => prose(login)).join(", "),
    verdict.result === "pass" ? "pass" : "**unverified**",
    code(source.slice(0, 12)),
  ];
}

function maybeCode(text: string | undefined): string {
  return text === undefined ? "" : code(text);
}
