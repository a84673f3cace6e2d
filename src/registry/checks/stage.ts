import type { ModelStage, ModelVersion } from "../../manifest/types.generated.ts";
import type { Entry, ModelView } from "../model-view.ts";
import type { Problem } from "./problem.ts";

/** The artifact of a version as its stage files repeat it: every value a string. */
export function stageArtifact(version: ModelVersion): ModelStage["spec"]["artifact"] {
  const { uri, digest, format, formatVersion, sizeBytes } = version.spec.artifact;
  return { uri, digest, format, formatVersion, sizeBytes: String(sizeBytes) };
}

/** Checks that a stage holds a version that exists, is not yanked, and whose artifact it repeats exactly. */
export function checkStage(
  model: Pick<ModelView, "name" | "versions" | "yanks">,
  stage: string,
  entry: Entry<ModelStage>,
): readonly Problem[] {
  if (entry.value === undefined) return [];
  const { version, artifact } = entry.value.spec;
  const at = (code: Problem["code"], pointer: string, message: string): Problem => ({
    code,
    pointer,
    message,
  });
  const manifest = model.versions.get(version);
  if (manifest === undefined)
    return [
      at("VERSION_UNKNOWN", "/spec/version", `${model.name} has no version ${version}, which ${stage} names`),
    ];
  const problems: Problem[] = [];
  if (model.yanks.has(version)) {
    problems.push(
      at("STAGE_HOLDS_YANKED", "/spec/version", `${stage} holds ${model.name} ${version}, which was yanked`),
    );
  }
  if (manifest.state !== "read")
    problems.push(
      at("VERSION_BROKEN", "/spec/version", `the manifest of ${model.name} ${version} cannot be read`),
    );
  if (manifest.value === undefined) return problems;
  const wanted = Object.entries(stageArtifact(manifest.value));
  const found = new Map<string, string>(Object.entries(artifact));
  for (const [field, value] of wanted) {
    if (found.get(field) === value) continue;
    const pointer = `/spec/artifact/${field}`;
    problems.push(
      at(
        "STAGE_DIFFERS",
        pointer,
        `spec.artifact.${field} is ${JSON.stringify(found.get(field))}, but version ${version} has ${JSON.stringify(value)}`,
      ),
    );
  }
  return problems;
}
