import { isModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage } from "../manifest/types.generated.ts";
import { checkFields, stageFields } from "../registry/checks/fields.ts";
import { modelNameProblem, nameProblem } from "../registry/names.ts";
import { outlineFolders, type ModelOutline, type OutlinedStage, type Outlines } from "../registry/outline.ts";
import { latestVersion, versionNumber, versionProblem } from "../registry/versions.ts";
import type { LoadedFile } from "../registry/view.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { loadFiles } from "./read/manifests.ts";
import { listModelFolders } from "./read/scope.ts";
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
  const { outlines, coming } = await findModels(context, commit);
  // While git is looking for the last of the stages.
  const beginnings = outlines.map(beginRow);
  const files = new Map((await Promise.all(coming)).flat().map((file) => [file.path, file]));
  const models = beginnings
    .map((row) => finishRow(row, files))
    .toSorted((a, b) => (a.model < b.model ? -1 : 1));
  for (const row of models)
    if (row.broken)
      context.notices.warn(
        `${row.model} has a broken manifest, or a stage without a usable version, or a bad name; modeltrail validate says what is wrong`,
      );
  return { commit: commit.oid, stages: await stageNames(context, commit), models };
}

/** So many stages are asked for together. */
const STAGES_AT_ONCE = 256;

/** All models by name. Their stages are read while the others are still being found. */
async function findModels(
  context: Context,
  commit: RegistryCommit,
): Promise<{
  readonly outlines: readonly ModelOutline[];
  readonly coming: readonly Promise<readonly LoadedFile[]>[];
}> {
  const outlines: Outlines = new Map();
  const coming: Promise<readonly LoadedFile[]>[] = [];
  let found: OutlinedStage[] = [];
  const read = (): void => {
    const files = loadFiles(context, found, () => true);
    // They are awaited together in the end; a failure before that must not count as unhandled.
    files.catch(() => undefined);
    coming.push(files);
    found = [];
  };
  for await (const folders of listModelFolders(context, commit)) {
    found.push(...outlineFolders(outlines, folders));
    if (found.length >= STAGES_AT_ONCE) read();
  }
  read();
  return { outlines: [...outlines.values()], coming };
}

async function stageNames(context: Context, commit: RegistryCommit): Promise<readonly string[]> {
  try {
    return (await readPolicy(context, commit)).spec.stages.map((stage) => stage.name);
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(error.message);
    return [];
  }
}

/** What names alone say of a row. */
interface RowBeginning {
  readonly outline: ModelOutline;
  readonly latest: string | undefined;
  readonly broken: boolean;
}

function beginRow(outline: ModelOutline): RowBeginning {
  const { versions, yanks, hasManifest, hasOddFile } = outline;
  return {
    outline,
    latest: latestVersion(
      yanks.size === 0 ? [...versions] : [...versions].filter((version) => !yanks.has(version)),
    ),
    broken: !hasManifest || hasOddFile || isMisnamed(outline),
  };
}

function finishRow(
  { outline, latest, broken }: RowBeginning,
  files: ReadonlyMap<string, LoadedFile>,
): ModelRow {
  const held = outline.stages.map(
    ({ identity, path }) => [identity.stage, stageIn(files.get(path))] as const,
  );
  return {
    model: outline.name,
    stages: Object.fromEntries(held.map(([stage, value]) => [stage, value?.spec.version ?? null])),
    ...(latest === undefined ? {} : { latest }),
    versions: outline.versions.size,
    broken: broken || !held.every(isSoundIn(outline)),
  };
}

/** What a stage's file holds; undefined when it cannot be read. */
function stageIn(file: LoadedFile | undefined): ModelStage | undefined {
  return file?.reading?.ok === true && file.reading.value.kind === "ModelStage"
    ? file.reading.value
    : undefined;
}

/** Told from paths alone. */
function isMisnamed({ name, versions, yanks, stages }: ModelOutline): boolean {
  if (modelNameProblem(name) !== undefined) return true;
  for (const version of versions) {
    if (versionProblem(version) !== undefined) return true;
    // `v1.0.0` and `1.0.0` are one number.
    if (version.startsWith("v") && versions.has(versionNumber(version))) return true;
  }
  for (const version of yanks) if (versionProblem(version) !== undefined) return true;
  return stages.some(({ identity }) => nameProblem("stage", identity.stage) !== undefined);
}

/** Whether a stage says what its path says, and names a version that is there to be used. */
function isSoundIn(model: ModelOutline): (stage: readonly [string, ModelStage | undefined]) => boolean {
  return ([stage, value]) => {
    if (value === undefined || checkFields(value, stageFields(model.name, stage)).length > 0) return false;
    const { version } = value.spec;
    return model.versions.has(version) && !model.yanks.has(version);
  };
}
