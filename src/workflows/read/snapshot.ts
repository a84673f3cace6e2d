import { modelPath } from "../../registry/layout.ts";
import type { CheckedModel, Snapshot } from "../../registry/model-view.ts";
import { buildSnapshot } from "../../registry/snapshot.ts";
import type { LoadedFile } from "../../registry/view.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import type { RegistryCommit } from "./commit.ts";
import { loadFiles, type Wanted } from "./manifests.ts";
import { requireFound, requireModelName } from "./model.ts";
import { listScope, type Scope } from "./scope.ts";

/** Reads a part of the registry at a commit, and checks it. */
export async function readSnapshot(
  context: Context,
  commit: RegistryCommit,
  scope: Scope,
): Promise<Snapshot> {
  const files = await listScope(context, commit, scope);
  return buildSnapshot(await loadFiles(context, files, scope.wanted), sha256Hex);
}

/** One model with everything that is wrong in it. Rejects with NOT_FOUND. */
export async function readCheckedModel(
  context: Context,
  commit: RegistryCommit,
  name: string,
  wanted: Wanted,
): Promise<CheckedModel> {
  requireModelName(name);
  const { models } = await readSnapshot(context, commit, { models: [name], wanted, policy: false });
  return requireFound(models.get(name), name, commit);
}

/** Models by name alone, as files for a snapshot: for rules about names that no two models may share. */
export function namesAsFiles(names: readonly string[]): readonly LoadedFile[] {
  return names.map((name) => ({ path: modelPath(name), mode: "100644", id: "", reading: undefined }));
}
