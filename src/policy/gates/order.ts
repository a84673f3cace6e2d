import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { stagePath } from "../../registry/layout.ts";
import { isStageMove, type StageMove, type Transition } from "../../registry/transition.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";
import { rulesOf } from "../rules.ts";

/** Passes when the version has been at one of `after`, or comes there in the same change. */
export const orderGate: Gate = { name: "order", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return { findings: facts.transitions.filter(isStageMove).flatMap((move) => judge(move, facts)) };
}

function judge(move: StageMove, facts: Facts): readonly Finding[] {
  if (facts.policy === undefined) return [];
  const { model, stage, from, to } = move;
  const file = stagePath(model, stage);
  const rules = rulesOf(facts.policy, stage);
  if (rules === undefined) {
    const known = facts.policy.spec.stages.map((entry) => entry.name).join(", ") || "none";
    return [
      makeFinding("STAGE_UNKNOWN", {
        file,
        message: `the policy has no stage ${JSON.stringify(stage)}; it has ${known}`,
        ...(from === undefined ? {} : { hint: `Empty it: modeltrail retire ${model} --stage ${stage}` }),
      }),
    ];
  }
  const after = rules.after ?? [];
  if (after.length === 0 || after.some((earlier) => hasBeenAt(earlier, move, facts))) return [];
  const stages = after.join(" or ");
  return [
    makeFinding("ORDER_NOT_MET", {
      file,
      message: `${model} ${to} has not been at ${stages}, which ${stage} comes after`,
      hint: `Promote it there first: modeltrail promote ${model}@${to} --to ${after[0]}`,
    }),
  ];
}

function hasBeenAt(earlier: string, { model, to }: StageMove, facts: Facts): boolean {
  const was = facts.stays.some(
    (stay) => stay.model === model && stay.stage === earlier && stay.version === to,
  );
  return (
    was ||
    facts.transitions.some(
      (other) =>
        isReplacement(other, facts) && other.model === model && other.stage === earlier && other.to === to,
    )
  );
}

/** A stage that moves because the version that it held is yanked in the same change. */
function isReplacement(move: Transition, { transitions }: Facts): move is StageMove {
  if (!isStageMove(move)) return false;
  return transitions.some(
    (other) => other.kind === "yank" && other.model === move.model && other.version === move.from,
  );
}
