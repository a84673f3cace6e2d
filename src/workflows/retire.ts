import { planRetirement } from "../change/retire.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { readModelForMove } from "./move.ts";
import type { PromoteOptions } from "./promote.ts";
import { userName } from "./write/commit.ts";
import { propose, type ProposalOutcome } from "./write/propose.ts";
import { openSession } from "./write/session.ts";

/** Proposes that a stage holds nothing any more. */
export async function retireStage(
  context: Context,
  name: string,
  stage: string,
  options: PromoteOptions = {},
): Promise<ProposalOutcome> {
  const session = await openSession(context, options);
  const model = await readModelForMove(context, session, name);
  const entry = model.stages.get(stage);
  if (entry === undefined)
    throw new ModeltrailError("EMPTY_STAGE", `${name} holds nothing at ${JSON.stringify(stage)}`, {
      hint: `modeltrail show ${name} lists its stages.`,
    });
  const from = entry.value?.spec.version;
  const changeSet = planRetirement({
    model: name,
    stage,
    from,
    reason: options.reason,
    requestedBy: await userName(context),
  });
  return propose(context, session, changeSet, options);
}
