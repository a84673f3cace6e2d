import type { Finding } from "../diagnostics/finding.ts";
import type { ManifestKind, ManifestResult } from "../manifest/parsed.ts";
import type {
  Manifest,
  Model,
  ModelStage,
  ModelVersion,
  ModelYank,
  Registry,
} from "../manifest/types.generated.ts";
import { identifyPath, isPlainMode, type PathIdentity } from "./layout.ts";
import type { Entry, ModelView } from "./model-view.ts";

/** A file of a registry: where it lies, and what reading it gave. */
export interface LoadedFile {
  /** Relative to the registry's folder. */
  readonly path: string;
  /** What the path says that it holds. */
  readonly identity: PathIdentity;
  /** Git's mode, as text: manifests have to be 100644 or 100755. */
  readonly mode: string;
  /** The blob's id, or a digest of the bytes in a work tree. */
  readonly id: string;
  /** Undefined for files that are no manifests, and for manifests that were not loaded. */
  readonly reading: ManifestResult<ManifestKind> | undefined;
}

/** The files of a registry, sorted into what they are; nothing is checked yet. */
export interface Views {
  readonly registry: Entry<Registry> | undefined;
  readonly models: ReadonlyMap<string, ModelView>;
}

/** Sorts files into models. Never throws over their content. */
export function viewFiles(files: readonly LoadedFile[]): Views {
  const groups = new Map<string, LoadedFile[]>();
  let registry: Entry<Registry> | undefined;
  for (const file of files) {
    const { identity } = file;
    if (identity.kind === "registry") registry = toEntry<Registry>(file, "Registry");
    else if ("model" in identity && identity.model !== undefined) {
      const group = groups.get(identity.model);
      if (group === undefined) groups.set(identity.model, [file]);
      else group.push(file);
    }
  }
  const models = new Map<string, ModelView>();
  for (const [name, group] of groups) {
    if (group.some(isOfModel)) models.set(name, viewModel(name, group));
  }
  return { registry, models };
}

/** A folder is a model when it has a model.yaml, or anything in the folders of a model. */
function isOfModel({ identity }: LoadedFile): boolean {
  return identity.kind !== "other" && identity.kind !== "card";
}

function viewModel(name: string, files: readonly LoadedFile[]): ModelView {
  let manifest: Entry<Model> | undefined;
  let hasCard = false;
  const versions = new Map<string, Entry<ModelVersion>>();
  const yanks = new Map<string, Entry<ModelYank>>();
  const stages = new Map<string, Entry<ModelStage>>();
  for (const file of files) {
    const { identity } = file;
    if (identity.kind === "model") manifest = toEntry<Model>(file, "Model");
    else if (identity.kind === "card") hasCard = true;
    else if (identity.kind === "version")
      versions.set(identity.version, toEntry<ModelVersion>(file, "ModelVersion"));
    else if (identity.kind === "yank") yanks.set(identity.version, toEntry<ModelYank>(file, "ModelYank"));
    else if (identity.kind === "stage") stages.set(identity.stage, toEntry<ModelStage>(file, "ModelStage"));
  }
  return { name, manifest, hasCard, versions, yanks, stages };
}

/** A file whose content nobody asked for, or that has none worth reading. */
export function unreadFile(path: string, mode: string, id: string): LoadedFile {
  return { path, identity: identifyPath(path), mode, id, reading: undefined };
}

/** Why a file could not be read; empty when it could, or was not. */
function brokenFile(file: LoadedFile): readonly Finding[] {
  return file.reading?.ok === false ? file.reading.findings : NO_FINDINGS;
}

const NO_FINDINGS: readonly Finding[] = [];
const nowhere = (): undefined => undefined;

function toEntry<T extends Manifest>(file: LoadedFile, kind: T["kind"]): Entry<T> {
  const { path, id, reading } = file;
  if (reading?.ok !== true || !isKind<T>(reading.value, kind)) {
    const state = reading === undefined && isPlainMode(file.mode) ? "unread" : "broken";
    return {
      path,
      id,
      state,
      value: undefined,
      findings: brokenFile(file),
      positionOf: nowhere,
      text: undefined,
    };
  }
  return {
    path,
    id,
    state: "read",
    value: reading.value,
    findings: NO_FINDINGS,
    positionOf: (pointer) => reading.positionOf(pointer),
    text: reading.text,
  };
}

function isKind<T extends Manifest>(manifest: Manifest, kind: T["kind"]): manifest is T {
  return manifest.kind === kind;
}
