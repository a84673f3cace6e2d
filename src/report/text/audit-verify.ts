import type { AuditVerification } from "../../workflows/audit/verify.ts";
import { formatCount } from "../../registry/quantities.ts";
import { styled, type Line } from "../page.ts";
import { shortCommit } from "../quantities.ts";
import { renderFinding } from "./findings.ts";

const SHOWN = 200;

/** What became of recomputing the audit history. */
export function renderAuditVerification(verification: AuditVerification): readonly Line[] {
  const { branch, main, base, entries, findings } = verification;
  const scope = `${formatCount(entries, "entry", "entries")} of ${branch}, against commit ${shortCommit(main)} of ${base}`;
  const left = findings.length - SHOWN;
  return [
    ...findings.slice(0, SHOWN).flatMap((finding) => renderFinding(finding)),
    ...(left > 0 ? [[`and ${left} more; -o json has them all`]] : []),
    ...(findings.length > 0 ? [[]] : []),
    renderOutcome(verification, scope),
    [styled("dim", `  ${describeAnchors(verification)}. What the forge knew (enrichment) is not proved.`)],
  ];
}

function describeAnchors({ anchors, stores, findings }: AuditVerification): string {
  const older = stores.reduce((sum, store) => sum + store.older, 0);
  const silent = stores.filter((store) => store.anchors === "unknown").length;
  const more = [
    ...(older > 0 ? [`${older} older ones were not`] : []),
    ...(silent > 0 ? [`${formatCount(silent, "store")} did not tell`] : []),
    ...stores.flatMap(({ uri, anchors: count }) =>
      count === 0 && isOwnFolder(uri) ? [`the store ${uri} is not here, or holds none`] : [],
    ),
  ].map((text) => `; ${text}`);
  if (anchors === "unknown") return `No anchors were compared${more.join("")}`;
  if (anchors === 0) return `There was no anchor to compare${more.join("")}`;
  const wrong = findings.filter(({ code }) => code.startsWith("AUDIT_ANCHOR_")).length;
  const outcome = wrong === 0 ? "all agree" : `${anchors - wrong} agree`;
  return `${formatCount(anchors, "anchor")} compared: ${outcome}${more.join("")}`;
}

/** In the registry's own folder; no clone brings it along. */
function isOwnFolder(uri: string): boolean {
  return /^file:[^/]/.test(uri);
}

function renderOutcome({ verified, otherRules, findings }: AuditVerification, scope: string): Line {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  if (errors > 0)
    return [styled("bad", "✖ "), `${scope}: ${formatCount(errors, "error")}, ${verified} as they should be`];
  // What was not recomputed may have been changed.
  return otherRules > 0
    ? [
        styled("warn", "! "),
        `${scope}: ${verified} as they should be, ${formatCount(otherRules, "verdict")} not recomputed`,
      ]
    : [styled("good", "✔ "), `${scope}: no entry was changed`];
}
