import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelView } from "../../registry/model-view.ts";
import { modelNameProblem } from "../../registry/names.ts";
import { viewFiles } from "../../registry/view.ts";
import type { Context } from "../context.ts";
import type { RegistryCommit } from "./commit.ts";
import { loadFiles, type Wanted } from "./manifests.ts";
import { listScope } from "./scope.ts";

/**
 * One model for an answer: the names of everything in it, and the contents that are wanted. Nothing is checked
 * beyond each file by itself. Rejects with NOT_FOUND.
 */
export async function readModel(
  context: Context,
  commit: RegistryCommit,
  name: string,
  wanted: Wanted,
): Promise<ModelView> {
  requireModelName(name);
  const files = await listScope(context, commit, { models: [name], wanted, policy: false });
  return requireFound(viewFiles(await loadFiles(context, files, wanted)).models.get(name), name, commit);
}

/** Rejects with USAGE when a text cannot be a model's name. */
export function requireModelName(name: string): void {
  const problem = modelNameProblem(name);
  if (problem !== undefined) throw new ModeltrailError("USAGE", problem);
}

export function requireFound<T>(model: T | undefined, name: string, commit: RegistryCommit): T {
  if (model !== undefined) return model;
  throw new ModeltrailError("NOT_FOUND", `there is no model ${name} at commit ${commit.oid.slice(0, 12)}`, {
    hint: "modeltrail list shows the models.",
  });
}
