import type { LogRow } from "../../workflows/audit/log.ts";

/** The columns of an exported audit history. */
export const AUDIT_COLUMNS = [
  "seq",
  "committedAt",
  "kind",
  "model",
  "stage",
  "from",
  "to",
  "file",
  "digest",
  "verdict",
  "author",
  "pullRequest",
  "approvedBy",
  "source",
  "commit",
  "policy",
] as const;

/** An entry as cells, in the order of `AUDIT_COLUMNS`. */
export function auditCells({ entry, commit, author, enrichment }: LogRow): readonly string[] {
  const { pullRequest, approvals = [] } = enrichment ?? {};
  return [
    String(entry.seq),
    entry.committedAt,
    entry.kind,
    entry.model ?? "",
    entry.stage ?? "",
    entry.from ?? (entry.wasBroken === true ? "(broken)" : ""),
    entry.to ?? "",
    entry.file ?? "",
    entry.digest ?? "",
    entry.verdict.result,
    author,
    pullRequest?.url ?? "",
    approvals.map(({ login }) => login).join(" "),
    entry.source,
    commit,
    entry.policy,
  ];
}
