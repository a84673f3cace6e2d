import { createHash } from "node:crypto";
import { limitsOf } from "../../src/manifest/limits.ts";
import type { ManifestKind, ManifestResult } from "../../src/manifest/parsed.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import type {
  Manifest,
  Model,
  ModelStage,
  ModelVersion,
  ModelYank,
  Registry,
} from "../../src/manifest/types.generated.ts";
import { stageArtifact } from "../../src/registry/checks/stage.ts";
import { identifyPath } from "../../src/registry/layout.ts";
import { renderListing } from "../../src/registry/listing.ts";
import { flatName, stageObjectName } from "../../src/registry/names.ts";
import { buildSnapshot } from "../../src/registry/snapshot.ts";
import type { LoadedFile } from "../../src/registry/view.ts";
import type { Snapshot } from "../../src/registry/model-view.ts";
import { LOCAL_CONFIG } from "../../src/change/stage-file.ts";

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

const header = { apiVersion: "modeltrail.dev/v1" } as const;

export function aRegistry(
  stages: Registry["spec"]["stages"],
  spec: Partial<Registry["spec"]> = {},
): Registry {
  return {
    ...header,
    kind: "Registry",
    metadata: { name: "acme-models", annotations: LOCAL_CONFIG },
    spec: { storage: { uri: "s3://acme-models/registry/" }, stages, deploy: { kustomize: false }, ...spec },
  };
}

export function aModel(model: string, spec: Partial<Model["spec"]> = {}): Model {
  return {
    ...header,
    kind: "Model",
    metadata: { name: flatName(model), annotations: LOCAL_CONFIG },
    spec: { model, owners: ["ada"], ...spec },
  };
}

export function aVersion(
  model: string,
  version: string,
  spec: Partial<ModelVersion["spec"]> = {},
): ModelVersion {
  const files = [{ path: "model.onnx", digest: `sha256:${sha256(`${model} ${version}`)}`, sizeBytes: 3 }];
  return {
    ...header,
    kind: "ModelVersion",
    metadata: { name: `${flatName(model)}-${version}`, annotations: LOCAL_CONFIG },
    spec: {
      model,
      version,
      artifact: {
        uri: `s3://acme-models/registry/${model}/${version}/`,
        digest: `sha256:${sha256(renderListing(files))}`,
        sizeBytes: 3,
        format: "onnx",
        formatVersion: "1",
        files,
      },
      createdAt: "2026-11-20T10:15:00Z",
      createdBy: "ada",
      ...spec,
    },
  };
}

export function aStage(stage: string, version: ModelVersion): ModelStage {
  const { model } = version.spec;
  return {
    ...header,
    kind: "ModelStage",
    metadata: {
      name: stageObjectName(model, stage),
      labels: { "modeltrail.dev/model": flatName(model), "modeltrail.dev/stage": stage },
      annotations: LOCAL_CONFIG,
    },
    spec: { model, stage, version: version.spec.version, artifact: stageArtifact(version) },
  };
}

export function aYank(model: string, version: string, spec: Partial<ModelYank["spec"]> = {}): ModelYank {
  return {
    ...header,
    kind: "ModelYank",
    metadata: { name: `${flatName(model)}-${version}`, annotations: LOCAL_CONFIG },
    spec: {
      model,
      version,
      reason: "leaked labels",
      yankedAt: "2026-11-20T10:15:00Z",
      yankedBy: "ada",
      ...spec,
    },
  };
}

/** A registry in memory: path to text, or to a manifest that is written as we write it. */
export type Files = Readonly<Record<string, string | Manifest>>;

export function textOf(content: string | Manifest): string {
  return typeof content === "string" ? content : renderManifest(content);
}

const KINDS: Readonly<Record<string, ManifestKind>> = {
  registry: "Registry",
  model: "Model",
  version: "ModelVersion",
  stage: "ModelStage",
  yank: "ModelYank",
};

export function load(files: Files, modes: Readonly<Record<string, string>> = {}): readonly LoadedFile[] {
  return Object.entries(files).map(([path, content]) => {
    const text = textOf(content);
    const identity = identifyPath(path);
    const kind = KINDS[identity.kind];
    return {
      path,
      identity,
      mode: modes[path] ?? "100644",
      id: sha256(text),
      reading: kind === undefined ? undefined : read(kind, text, path),
    };
  });
}

function read(kind: ManifestKind, text: string, path: string): ManifestResult<ManifestKind> {
  expectWithin(text.length, limitsOf(kind).bytes);
  return parseStrictManifest(kind, new TextEncoder().encode(text), path);
}

function expectWithin(length: number, limit: number): void {
  if (length > limit) throw new Error("a test's manifest is too long");
}

export function snapshot(files: Files, modes: Readonly<Record<string, string>> = {}): Snapshot {
  return buildSnapshot(load(files, modes), sha256);
}

/** The codes of findings, sorted. */
export function codes(findings: readonly { readonly code: string }[]): readonly string[] {
  return findings.map((finding) => finding.code).toSorted();
}
