import { planMove } from "../change/move.ts";
import type { Timeline } from "../audit/timeline.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { findNearestName } from "../manifest/nearest-name.ts";
import { stageArtifact } from "../registry/checks/stage.ts";
import type { ModelView } from "../registry/model-view.ts";
import type { Context } from "./context.ts";
import { readTimeline } from "./read/history.ts";
import { readModel } from "./read/model.ts";
import { requireValue } from "./require-entry.ts";
import { userName } from "./write/commit.ts";
import { propose, type ProposalOutcome, type ProposeOptions } from "./write/propose.ts";
import type { Session } from "./write/session.ts";

/** A proposal, or word that the stage holds the version already. */
export type MoveOutcome = ProposalOutcome | AlreadyThere;

export interface AlreadyThere {
  readonly status: "already";
  readonly model: string;
  readonly stage: string;
  readonly version: string;
}

/** A stage that is to hold another version. */
export interface MoveRequest {
  readonly model: ModelView;
  readonly stage: string;
  readonly version: string;
  readonly reason: string | undefined;
  /** The stage's whole history, where it was read. */
  readonly timeline?: Timeline;
  readonly options: ProposeOptions;
}

/** The model as commands that move stages need it: everything but the contents of versions. */
export async function readModelForMove(context: Context, session: Session, name: string): Promise<ModelView> {
  return readModel(context, session.tip, name, (identity) => identity.kind !== "version");
}

/** The manifest of one version. Rejects with NOT_FOUND or BROKEN_MANIFEST. */
export async function readVersion(
  context: Context,
  session: Session,
  name: string,
  version: string,
): Promise<ModelVersion> {
  const model = await readModel(
    context,
    session.tip,
    name,
    (identity) => identity.kind === "version" && identity.version === version,
  );
  if (!model.versions.has(version))
    throw new ModeltrailError("NOT_FOUND", `${name} has no version ${version}`, {
      hint: `modeltrail show ${name} lists its versions.`,
    });
  return requireValue(model.versions.get(version));
}

/** Rejects with NOT_FOUND when the policy has no such stage. */
export function requireStage({ registry }: Session, stage: string): void {
  const stages = registry.spec.stages.map((rules) => rules.name);
  if (stages.includes(stage)) return;
  const nearest = findNearestName(stage, stages);
  throw new ModeltrailError(
    "NOT_FOUND",
    `there is no stage ${JSON.stringify(stage)}; the policy has ${stages.join(", ") || "none"}`,
    {
      hint: nearest === undefined ? "Add it to spec.stages in modeltrail.yaml." : `Did you mean ${nearest}?`,
    },
  );
}

/** Proposes a move. Whether it is a rollback is told from history, as the judge tells it. */
export async function proposeMove(
  context: Context,
  session: Session,
  request: MoveRequest,
): Promise<MoveOutcome> {
  const { model, stage, version, reason, options } = request;
  const manifest = await readVersion(context, session, model.name, version);
  const current = model.stages.get(stage);
  const from = current?.value?.spec.version;
  if (from === version && repeats(current?.value, manifest))
    return { status: "already", model: model.name, stage, version };
  const timeline =
    request.timeline ??
    (await readTimeline(context, session.tip.oid, model.name, {
      stages: [stage],
      enoughFor: [{ stage, version }],
    }));
  const changeSet = planMove({
    kind: timeline.rollbackTargets(stage).includes(version) ? "rollback" : "promote",
    stage,
    version: manifest,
    current,
    currentVersion:
      from === undefined || !model.versions.has(from)
        ? undefined
        : await readVersion(context, session, model.name, from),
    reason,
    requestedBy: await userName(context),
  });
  return propose(context, session, changeSet, options);
}

/** Whether a stage repeats the version's artifact field by field. */
function repeats(stage: ModelStage | undefined, version: ModelVersion): boolean {
  const found = new Map<string, unknown>(Object.entries(stage?.spec.artifact ?? {}));
  return Object.entries(stageArtifact(version)).every(([field, value]) => found.get(field) === value);
}
