import type { Finding } from "../diagnostics/finding.ts";
import { checkModel } from "./checks/model.ts";
import { checkHeldStages, checkModelStages } from "./checks/model-stages.ts";
import { checkNames } from "./checks/names.ts";
import { checkPaths } from "./checks/paths.ts";
import { checkRegistry } from "./checks/registry.ts";
import type { CheckedModel, Sha256, Snapshot } from "./model-view.ts";
import { type LoadedFile, viewFiles } from "./view.ts";

/** Makes one checked view of many files. Never throws over their content: what is wrong becomes a finding. */
export function buildSnapshot(files: readonly LoadedFile[], sha256: Sha256): Snapshot {
  const { registry, models: views } = viewFiles(files);
  const models = new Map<string, CheckedModel>();
  for (const [name, view] of views) models.set(name, { ...view, findings: checkModel(view, sha256) });
  const findings: Finding[] = [
    ...(registry?.findings ?? []),
    ...checkPaths(files),
    ...checkRegistry(registry),
    ...checkNames(models, registry?.value),
    ...checkModelStages(models, registry?.value),
    ...checkHeldStages(models, registry?.value),
  ];
  return { registry, models, findings };
}
