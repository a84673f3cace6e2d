/** The file that makes a folder a registry. */
export const REGISTRY_FILE = "modeltrail.yaml";
/** The folder that holds the models. */
export const MODELS_FOLDER = "models";

export function modelFolder(model: string): string {
  return `${MODELS_FOLDER}/${model}`;
}

export function modelPath(model: string): string {
  return `${modelFolder(model)}/model.yaml`;
}

export function versionPath(model: string, version: string): string {
  return `${modelFolder(model)}/versions/${version}.yaml`;
}

/** Ends with `/`. */
export function yankFolder(model: string): string {
  return `${modelFolder(model)}/yanked/`;
}

export function yankPath(model: string, version: string): string {
  return `${yankFolder(model)}${version}.yaml`;
}

export function stagePath(model: string, stage: string): string {
  return `${modelFolder(model)}/stages/${stage}/stage.yaml`;
}

/** Where the artifact of a version is kept, relative to the storage's prefix: a folder's key, ending with `/`. */
export function artifactKey(model: string, version: string): string {
  return `${model}/${version}/`;
}

/** A path as file systems see it that fold case or normalise Unicode. */
export function foldPath(path: string): string {
  return path.normalize("NFKC").toLowerCase();
}

/** Whether a path is the registry's business: its policy, its models, or what some systems take for one of them. */
export function isRegistryPath(path: string): boolean {
  const folded = foldPath(path);
  return folded === REGISTRY_FILE || folded === MODELS_FOLDER || folded.startsWith(`${MODELS_FOLDER}/`);
}

/** What a path of a registry holds, told from the path alone. */
export type PathIdentity =
  | { readonly kind: "registry" }
  | { readonly kind: "model"; readonly model: string }
  | { readonly kind: "card"; readonly model: string }
  | { readonly kind: "version"; readonly model: string; readonly version: string }
  | { readonly kind: "yank"; readonly model: string; readonly version: string }
  | { readonly kind: "stage"; readonly model: string; readonly stage: string }
  /** A file in a folder that only holds manifests, and is none. */
  | { readonly kind: "stray"; readonly model: string; readonly folder: ManifestFolder }
  /** Anything else: pictures for the card, notes, workflows. */
  | { readonly kind: "other"; readonly model?: string };

export type ManifestFolder = "versions" | "stages" | "yanked" | "deploy";

/** What consumers' globs take for a stage, wherever it lies. */
const LOOKS_LIKE_STAGE = /\/stages\/[^/]+\/stage\.yaml$/;

const MANIFEST_FOLDERS = new Set<string>(["versions", "stages", "yanked", "deploy"]);

function isManifestFolder(name: string | undefined): name is ManifestFolder {
  return name !== undefined && MANIFEST_FOLDERS.has(name);
}

/** Tells what a path (relative to the registry's folder) holds. */
export function identifyPath(path: string): PathIdentity {
  if (path === REGISTRY_FILE) return { kind: "registry" };
  const parts = path.split("/");
  const a = parts[1];
  const b = parts[2];
  const c = parts[3];
  if (parts[0] !== MODELS_FOLDER || a === undefined || b === undefined) return { kind: "other" };
  if (isManifestFolder(b)) return identifyManifest(a, b, parts, 3);
  if (isManifestFolder(c) && parts.length > 4) return identifyManifest(`${a}/${b}`, c, parts, 4);
  if (LOOKS_LIKE_STAGE.test(path)) return { kind: "stray", model: a, folder: "stages" };
  if (c === undefined) return identifyOwn(a, b);
  if (parts.length === 4) return identifyOwn(`${a}/${b}`, c, a);
  return { kind: "other", model: a };
}

/** A file directly in a model's folder; `owner` is the model that a file without a meaning belongs to. */
function identifyOwn(model: string, name: string, owner: string = model): PathIdentity {
  if (name === "model.yaml") return { kind: "model", model };
  if (name === "README.md") return { kind: "card", model };
  return { kind: "other", model: owner };
}

/** `parts` of a path, of which those from `from` on lie below the folder. */
function identifyManifest(
  model: string,
  folder: ManifestFolder,
  parts: readonly string[],
  from: number,
): PathIdentity {
  const first = parts[from] ?? "";
  const second = parts[from + 1];
  const third = parts[from + 2];
  const isYaml = second === undefined && first.endsWith(".yaml") && first !== ".yaml";
  if (folder === "versions" && isYaml)
    return { kind: "version", model, version: first.slice(0, -".yaml".length) };
  if (folder === "yanked" && isYaml) return { kind: "yank", model, version: first.slice(0, -".yaml".length) };
  if (folder === "stages" && second === "stage.yaml" && third === undefined)
    return { kind: "stage", model, stage: first };
  return { kind: "stray", model, folder };
}

/**
 * Whether a mode is a plain file's, as Git has it: old tools wrote others than 100644 and 100755, and Git takes them for
 * one of these. Links and submodules hold no manifest, whatever they point to.
 */
export function isPlainMode(mode: string): boolean {
  return mode.startsWith("100");
}
