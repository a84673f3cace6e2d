import type { Finding } from "../../diagnostics/finding.ts";
import { allFindings } from "../../registry/model-view.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/**
 * Passes when the files that the change touches agree with each other and with their neighbours. What was wrong
 * before, in files that the change leaves alone, does not count against it.
 */
export const consistencyGate: Gate = { name: "consistency", evaluate };

function evaluate({ head, base, changes }: Facts): GateOutcome {
  const known = new Set(allFindings(base).map(keyOf));
  const changed = new Set(changes.map((change) => change.path));
  const concerns = (finding: Finding): boolean => {
    return (finding.file !== undefined && changed.has(finding.file)) || !known.has(keyOf(finding));
  };
  return {
    findings: allFindings(head).filter((finding) => finding.gate === "consistency" && concerns(finding)),
  };
}

function keyOf(finding: Finding): string {
  return `${finding.code} ${finding.file} ${finding.message}`;
}
