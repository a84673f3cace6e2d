import type { AuditVerification } from "../../workflows/audit/verify.ts";
import { formatCount } from "../../registry/quantities.ts";
import { styled, type Line } from "../page.ts";
import { shortCommit } from "../quantities.ts";
import { renderFinding } from "./findings.ts";

const SHOWN = 200;

/** What became of recomputing the audit history. */
export function renderAuditVerification(verification: AuditVerification): readonly Line[] {
  const { branch, main, entries, verified, findings } = verification;
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const scope = `${formatCount(entries, "entry", "entries")} of ${branch}, against commit ${shortCommit(main)}`;
  const left = findings.length - SHOWN;
  return [
    ...findings.slice(0, SHOWN).flatMap((finding) => renderFinding(finding)),
    ...(left > 0 ? [[`and ${left} more; -o json has them all`]] : []),
    ...(findings.length > 0 ? [[]] : []),
    errors === 0
      ? [styled("good", "✔ "), `${scope}: nothing was changed`]
      : [styled("bad", "✖ "), `${scope}: ${formatCount(errors, "error")}, ${verified} as they should be`],
  ];
}
