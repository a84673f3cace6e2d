import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { CheckedModel, Snapshot } from "../../registry/model-view.ts";
import { buildSnapshot } from "../../registry/snapshot.ts";
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

/** The manifest of a version in which nothing is wrong, not by itself and not against its path. BROKEN_MANIFEST otherwise. */
export function requireWhole(model: CheckedModel, version: string): ModelVersion {
  const entry = model.versions.get(version);
  const wrong = model.findings.find(
    (finding) => finding.severity === "error" && finding.file === entry?.path,
  );
  if (entry?.value !== undefined && wrong === undefined) return entry.value;
  const place = `${entry?.path ?? model.name}${wrong?.line === undefined ? "" : `:${wrong.line}`}`;
  throw new ModeltrailError(
    "BROKEN_MANIFEST",
    `${place}: ${wrong?.message ?? `there is no version ${version}`}`,
    {
      hint: "Run modeltrail validate to see everything that is wrong.",
    },
  );
}
