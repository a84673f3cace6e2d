import { planRetirement } from "../change/retire.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { readModelForMove, requireStage } from "./move.ts";
import type { PromoteOptions } from "./promote.ts";
import { userName } from "./write/commit.ts";
import { propose, type ProposalOutcome } from "./write/propose.ts";
import { attemptChange } from "./write/attempt.ts";
import type { Session } from "./write/session.ts";

/** Proposes that a stage holds nothing any more. */
export async function retireStage(
  context: Context,
  name: string,
  stage: string,
  options: PromoteOptions = {},
): Promise<ProposalOutcome> {
  return attemptChange(context, options, (session) => empty(context, session, { name, stage, options }));
}

interface Emptying {
  readonly name: string;
  readonly stage: string;
  readonly options: PromoteOptions;
}

async function empty(
  context: Context,
  session: Session,
  { name, stage, options }: Emptying,
): Promise<ProposalOutcome> {
  const model = await readModelForMove(context, session, name);
  const entry = model.stages.get(stage);
  // A stage that the policy no longer has can still be emptied.
  if (entry === undefined) requireStage(session, stage);
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
