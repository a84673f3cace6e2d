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

function describeCrossing(crossing: Crossing): Finding {
  if (crossing.why === "several bases")
    return makeFinding("SEVERAL_BASES", {
      message: "the branch and the default branch have several best common ancestors",
    });
  if (crossing.why === "too many commits")
    return makeFinding("TOO_MANY_COMMITS", {
      message: "the branch has more than 1,000 commits of its own, so they are not looked at one by one",
    });
  const file = JSON.stringify(crossing.file);
  if (crossing.why === "on the way")
    return makeFinding("CHANGED_ON_THE_WAY", {
      message: `commit ${crossing.commit.slice(0, 12)} makes of ${file} what the change as a whole does not`,
    });
  if (crossing.why === "not by its commits")
    return makeFinding("CHANGED_ON_THE_WAY", {
      message: `${file} is not what the branch's commits make of it, without its merges, on the default branch`,
    });
  return makeFinding("BASE_MOVED", {
    message: `${file} ${WORDS[crossing.why]}, so what a merge makes of it is not what is judged here`,
  });
}

type Moved = "changed on both" | "removed here" | "removed there";

const WORDS: Readonly<Record<Moved, string>> = {
  "changed on both": "was changed by the change and, since, on the default branch",
  "removed here": "is removed by the change, and it or its folder has changed on the default branch since",
  "removed there": "is changed by the change, and it or its folder was removed on the default branch since",
};
