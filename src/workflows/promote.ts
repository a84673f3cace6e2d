import { ModeltrailError } from "../diagnostics/errors.ts";
import { usableVersions, type ModelView } from "../registry/model-view.ts";
import { latestVersion } from "../registry/versions.ts";
import type { Context } from "./context.ts";
import { proposeMove, readModelForMove, requireStage, type MoveOutcome } from "./move.ts";
import { requireValue } from "./require-entry.ts";
import { requireReference } from "./target.ts";
import type { ProposeOptions } from "./write/propose.ts";
import { attemptChange } from "./write/attempt.ts";
import type { SessionOptions } from "./write/session.ts";

/** How to promote. */
export interface PromoteOptions extends ProposeOptions, SessionOptions {
  readonly reason?: string;
}

/** Proposes that a stage holds a version: a number, `latest`, or what another stage holds. */
export async function promoteVersion(
  context: Context,
  reference: string,
  stage: string,
  options: PromoteOptions = {},
): Promise<MoveOutcome> {
  const { model: name, ref } = requireReference(reference, "version");
  return attemptChange(context, options, async (session) => {
    requireStage(session, stage);
    const model = await readModelForMove(context, session, name);
    return proposeMove(context, session, {
      model,
      stage,
      version: versionNamed(model, ref),
      reason: options.reason,
      options,
    });
  });
}

function versionNamed(model: ModelView, ref: string): string {
  if (ref === "latest") {
    const latest = latestVersion(usableVersions(model));
    if (latest !== undefined) return latest;
    throw new ModeltrailError("NOT_FOUND", `${model.name} has no version that is not yanked`, {
      hint: "Register one.",
    });
  }
  const stage = model.versions.has(ref) ? undefined : model.stages.get(ref);
  return stage === undefined ? ref : requireValue(stage).spec.version;
}
