import { isModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage } from "../manifest/types.generated.ts";
import { checkFields, stageFields } from "../registry/checks/fields.ts";
import { modelNameProblem, nameProblem } from "../registry/names.ts";
import {
  findLinkedFolders,
  findMixedModels,
  outlineFolders,
  type ModelOutline,
  type OutlinedStage,
  type Outlines,
} from "../registry/outline.ts";
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
  /** What each stage holds, a yanked version too; stages that hold nothing are left out, a broken one is null. */
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
  const { outlines, coming, links } = await findModels(context, commit);
  // While git is looking for the last of the stages.
  const mixed = findMixedModels(outlines.map(({ name }) => name));
  const beginnings = outlines.map((outline) => beginRow(outline, mixed));
  const files = new Map((await Promise.all(coming)).flat().map((file) => [file.path, file]));
  const models = beginnings
    .map((row) => finishRow(row, files))
    .toSorted((a, b) => (a.model < b.model ? -1 : 1));
  for (const row of models)
    if (row.broken)
      context.notices.warn(
        `${row.model} has a broken manifest, or a stage without a usable version, or a bad name, or a link in place of a folder; modeltrail validate says what is wrong`,
      );
  for (const link of links)
    context.notices.warn(`${link} is no folder but leads elsewhere, so no model is read there`);
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
  /** What could be the folder of a model, and leads elsewhere. */
  readonly links: readonly string[];
}> {
  const outlines: Outlines = new Map();
  const coming: Promise<readonly LoadedFile[]>[] = [];
  const links: string[] = [];
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
    for (const folder of folders) links.push(...findLinkedFolders(folder));
    if (found.length >= STAGES_AT_ONCE) read();
  }
  read();
  // In the folder of a model they are pictures for its card.
  const outside = links.filter((link) => !outlines.has(link.split("/")[1] ?? ""));
  return { outlines: [...outlines.values()], coming, links: outside.toSorted() };
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

function beginRow(outline: ModelOutline, mixed: ReadonlySet<string>): RowBeginning {
  const { name, versions, yanks, hasManifest, hasOddFile } = outline;
  return {
    outline,
    latest: latestVersion(
      yanks.size === 0 ? [...versions] : [...versions].filter((version) => !yanks.has(version)),
    ),
    broken: !hasManifest || hasOddFile || mixed.has(name) || isMisnamed(outline),
  };
}

function finishRow(
  { outline, latest, broken }: RowBeginning,
  files: ReadonlyMap<string, LoadedFile>,
): ModelRow {
  const held = outline.stages.map(({ identity, path }): HeldStage => {
    return [identity.stage, versionHeld(outline, identity.stage, stageIn(files.get(path)))];
  });
  return {
    model: outline.name,
    stages: Object.fromEntries(held),
    ...(latest === undefined ? {} : { latest }),
    versions: outline.versions.size,
    broken: broken || held.some(([, version]) => version === null || outline.yanks.has(version)),
  };
}

type HeldStage = readonly [stage: string, version: string | null];

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

/** What a stage says, as far as `resolve` would answer it; null unless it says what its path says, and of a version that is there. */
function versionHeld(model: ModelOutline, stage: string, value: ModelStage | undefined): string | null {
  if (value === undefined || checkFields(value, stageFields(model.name, stage)).length > 0) return null;
  const { version } = value.spec;
  return model.versions.has(version) ? version : null;
}
