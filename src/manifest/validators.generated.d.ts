// Made from schemas/ by scripts/generate-manifest.mjs; do not edit.
/** One violation of a schema, as Ajv reports it. */
export interface SchemaViolation {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The key that a rule about keys refuses. */
  readonly propertyName?: string;
}
/** True for a valid value; otherwise `errors` holds the violations until the next call. */
export interface SchemaValidator {
  (value: unknown): boolean;
  readonly errors: readonly SchemaViolation[] | null;
}
export declare const validateRegistry: SchemaValidator;
export declare const validateModel: SchemaValidator;
export declare const validateModelVersion: SchemaValidator;
export declare const validateModelStage: SchemaValidator;
export declare const validateModelYank: SchemaValidator;
