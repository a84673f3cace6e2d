import { identifyPath, isPlainMode, MODELS_FOLDER, type PathIdentity } from "./layout.ts";

/** A folder of a registry, with the files that lie directly in it. */
export interface OutlinedFolder {
  /** From the registry's folder. */
  readonly path: string;
  readonly files: readonly { readonly name: string; readonly mode: string; readonly oid: string }[];
}

/** A stage's manifest by its place. */
export interface OutlinedStage {
  readonly identity: Extract<PathIdentity, { readonly kind: "stage" }>;
  readonly path: string;
  readonly mode: string;
  readonly oid: string;
}

/** What there is of a model, told from names alone: nothing was read. */
export interface ModelOutline {
  readonly name: string;
  hasManifest: boolean;
  /** By what the names of the files say. */
  readonly versions: Set<string>;
  readonly yanks: Set<string>;
  readonly stages: OutlinedStage[];
  /** True when something other than a plain file, a link say, stands where a manifest or a folder of them should be. */
  hasOddFile: boolean;
}

/** Models by name, as their folders come to be known. */
export type Outlines = Map<string, ModelOutline>;

/**
 * Sorts the files of folders into models by their names, as `viewFiles` does: a folder is a model when it has a
 * model.yaml, or anything in the folders of a model. For a list of all models; nothing is made for each version but
 * its number. Returns the stages among the files.
 */
export function outlineFolders(
  models: Outlines,
  folders: readonly OutlinedFolder[],
): readonly OutlinedStage[] {
  const stages: OutlinedStage[] = [];
  for (const folder of folders) {
    // What the names of many files say is asked once; a stage's folder holds a single one.
    const usual = folder.files.length > 1 ? identifyPath(`${folder.path}/x${SUFFIX}`) : UNUSUAL;
    if (usual.kind === "version" || usual.kind === "yank") outlineNumbers(models, folder, usual);
    else {
      for (const file of folder.files) {
        const stage = outlineFile(models, folder.path, file);
        if (stage !== undefined) stages.push(stage);
      }
    }
  }
  return stages;
}

const SUFFIX = ".yaml";
const UNUSUAL: PathIdentity = { kind: "other" };

/** A folder of versions, or of yanks. */
function outlineNumbers(
  models: Outlines,
  { path, files }: OutlinedFolder,
  { kind, model }: Extract<PathIdentity, { readonly kind: "version" | "yank" }>,
): void {
  let outline: ModelOutline | undefined;
  for (const file of files) {
    const { name } = file;
    if (!name.endsWith(SUFFIX) || name === SUFFIX || name.includes("/")) outlineFile(models, path, file);
    else addNumber((outline ??= outlineOf(models, model)), kind, name.slice(0, -SUFFIX.length), file.mode);
  }
}

function outlineFile(
  models: Outlines,
  folder: string,
  { name, mode, oid }: OutlinedFolder["files"][number],
): OutlinedStage | undefined {
  const path = `${folder}/${name}`;
  const identity = identifyPath(path);
  if (identity.kind === "other" || identity.kind === "card" || identity.kind === "registry") return undefined;
  const outline = outlineOf(models, identity.model);
  // What leads elsewhere hides what is there: `stages` as a link reads like stages that hold nothing.
  if (identity.kind === "stray") outline.hasOddFile ||= !isPlainMode(mode);
  if (identity.kind === "stage") {
    const stage = { identity, path, mode, oid };
    outline.stages.push(stage);
    return stage;
  }
  if (identity.kind === "version" || identity.kind === "yank")
    addNumber(outline, identity.kind, identity.version, mode);
  else if (identity.kind === "model") {
    outline.hasManifest = true;
    outline.hasOddFile ||= !isPlainMode(mode);
  }
  return undefined;
}

/** What stands where the folder of a model or of a namespace could be, and leads elsewhere: paths of links and submodules. */
export function findLinkedFolders({ path, files }: OutlinedFolder): readonly string[] {
  if (path !== MODELS_FOLDER && path.indexOf("/") !== path.lastIndexOf("/")) return [];
  return files
    .filter(({ mode }) => !isPlainMode(mode))
    .map(({ name }) => `${path}/${name}`)
    .filter((link) => identifyPath(link).kind === "other");
}

/** Models that are namespaces as well, with those in them. */
export function findMixedModels(names: readonly string[]): ReadonlySet<string> {
  const known = new Set(names);
  const mixed = names.filter((name) => name.includes("/") && known.has(ownerOf(name)));
  return new Set(mixed.flatMap((name) => [name, ownerOf(name)]));
}

function ownerOf(name: string): string {
  return name.split("/", 1)[0] ?? name;
}

function addNumber(outline: ModelOutline, kind: "version" | "yank", number: string, mode: string): void {
  outline[kind === "version" ? "versions" : "yanks"].add(number);
  outline.hasOddFile ||= !isPlainMode(mode);
}

function outlineOf(models: Outlines, name: string): ModelOutline {
  const known = models.get(name);
  if (known !== undefined) return known;
  const made = {
    name,
    hasManifest: false,
    versions: new Set<string>(),
    yanks: new Set<string>(),
    stages: [],
    hasOddFile: false,
  };
  models.set(name, made);
  return made;
}
