import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { stagePath } from "../registry/layout.ts";
import type { Entry } from "../registry/model-view.ts";
import type { ChangeSet } from "./change-set.ts";
import { narrateMove, referenceTrailers, undoMove } from "./narrate.ts";
import { renderStageFile } from "./stage-file.ts";

/** A stage that is to hold another version. */
export interface Move {
  readonly kind: "promote" | "rollback";
  readonly stage: string;
  readonly version: ModelVersion;
  /** The stage's file as it is; undefined for an empty stage. */
  readonly current: Entry<ModelStage> | undefined;
  /** The manifest of the version that holds the stage now, for the differences in metrics. */
  readonly currentVersion: ModelVersion | undefined;
  readonly reason: string | undefined;
  readonly requestedBy: string;
}

/** A promotion or rollback: one file, and in it only the lines that say something new. */
export function planMove(move: Move): ChangeSet {
  const { kind, stage, version, current, currentVersion, reason, requestedBy } = move;
  const { model, artifact } = version.spec;
  const to = version.spec.version;
  const from = current?.value?.spec.version;
  const wasBroken = current !== undefined && from === undefined;
  const undo = undoMove({ kind, model, stage, from, wasBroken });
  const before = from ?? (wasBroken ? "(broken)" : undefined);
  return {
    kind,
    branch: `${kind}/${stage}/${model}/${to}`,
    title: `${kind}(${stage}): ${model} ${before === undefined ? to : `${before} -> ${to}`}`,
    body: narrateMove({ from: currentVersion, to: version, reason, undo }),
    trailers: [
      ["Model", model],
      ["Stage", stage],
      ...(from === undefined ? [] : [["Version-From", from] as const]),
      ["Version-To", to],
      ["Artifact-Digest", artifact.digest],
      ["Change-Kind", kind],
      ["Requested-By", requestedBy],
      ...referenceTrailers(version),
    ],
    edits: [{ path: stagePath(model, stage), text: renderStageFile(stage, version, current) }],
    story: {
      model,
      stage,
      fromVersion: from,
      from: currentVersion,
      to: version,
      reason,
      undo,
    },
  };
}
