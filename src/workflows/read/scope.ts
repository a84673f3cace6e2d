import type { TreeFolder } from "../../ports/tree-listing.ts";
import { identifyPath, modelFolder, MODELS_FOLDER, REGISTRY_FILE } from "../../registry/layout.ts";
import { modelNameProblem } from "../../registry/names.ts";
import type { Context } from "../context.ts";
import { modelsTree, type RegistryCommit } from "./commit.ts";
import type { Wanted } from "./manifests.ts";
import { entryAt, isFolder, listFiles, listFolders, type TreeFile } from "./trees.ts";

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

/** Where so many folders lie below models/, the whole is listed rather than read level by level. */
const MANY = 64;

/** The folders of all models, with their files by name alone: those of `listScope`, some at a time. */
export async function* listModelFolders(
  context: Context,
  { tree }: RegistryCommit,
): AsyncGenerator<readonly TreeFolder[]> {
  const oid = await modelsTree(context, tree);
  if (oid === undefined) return;
  const { objects } = context.repository;
  const [entries = []] = await objects.readTrees([oid]);
  const isLarge = entries.filter(isFolder).length >= MANY;
  const parts = isLarge ? objects.listFolders?.(oid, MODELS_FOLDER) : undefined;
  if (parts === undefined) yield await listFolders(context.repository, { path: MODELS_FOLDER, oid }, isOfAll);
  else for await (const part of parts) yield part.filter(({ path }) => isReached(path));
}

function isOfAll(path: string): boolean {
  return isNeeded(path, isNoManifestFolder);
}

/** Whether every folder on the way is needed as well; of those, only the one below the model's own may be not. */
function isReached(path: string): boolean {
  if (!isOfAll(path)) return path === MODELS_FOLDER;
  const parts = path.split("/");
  return parts.length <= 3 || isOfAll(parts.slice(0, 3).join("/"));
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
  const mayBeModel = scope.models === "all" ? isNoManifestFolder : isGoodName;
  const descend = scope.everything === true ? () => true : (path: string) => isNeeded(path, mayBeModel);
  return listFiles(context.repository, { path: folder, oid }, descend);
}

const NEEDED = new Set(["versions", "yanked", "stages"]);

/** Folders that hold a model's manifests, or may hold a model: `models/x`, `models/x/versions`, `models/ns/x/stages/prod`. */
function isNeeded(path: string, mayBeModel: (name: string) => boolean): boolean {
  const parts = path.split("/");
  const b = parts[2];
  const c = parts[3];
  if (parts.length < 2 || parts.length > 5) return false;
  if (b === undefined) return true;
  if (NEEDED.has(b)) return parts.length < 5;
  if (c === undefined) return mayBeModel(b);
  return NEEDED.has(c);
}

function isGoodName(name: string): boolean {
  return modelNameProblem(name) === undefined;
}

/** Whoever asks for all models wants to hear of those with a bad name, too. */
function isNoManifestFolder(name: string): boolean {
  return name !== "deploy";
}

/** The stage.yaml of every model with a good name, unread; versions and yanks are not even listed. */
export async function listHeldStages(context: Context, commit: RegistryCommit): Promise<readonly TreeFile[]> {
  const models = await modelsTree(context, commit.tree);
  if (models === undefined) return [];
  const files = await listFiles(
    context.repository,
    { path: MODELS_FOLDER, oid: models },
    (path) => isNeeded(path, isGoodName) && !/\/(versions|yanked)(\/|$)/.test(path),
  );
  return files.filter(({ path }) => identifyPath(path).kind === "stage");
}

/** The model.yaml of every model with a good name, unread; namespaces are entered, folders of models are not. */
export async function listModelManifests(
  context: Context,
  commit: RegistryCommit,
): Promise<readonly TreeFile[]> {
  const models = await modelsTree(context, commit.tree);
  if (models === undefined) return [];
  const files = await listFiles(
    context.repository,
    { path: MODELS_FOLDER, oid: models },
    (path) =>
      isNeeded(path, isGoodName) && path.split("/").length <= 3 && !NEEDED.has(path.split("/")[2] ?? ""),
  );
  return files.filter(({ path }) => identifyPath(path).kind === "model");
}
