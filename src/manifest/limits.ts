import type { ManifestKind } from "./parsed.ts";

/** How much a file may hold before it is refused unread. */
export interface ManifestLimits {
  readonly bytes: number;
  /** Keys, scalars, maps and lists. */
  readonly nodes: number;
  /** Tokens of the YAML lexer, white space and comments among them. */
  readonly lexemes: number;
  /** Maps and lists within each other. */
  readonly depth: number;
}

const USUAL: ManifestLimits = { bytes: 64 * 1024, nodes: 4_000, lexemes: 16_000, depth: 32 };
const VERSION: ManifestLimits = { bytes: 1024 * 1024, nodes: 40_000, lexemes: 160_000, depth: 32 };

/** The limits for a file of this kind; adapters take `bytes` so that larger files are never brought into memory. */
export function limitsOf(kind: ManifestKind): ManifestLimits {
  return kind === "ModelVersion" ? VERSION : USUAL;
}
