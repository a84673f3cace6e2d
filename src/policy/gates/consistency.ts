import { makeFinding } from "../../diagnostics/make-finding.ts";
import { findingsOfChange } from "../concerns.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when the files that the change touches agree with each other and with their neighbours. */
export const consistencyGate: Gate = { name: "consistency", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return { findings: [...findingsOfChange(facts, "consistency"), ...filesOutside(facts)] };
}

/** A change to the registry that brings other files along is merged with them; the verdict must not hide that. */
function filesOutside({ outside, changes }: Facts): ReturnType<typeof findingsOfChange> {
  const [first] = outside;
  if (first === undefined || changes.length === 0) return [];
  const rest = outside.length === 1 ? "" : ` and ${outside.length - 1} more`;
  return [
    makeFinding("FILES_OUTSIDE", {
      message: `the change also touches ${JSON.stringify(first)}${rest}, outside the registry`,
    }),
  ];
}
