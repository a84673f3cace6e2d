import type { ManifestByKind, ManifestKind } from "./parsed.ts";
import {
  validateModel,
  validateModelStage,
  validateModelVersion,
  validateModelYank,
  validateRegistry,
  type SchemaValidator,
  type SchemaViolation,
} from "./validators.generated.js";

const VALIDATORS: Readonly<Record<ManifestKind, SchemaValidator>> = {
  Registry: validateRegistry,
  Model: validateModel,
  ModelVersion: validateModelVersion,
  ModelStage: validateModelStage,
  ModelYank: validateModelYank,
};

/** A value that the schema of its kind allows, or how it breaks it. */
export type Validation<K extends ManifestKind> =
  | { readonly ok: true; readonly value: ManifestByKind[K] }
  | { readonly ok: false; readonly violations: readonly SchemaViolation[] };

/** Holds a value to the schema of its kind; nothing in it is changed or filled in. */
export function validateManifest<K extends ManifestKind>(kind: K, value: unknown): Validation<K> {
  const validator = VALIDATORS[kind];
  // The schemas are what the types are made from.
  if (validator(value)) return { ok: true, value: value as ManifestByKind[K] };
  return { ok: false, violations: validator.errors ?? [] };
}
