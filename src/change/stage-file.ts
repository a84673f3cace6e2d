import { editManifest } from "../manifest/edit.ts";
import { renderManifest } from "../manifest/render.ts";
import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { stageArtifact } from "../registry/checks/stage.ts";
import type { Entry } from "../registry/model-view.ts";
import { flatName, stageObjectName } from "../registry/names.ts";

/** What the header of every manifest carries. */
export const LOCAL_CONFIG = { "config.kubernetes.io/local-config": "true" } as const;

/** The text of a stage's file once it holds a version: the old text with new values, or a new file. */
export function renderStageFile(
  stage: string,
  version: ModelVersion,
  current: Entry<ModelStage> | undefined,
): string {
  const artifact = stageArtifact(version);
  const edited =
    current?.text === undefined
      ? undefined
      : editManifest(current.text, [
          { pointer: "/spec/version", value: version.spec.version },
          ...Object.entries(artifact).map(([field, value]) => ({
            pointer: `/spec/artifact/${field}`,
            value,
          })),
        ]);
  return edited ?? renderManifest(newStage(stage, version));
}

function newStage(stage: string, version: ModelVersion): ModelStage {
  const { model } = version.spec;
  return {
    apiVersion: "modeltrail.dev/v1",
    kind: "ModelStage",
    metadata: {
      name: stageObjectName(model, stage),
      labels: { "modeltrail.dev/model": flatName(model), "modeltrail.dev/stage": stage },
      annotations: LOCAL_CONFIG,
    },
    spec: { model, stage, version: version.spec.version, artifact: stageArtifact(version) },
  };
}
