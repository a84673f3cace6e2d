import { isModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage } from "../manifest/types.generated.ts";
import { usableVersions, type Entry, type ModelView } from "../registry/model-view.ts";
import { latestVersion } from "../registry/versions.ts";
import { viewFiles } from "../registry/view.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { loadFiles, type Wanted } from "./read/manifests.ts";
import { listScope } from "./read/scope.ts";
import { readPolicy } from "./read/policy.ts";

/** A model in a line. */
export interface ModelRow {
  readonly model: string;
  /** What each stage holds; stages that hold nothing are left out, a broken one is null. */
  readonly stages: Readonly<Record<string, string | null>>;
  /** The highest version that is not yanked; left out when there is none. */
  readonly latest?: string;
  readonly versions: number;
  /** True when a file that this row shows is broken, or a stage names a version that is missing or yanked. */
  readonly broken: boolean;
}

export interface ModelList {
  readonly commit: string;
  /** The stages of the policy, in its order; empty when the policy is broken. */
  readonly stages: readonly string[];
  readonly models: readonly ModelRow[];
}

/** Lists every model with what its stages hold. A broken file marks its row and hides nothing else. */
export async function listModels(context: Context, at: ReadAt = {}): Promise<ModelList> {
  const commit = await openCommit(context, at);
  const wanted: Wanted = (identity) => identity.kind === "stage";
  const files = await listScope(context, commit, { models: "all", wanted, policy: false });
  const views = viewFiles(await loadFiles(context, files, wanted));
  const models = [...views.models.values()].map(toRow).toSorted((a, b) => (a.model < b.model ? -1 : 1));
  for (const row of models)
    if (row.broken)
      context.notices.warn(
        `${row.model} has a broken manifest, or a stage without a usable version; modeltrail validate says what is wrong`,
      );
  return { commit: commit.oid, stages: await stageNames(context, commit), models };
}

async function stageNames(
  context: Context,
  commit: Awaited<ReturnType<typeof openCommit>>,
): Promise<readonly string[]> {
  try {
    return (await readPolicy(context, commit)).spec.stages.map((stage) => stage.name);
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(error.message);
    return [];
  }
}

function toRow(model: ModelView): ModelRow {
  const latest = latestVersion(usableVersions(model));
  return {
    model: model.name,
    stages: Object.fromEntries(
      [...model.stages].map(([stage, entry]) => [stage, entry.value?.spec.version ?? null]),
    ),
    ...(latest === undefined ? {} : { latest }),
    versions: model.versions.size,
    broken:
      model.manifest === undefined || [...model.stages.values()].some((entry) => !isSound(model, entry)),
  };
}

/** Whether a stage can be read and names a version that is there to be used; versions are known by name alone. */
function isSound(model: ModelView, { value }: Entry<ModelStage>): boolean {
  if (value === undefined) return false;
  const { version } = value.spec;
  return model.versions.has(version) && !model.yanks.has(version);
}
