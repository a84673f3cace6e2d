import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { proposeMove, readModelForMove, requireStage, type MoveOutcome } from "./move.ts";
import { readTimeline } from "./read/history.ts";
import type { PromoteOptions } from "./promote.ts";
import { attemptChange } from "./write/attempt.ts";
import type { Session } from "./write/session.ts";

/** How to roll back. */
export interface RollbackOptions extends PromoteOptions {
  /** The version to go to; left out: the newest rollback target. */
  readonly to?: string;
}

/** Proposes that a stage goes back to a version that held it before. */
export async function rollbackStage(
  context: Context,
  name: string,
  stage: string,
  options: RollbackOptions = {},
): Promise<MoveOutcome> {
  return attemptChange(context, options, (session) => goBack(context, session, { name, stage, options }));
}

interface Rollback {
  readonly name: string;
  readonly stage: string;
  readonly options: RollbackOptions;
}

async function goBack(
  context: Context,
  session: Session,
  { name, stage, options }: Rollback,
): Promise<MoveOutcome> {
  requireStage(session, stage);
  const model = await readModelForMove(context, session, name);
  const timeline = await readTimeline(context, session.tip.oid, name, {
    stages: [stage],
    registrations: false,
  });
  const targets = timeline.rollbackTargets(stage);
  const version = options.to ?? targets[0];
  if (version === undefined) {
    throw new ModeltrailError("NO_ROLLBACK_TARGET", `${name} has no version that ${stage} could go back to`, {
      hint: "A target held the stage before, is not yanked, and was not rolled back itself. Name any version with --to; it is then judged as a promotion.",
    });
  }
  if (!targets.includes(version)) {
    context.notices.warn(
      `${version} is no rollback target of ${stage}, so this is judged as a promotion${targets.length === 0 ? "" : `; targets: ${targets.join(", ")}`}`,
    );
  }
  return proposeMove(context, session, { model, stage, version, reason: options.reason, timeline, options });
}
