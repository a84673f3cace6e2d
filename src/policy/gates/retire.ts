import { makeFinding } from "../../diagnostics/make-finding.ts";
import { stagePath } from "../../registry/layout.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when a stage is emptied in a change that does nothing else. */
export const retireGate: Gate = { name: "retire", evaluate };

function evaluate({ transitions, changes, outside }: Facts): GateOutcome {
  const retired = transitions.filter((transition) => transition.kind === "retire");
  return {
    findings: retired.flatMap(({ model, stage, from, wasBroken }) => {
      const file = stagePath(model, stage);
      const what = `${stage} of ${model} (${from ?? (wasBroken === true ? "broken" : "unknown version")}) is emptied`;
      const files = changes.length + outside.length;
      return [
        ...(files === 1
          ? []
          : [
              makeFinding("RETIRE_NOT_ALONE", {
                file,
                message: `${what} in a change of ${files} files`,
              }),
            ]),
        makeFinding("RETIRE_DELETES_DEPLOYMENT", {
          file,
          message: `${what}: an ApplicationSet that generates from it deletes its Application`,
        }),
      ];
    }),
  };
}
