import { renderManifest } from "../manifest/render.ts";
import type { Model, ModelVersion } from "../manifest/types.generated.ts";
import { modelPath, versionPath } from "../registry/layout.ts";
import { flatName } from "../registry/names.ts";
import { formatBytes, formatCount } from "../registry/quantities.ts";
import type { ChangeSet, TextEdit } from "./change-set.ts";
import { inertWords } from "./inert-words.ts";
import { referenceTrailers } from "./narrate.ts";
import { LOCAL_CONFIG } from "./stage-file.ts";

/** A new version, and the model itself when it is new as well. */
export interface Registration {
  readonly version: ModelVersion;
  readonly newModel: Model | undefined;
  readonly requestedBy: string;
}

/** Adds a version's manifest and, for a new model, its model.yaml. */
export function planRegistration({ version, newModel, requestedBy }: Registration): ChangeSet {
  const { model, version: number, artifact, description, metrics } = version.spec;
  const edits: TextEdit[] = [{ path: versionPath(model, number), text: renderManifest(version) }];
  if (newModel !== undefined) edits.unshift({ path: modelPath(model), text: renderManifest(newModel) });
  const figures = (metrics ?? []).map(
    ({ name, value, dataset }) =>
      `- ${inertWords(`${name}${dataset === undefined ? "" : ` on ${dataset}`}`)} ${value}`,
  );
  return {
    kind: "register",
    branch: `register/${model}/${number}`,
    title: `register: ${model} ${number}`,
    body: [
      ...(description === undefined ? [] : [inertWords(description)]),
      `${artifact.format}, ${formatBytes(artifact.sizeBytes)} in ${formatCount(artifact.files.length, "file")}, ${artifact.uri}`,
      ...(figures.length === 0 ? [] : [["Metrics", ...figures].join("\n")]),
    ].join("\n\n"),
    trailers: [
      ["Model", model],
      ["Version-To", number],
      ["Artifact-Digest", artifact.digest],
      ["Change-Kind", "register"],
      ["Requested-By", requestedBy],
      ...referenceTrailers(version),
    ],
    edits,
    story: { model, to: version, undo: `modeltrail yank ${model}@${number} --reason <why>` },
  };
}

/** A model.yaml for a model that is registered for the first time. */
export function newModelManifest(
  model: string,
  details: { readonly description?: string | undefined; readonly owner: string },
): Model {
  return {
    apiVersion: "modeltrail.dev/v1",
    kind: "Model",
    metadata: { name: flatName(model), annotations: LOCAL_CONFIG },
    spec: {
      model,
      ...(details.description === undefined ? {} : { description: details.description }),
      owners: [details.owner],
    },
  };
}
