import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { modelPath } from "../layout.ts";
import type { ModelView } from "../model-view.ts";
import { MAX_STAGE_OBJECT_NAME, stageObjectName } from "../names.ts";

/**
 * Checks that no two stages of the registry share the name of their Kubernetes objects, and that each name is
 * short enough: `fraud` at `eu-prod` and `fraud-eu` at `prod` would fill each other's deploys.
 */
export function checkNames(
  models: ReadonlyMap<string, ModelView>,
  registry: Registry | undefined,
): readonly Finding[] {
  const stages = registry?.spec.stages.map((stage) => stage.name) ?? [];
  const owners = new Map<string, string>();
  const findings: Finding[] = [];
  for (const model of models.keys()) {
    for (const stage of stages) {
      const name = stageObjectName(model, stage);
      const owner = owners.get(name);
      const file = models.get(model)?.manifest?.path ?? modelPath(model);
      if (name.length > MAX_STAGE_OBJECT_NAME) {
        findings.push(
          makeFinding("NAME_TOO_LONG", {
            file,
            message: `${name} has ${name.length} characters; Helm allows a stage's name ${MAX_STAGE_OBJECT_NAME}`,
          }),
        );
      }
      if (owner === undefined) owners.set(name, `${model} at ${stage}`);
      else
        findings.push(
          makeFinding("NAME_COLLISION", {
            file,
            message: `${model} at ${stage} and ${owner} would both be called ${name}`,
          }),
        );
    }
  }
  return findings;
}
