import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Crossing, Facts, MovedStage } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when every stage still holds what the change was built on, and a merge makes of it what was judged. */
export const staleGate: Gate = { name: "stale", evaluate };

function evaluate({ moved, crossings }: Facts): GateOutcome {
  return {
    findings: [...moved.map(describeMove), ...crossings.slice(0, MOST_CROSSINGS).map(describeCrossing)],
  };
}

/** One is enough to say that the branch has to be brought up to date. */
const MOST_CROSSINGS = 20;

function describeMove({ model, stage, file, builtOn, now }: MovedStage): Finding {
  return makeFinding("STAGE_MOVED", {
    file,
    message: `the change was built on ${model} ${builtOn ?? "(empty)"} at ${stage}, which now holds ${now ?? "nothing"}`,
  });
}

function describeCrossing({ file, why }: Crossing): Finding {
  return makeFinding("BASE_MOVED", {
    message: `${JSON.stringify(file)} ${WORDS[why]}, so what a merge makes of it is not what is judged here`,
  });
}

const WORDS: Readonly<Record<Crossing["why"], string>> = {
  "changed on both": "was changed by the change and, since, on the default branch",
  "removed here": "is removed by the change, and it or its folder has changed on the default branch since",
  "removed there": "is changed by the change, and it or its folder was removed on the default branch since",
};
