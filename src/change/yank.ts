import { renderManifest } from "../manifest/render.ts";
import type { ModelVersion, ModelYank } from "../manifest/types.generated.ts";
import { stagePath, yankPath } from "../registry/layout.ts";
import type { ModelView } from "../registry/model-view.ts";
import { flatName } from "../registry/names.ts";
import type { ChangeSet } from "./change-set.ts";
import { inertWords } from "./inert-words.ts";
import { LOCAL_CONFIG, renderStageFile } from "./stage-file.ts";

/** A version that nobody should use any more. */
export interface Yank {
  readonly model: ModelView;
  readonly version: string;
  readonly reason: string;
  /** The version that the stages which hold this one move to, in the same change. */
  readonly replacement: ModelVersion | undefined;
  /** UTC, as in manifests. */
  readonly at: string;
  readonly requestedBy: string;
}

/** Adds the yank and, with a replacement, moves each stage that holds the version. */
export function planYank({ model, version, reason, replacement, at, requestedBy }: Yank): ChangeSet {
  const manifest: ModelYank = {
    apiVersion: "modeltrail.dev/v1",
    kind: "ModelYank",
    metadata: { name: `${flatName(model.name)}-${version}`, annotations: LOCAL_CONFIG },
    spec: {
      model: model.name,
      version,
      reason,
      ...(replacement === undefined ? {} : { replacement: replacement.spec.version }),
      yankedAt: at,
      yankedBy: requestedBy,
    },
  };
  const held = stagesHolding(model, version);
  const moves =
    replacement === undefined
      ? []
      : held.map((stage) => ({
          path: stagePath(model.name, stage),
          text: renderStageFile(stage, replacement, model.stages.get(stage)),
        }));
  return {
    kind: "yank",
    branch: `yank/${model.name}/${version}`,
    title: `yank: ${model.name} ${version}${replacement === undefined ? "" : ` (use ${replacement.spec.version})`}`,
    body: [
      inertWords(reason),
      ...(moves.length === 0 ? [] : [`Moves ${held.join(" and ")} to ${replacement?.spec.version}.`]),
    ].join("\n\n"),
    trailers: [
      ["Model", model.name],
      ["Version-From", version],
      ...(replacement === undefined ? [] : [["Version-To", replacement.spec.version] as const]),
      ["Change-Kind", "yank"],
      ["Requested-By", requestedBy],
    ],
    edits: [{ path: yankPath(model.name, version), text: renderManifest(manifest) }, ...moves],
    story: { model: model.name, fromVersion: version, to: replacement, reason },
  };
}

/** The stages that hold a version, in the order of the model's files. */
export function stagesHolding(model: ModelView, version: string): readonly string[] {
  return [...model.stages]
    .filter(([, entry]) => entry.value?.spec.version === version)
    .map(([stage]) => stage);
}
