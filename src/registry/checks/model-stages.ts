import type { FindingCode } from "../../diagnostics/catalogue.ts";
import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { findNearestName } from "../../manifest/nearest-name.ts";
import { appendPointer } from "../../manifest/pointer.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { ModelView } from "../model-view.ts";

/** Checks that the rules which models have for stages are for stages of the policy; elsewhere they would never hold. */
export function checkModelStages(
  models: ReadonlyMap<string, ModelView>,
  registry: Registry | undefined,
): readonly Finding[] {
  if (registry === undefined) return [];
  return [...models.values()].flatMap((model) => findUnknownStages(model, registry, "MODEL_STAGE_UNKNOWN"));
}

/** The stages for which one model has rules and that the policy does not have, each as a finding of the given code. */
export function findUnknownStages(
  { name, manifest }: ModelView,
  registry: Registry,
  code: FindingCode,
): readonly Finding[] {
  if (manifest?.value === undefined) return [];
  const known = registry.spec.stages.map((stage) => stage.name);
  const unknown = Object.keys(manifest.value.spec.stages ?? {}).filter((stage) => !known.includes(stage));
  return unknown.map((stage) => {
    const pointer = appendPointer("/spec/stages", stage);
    const nearest = findNearestName(stage, known);
    return makeFinding(code, {
      file: manifest.path,
      pointer,
      ...manifest.positionOf(pointer),
      message: `${name} has rules for the stage ${JSON.stringify(stage)}, which the policy does not have`,
      hint: nearest === undefined ? `Stages of the policy: ${known.join(", ")}.` : `Did you mean ${nearest}?`,
    });
  });
}
