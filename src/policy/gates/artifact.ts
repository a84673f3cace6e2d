import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when every file of every version that the change brings or moves is in storage, and proved. */
export const artifactGate: Gate = { name: "artifact", evaluate };

function evaluate({ artifacts, transitions }: Facts): GateOutcome {
  if (artifacts === undefined) {
    const needed = transitions.some((transition) =>
      ["register", "promote", "rollback"].includes(transition.kind),
    );
    return { findings: [], ...(needed ? { skipped: "storage was not looked at (--artifacts none)" } : {}) };
  }
  return { findings: artifacts.flatMap((fact) => (fact.finding === undefined ? [] : [fact.finding])) };
}
