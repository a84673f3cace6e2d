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

/** Checks that the policy has every stage that holds something: there a file is enough, whether or not it was read. */
export function checkHeldStages(
  models: ReadonlyMap<string, ModelView>,
  registry: Registry | undefined,
): readonly Finding[] {
  if (registry === undefined) return [];
  const known = new Set(registry.spec.stages.map((stage) => stage.name));
  return [...models.values()].flatMap(({ name, stages }) =>
    [...stages]
      .filter(([stage]) => !known.has(stage))
      .map(([stage, { path }]) =>
        makeFinding("HELD_STAGE_UNKNOWN", {
          file: path,
          message: `${name} holds a version at ${JSON.stringify(stage)}, which the policy does not have`,
          hint: `Empty it: modeltrail retire ${name} --stage ${stage}. Or keep the stage in spec.stages.`,
        }),
      ),
  );
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
