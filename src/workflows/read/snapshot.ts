import { ModeltrailError } from "../../diagnostics/errors.ts";
import { identifyPath, modelFolder, MODELS_FOLDER, modelPath, REGISTRY_FILE } from "../../registry/layout.ts";
import type { ModelView, Snapshot } from "../../registry/model-view.ts";
import { modelNameProblem } from "../../registry/names.ts";
import { buildSnapshot, type LoadedFile } from "../../registry/snapshot.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { modelsTree, type RegistryCommit } from "./commit.ts";
import { loadFiles, type Wanted } from "./manifests.ts";
import { entryAt, isFolder, listFiles, type TreeFile } from "./trees.ts";

/** Which part of a registry to read. */
export interface Scope {
  /** These models, or all. */
  readonly models: "all" | readonly string[];
  /** Whose contents; names and ids are always there. */
  readonly wanted: Wanted;
  /** False leaves modeltrail.yaml unread. */
  readonly policy?: boolean;
  /** Enter every folder, so that strays anywhere are found. */
  readonly everything?: boolean;
}

/** Reads a part of the registry at a commit. */
export async function readSnapshot(
  context: Context,
  commit: RegistryCommit,
  scope: Scope,
): Promise<Snapshot> {
  const files = await listScope(context, commit, scope);
  return buildSnapshot(await loadFiles(context, files, scope.wanted), sha256Hex);
}

/** The files of a scope, by names and ids. */
export async function listScope(
  context: Context,
  { tree }: RegistryCommit,
  scope: Scope,
): Promise<readonly TreeFile[]> {
  const files: TreeFile[] = [];
  if (scope.policy !== false) {
    const entry = await entryAt(context.repository, tree, REGISTRY_FILE);
    if (entry !== undefined) files.push({ path: REGISTRY_FILE, mode: entry.mode, oid: entry.oid });
  }
  if (scope.models === "all") {
    const models = await modelsTree(context, tree);
    if (models !== undefined) files.push(...(await listBelow(context, models, MODELS_FOLDER, scope)));
    return files;
  }
  for (const model of scope.models) files.push(...(await listModel(context, tree, model, scope)));
  return files;
}

/** The files of one model; none when there is no such folder. */
async function listModel(
  context: Context,
  tree: string,
  model: string,
  scope: Scope,
): Promise<readonly TreeFile[]> {
  const folder = modelFolder(model);
  const entry = await entryAt(context.repository, tree, folder);
  return entry === undefined || !isFolder(entry) ? [] : listBelow(context, entry.oid, folder, scope);
}

async function listBelow(
  context: Context,
  oid: string,
  folder: string,
  scope: Scope,
): Promise<readonly TreeFile[]> {
  const descend = scope.everything === true ? () => true : (path: string) => isNeeded(`${folder}/${path}`);
  const files = await listFiles(context.repository, oid, descend);
  return files.map((file) => ({ ...file, path: `${folder}/${file.path}` }));
}

const NEEDED = new Set(["versions", "yanked", "stages"]);

/** Folders that hold a model's manifests, or may hold a model: `models/x`, `models/x/versions`, `models/ns/x/stages/prod`. */
function isNeeded(path: string): boolean {
  const [, a, b, c, d, ...rest] = path.split("/");
  if (a === undefined || rest.length > 0) return false;
  if (b === undefined) return true;
  if (NEEDED.has(b)) return d === undefined;
  if (c === undefined) return modelNameProblem(b) === undefined;
  return NEEDED.has(c);
}

/** One model for an answer: the names of everything in it, and the contents that are wanted. Rejects with NOT_FOUND. */
export async function readModel(
  context: Context,
  commit: RegistryCommit,
  name: string,
  wanted: Wanted,
): Promise<ModelView> {
  const problem = modelNameProblem(name);
  if (problem !== undefined) throw new ModeltrailError("USAGE", problem);
  const snapshot = await readSnapshot(context, commit, { models: [name], wanted, policy: false });
  const model = snapshot.models.get(name);
  if (model === undefined)
    throw new ModeltrailError("NOT_FOUND", `there is no model ${name} at commit ${commit.oid.slice(0, 12)}`, {
      hint: "modeltrail list shows the models.",
    });
  return model;
}

/** The names of all models, by folders alone; namespaces are entered, models are not. */
export async function listModelNames(context: Context, commit: RegistryCommit): Promise<readonly string[]> {
  const models = await modelsTree(context, commit.tree);
  if (models === undefined) return [];
  const files = await listFiles(
    context.repository,
    models,
    (path) =>
      isNeeded(`${MODELS_FOLDER}/${path}`) &&
      path.split("/").length <= 2 &&
      !NEEDED.has(path.split("/")[1] ?? ""),
  );
  return files.flatMap((file) => {
    const identity = identifyPath(`${MODELS_FOLDER}/${file.path}`);
    return identity.kind === "model" ? [identity.model] : [];
  });
}

/** Models by name alone, as files for a snapshot: for rules about names that no two models may share. */
export function namesAsFiles(names: readonly string[]): readonly LoadedFile[] {
  return names.map((name) => ({ path: modelPath(name), mode: "100644", id: "", reading: undefined }));
}
