import type { Finding, Position } from "../diagnostics/finding.ts";
import type { Model, ModelStage, ModelVersion, ModelYank, Registry } from "./types.generated.ts";

/** Each kind of manifest, and the value that a file of it holds. */
export interface ManifestByKind {
  readonly Registry: Registry;
  readonly Model: Model;
  readonly ModelVersion: ModelVersion;
  readonly ModelStage: ModelStage;
  readonly ModelYank: ModelYank;
}

export type ManifestKind = keyof ManifestByKind;

/** A manifest that holds to every rule of its kind's schema. */
export interface ParsedManifest<T> {
  readonly ok: true;
  readonly value: T;
  /** The file's text, byte for byte. */
  readonly text: string;
  /** Where a value stands: a scalar's own first character, the key of a map or list. Undefined when there is none. */
  positionOf(pointer: string): Position | undefined;
}

/** What keeps a file from being a manifest; never empty, in the order of the file. */
export interface RejectedManifest {
  readonly ok: false;
  readonly findings: readonly Finding[];
}

export type ManifestResult<K extends ManifestKind> = ParsedManifest<ManifestByKind[K]> | RejectedManifest;
