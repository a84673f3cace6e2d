import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when every stage still holds what the change was built on. */
export const staleGate: Gate = { name: "stale", evaluate };

function evaluate({ moved }: Facts): GateOutcome {
  return {
    findings: moved.map(({ model, stage, file, builtOn, now }) =>
      makeFinding("STAGE_MOVED", {
        file,
        message: `the change was built on ${model} ${builtOn ?? "(empty)"} at ${stage}, which now holds ${now ?? "nothing"}`,
      }),
    ),
  };
}
