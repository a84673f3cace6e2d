import type { Finding, GateName } from "../diagnostics/finding.ts";
import { allFindings } from "../registry/model-view.ts";
import type { Facts } from "./facts.ts";

/**
 * The findings of a gate that a change has to answer for: those in files that it changes, and those that were not
 * there before it. What was wrong already, in files that it leaves alone, does not count against it.
 */
export function findingsOfChange({ base, head, changes }: Facts, gate: GateName): readonly Finding[] {
  const known = new Set(allFindings(base).map(keyOf));
  const changed = new Set(changes.map((change) => change.path));
  return allFindings(head).filter(
    (finding) =>
      finding.gate === gate &&
      ((finding.file !== undefined && changed.has(finding.file)) || !known.has(keyOf(finding))),
  );
}

function keyOf(finding: Finding): string {
  return `${finding.code} ${finding.file} ${finding.message}`;
}
