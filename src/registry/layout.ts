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

export function yankPath(model: string, version: string): string {
  return `${modelFolder(model)}/yanked/${version}.yaml`;
}

export function stagePath(model: string, stage: string): string {
  return `${modelFolder(model)}/stages/${stage}/stage.yaml`;
}

/** Where the artifact of a version is kept, relative to the storage's prefix: a folder's key, ending with `/`. */
export function artifactKey(model: string, version: string): string {
  return `${model}/${version}/`;
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

const MANIFEST_FOLDERS = new Set<string>(["versions", "stages", "yanked", "deploy"]);

function isManifestFolder(name: string | undefined): name is ManifestFolder {
  return name !== undefined && MANIFEST_FOLDERS.has(name);
}

/** Tells what a path (relative to the registry's folder) holds. */
export function identifyPath(path: string): PathIdentity {
  if (path === REGISTRY_FILE) return { kind: "registry" };
  const [top, a, b, ...rest] = path.split("/");
  if (top !== MODELS_FOLDER || a === undefined || b === undefined) return { kind: "other" };
  if (isManifestFolder(b)) return identifyManifest(a, b, rest);
  const [c, ...deeper] = rest;
  if (c === undefined) return identifyOwn(a, b);
  if (deeper.length === 0) return identifyOwn(`${a}/${b}`, c, a);
  if (isManifestFolder(c)) return identifyManifest(`${a}/${b}`, c, deeper);
  if (path.endsWith("/stage.yaml") && path.includes("/stages/"))
    return { kind: "stray", model: a, folder: "stages" };
  return { kind: "other", model: a };
}

/** A file directly in a model's folder; `owner` is the model that a file without a meaning belongs to. */
function identifyOwn(model: string, name: string, owner: string = model): PathIdentity {
  if (name === "model.yaml") return { kind: "model", model };
  if (name === "README.md") return { kind: "card", model };
  return { kind: "other", model: owner };
}

function identifyManifest(model: string, folder: ManifestFolder, rest: readonly string[]): PathIdentity {
  const [first = "", second, third] = rest;
  const isYaml = second === undefined && first.endsWith(".yaml") && first !== ".yaml";
  if (folder === "versions" && isYaml)
    return { kind: "version", model, version: first.slice(0, -".yaml".length) };
  if (folder === "yanked" && isYaml) return { kind: "yank", model, version: first.slice(0, -".yaml".length) };
  if (folder === "stages" && second === "stage.yaml" && third === undefined)
    return { kind: "stage", model, stage: first };
  return { kind: "stray", model, folder };
}
