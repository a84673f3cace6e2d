import type { Finding } from "../diagnostics/finding.ts";
import type {
  Manifest,
  Model,
  ModelStage,
  ModelVersion,
  ModelYank,
  Registry,
} from "../manifest/types.generated.ts";
import type { ManifestKind, ManifestResult } from "../manifest/parsed.ts";
import { checkModel } from "./checks/model.ts";
import { checkNames } from "./checks/names.ts";
import { checkPaths } from "./checks/paths.ts";
import { checkRegistry } from "./checks/registry.ts";
import { identifyPath } from "./layout.ts";
import type { Entry, ModelView, Snapshot } from "./model-view.ts";

/** A file of a registry: where it lies, and what reading it gave. */
export interface LoadedFile {
  /** Relative to the registry's folder. */
  readonly path: string;
  /** Git's mode, as text: manifests have to be 100644 or 100755. */
  readonly mode: string;
  /** The blob's id, or a digest of the bytes in a work tree. */
  readonly id: string;
  /** Undefined for files that are no manifests, and for manifests that were not loaded. */
  readonly reading: ManifestResult<ManifestKind> | undefined;
}

/** SHA-256 of a text, in hexadecimal: handed in, since the core does no IO and has no cryptography of its own. */
export type Sha256 = (text: string) => string;

/** Makes one view of many files. Never throws over their content: what is wrong becomes a finding. */
export function buildSnapshot(files: readonly LoadedFile[], sha256: Sha256): Snapshot {
  const groups = new Map<string, LoadedFile[]>();
  let registryFile: LoadedFile | undefined;
  for (const file of files) {
    const identity = identifyPath(file.path);
    if (identity.kind === "registry") registryFile = file;
    else if ("model" in identity && identity.model !== undefined) {
      const group = groups.get(identity.model);
      if (group === undefined) groups.set(identity.model, [file]);
      else group.push(file);
    }
  }
  const registry = registryFile === undefined ? undefined : toEntry<Registry>(registryFile, "Registry");
  const models = new Map<string, ModelView>();
  for (const [name, group] of groups) {
    if (isModel(group)) models.set(name, buildModel(name, group, sha256));
  }
  const findings: Finding[] = [
    ...(registryFile === undefined ? [] : brokenFile(registryFile)),
    ...checkPaths(files),
    ...checkRegistry(registry),
    ...checkNames(models, registry?.value),
  ];
  return { registry, models, findings };
}

/** A folder is a model when it has a model.yaml, or anything in the folders of a model. */
function isModel(group: readonly LoadedFile[]): boolean {
  return group.some((file) => !["other", "card"].includes(identifyPath(file.path).kind));
}

function buildModel(name: string, files: readonly LoadedFile[], sha256: Sha256): ModelView {
  let manifest: Entry<Model> | undefined;
  let hasCard = false;
  const versions = new Map<string, Entry<ModelVersion>>();
  const yanks = new Map<string, Entry<ModelYank>>();
  const stages = new Map<string, Entry<ModelStage>>();
  const findings: Finding[] = [];
  for (const file of files) {
    findings.push(...brokenFile(file));
    const identity = identifyPath(file.path);
    if (identity.kind === "model") manifest = toEntry<Model>(file, "Model");
    else if (identity.kind === "card") hasCard = true;
    else if (identity.kind === "version")
      versions.set(identity.version, toEntry<ModelVersion>(file, "ModelVersion"));
    else if (identity.kind === "yank") yanks.set(identity.version, toEntry<ModelYank>(file, "ModelYank"));
    else if (identity.kind === "stage") stages.set(identity.stage, toEntry<ModelStage>(file, "ModelStage"));
  }
  const view = { name, manifest, hasCard, versions, yanks, stages };
  return { ...view, findings: [...findings, ...checkModel(view, sha256)] };
}

function brokenFile(file: LoadedFile): readonly Finding[] {
  return file.reading?.ok === false ? file.reading.findings : [];
}

function toEntry<T extends Manifest>(file: LoadedFile, kind: T["kind"]): Entry<T> {
  const { path, id, reading } = file;
  if (reading?.ok !== true || !isKind<T>(reading.value, kind)) {
    const state = reading === undefined ? "unread" : "broken";
    return { path, id, state, value: undefined, positionOf: () => undefined, text: undefined };
  }
  return {
    path,
    id,
    state: "read",
    value: reading.value,
    positionOf: (pointer) => reading.positionOf(pointer),
    text: reading.text,
  };
}

function isKind<T extends Manifest>(manifest: Manifest, kind: T["kind"]): manifest is T {
  return manifest.kind === kind;
}
