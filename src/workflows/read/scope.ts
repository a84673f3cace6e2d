import { identifyPath, modelFolder, MODELS_FOLDER, REGISTRY_FILE } from "../../registry/layout.ts";
import { modelNameProblem } from "../../registry/names.ts";
import type { Context } from "../context.ts";
import { modelsTree, type RegistryCommit } from "./commit.ts";
import type { Wanted } from "./manifests.ts";
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
  const mayBeModel = scope.models === "all" ? isNoManifestFolder : isGoodName;
  const descend = scope.everything === true ? () => true : (path: string) => isNeeded(path, mayBeModel);
  return listFiles(context.repository, { path: folder, oid }, descend);
}

const NEEDED = new Set(["versions", "yanked", "stages"]);

/** Folders that hold a model's manifests, or may hold a model: `models/x`, `models/x/versions`, `models/ns/x/stages/prod`. */
function isNeeded(path: string, mayBeModel: (name: string) => boolean): boolean {
  const [, a, b, c, d, ...rest] = path.split("/");
  if (a === undefined || rest.length > 0) return false;
  if (b === undefined) return true;
  if (NEEDED.has(b)) return d === undefined;
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

/** The names of all models, by folders alone; namespaces are entered, models are not. */
export async function listModelNames(context: Context, commit: RegistryCommit): Promise<readonly string[]> {
  const models = await modelsTree(context, commit.tree);
  if (models === undefined) return [];
  const files = await listFiles(
    context.repository,
    { path: MODELS_FOLDER, oid: models },
    (path) =>
      isNeeded(path, isGoodName) && path.split("/").length <= 3 && !NEEDED.has(path.split("/")[2] ?? ""),
  );
  return files.flatMap((file) => {
    const identity = identifyPath(file.path);
    return identity.kind === "model" ? [identity.model] : [];
  });
}
