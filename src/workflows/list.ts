import { isModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage } from "../manifest/types.generated.ts";
import { checkFields, stageFields } from "../registry/checks/fields.ts";
import { usableVersions, type Entry, type ModelView } from "../registry/model-view.ts";
import { modelNameProblem, nameProblem } from "../registry/names.ts";
import { latestVersion, versionNumber, versionProblem } from "../registry/versions.ts";
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
  /**
   * True when names, links and the stages' own files show that something is wrong. Neither model.yaml nor the versions
   * are read for a list: what is wrong inside those is `validate`'s to say.
   */
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
        `${row.model} has a broken manifest, or a stage without a usable version, or a bad name; modeltrail validate says what is wrong`,
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
    broken: isMisnamed(model) || hasBrokenFile(model) || ![...model.stages].every(isSoundIn(model)),
  };
}

/** Told from paths alone. */
function isMisnamed({ name, versions, yanks, stages }: ModelView): boolean {
  const numbers = new Set([...versions.keys()].map(versionNumber));
  return (
    modelNameProblem(name) !== undefined ||
    numbers.size < versions.size ||
    [...versions.keys(), ...yanks.keys()].some((version) => versionProblem(version) !== undefined) ||
    [...stages.keys()].some((stage) => nameProblem("stage", stage) !== undefined)
  );
}

/** A model.yaml that is missing, a stage that cannot be read, and links where manifests should be. */
function hasBrokenFile({ manifest, versions, yanks, stages }: ModelView): boolean {
  const entries = [manifest, ...versions.values(), ...yanks.values(), ...stages.values()];
  return entries.some((entry) => entry === undefined || entry.state === "broken");
}

/** Whether a stage says what its path says, and names a version that is there to be used. */
function isSoundIn(model: ModelView): (stage: readonly [string, Entry<ModelStage>]) => boolean {
  return ([stage, { value }]) => {
    if (value === undefined || checkFields(value, stageFields(model.name, stage)).length > 0) return false;
    const { version } = value.spec;
    return model.versions.has(version) && !model.yanks.has(version);
  };
}
