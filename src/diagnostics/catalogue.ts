import type { GateName, Severity } from "./finding.ts";
import { MANIFEST_FINDINGS } from "./catalogue/manifest.ts";
import { REGISTRY_FINDINGS } from "./catalogue/registry.ts";
import { AUDIT_FINDINGS } from "./catalogue/audit.ts";
import { GATE_FINDINGS } from "./catalogue/gates.ts";

/** What is known of a finding's code before any file is read; `docs/findings.md` is made from it. */
export interface CatalogueEntry {
  readonly gate: GateName;
  readonly severity: Severity;
  /** A short headline. */
  readonly title: string;
  /** Why this matters, for the reader of `docs/findings.md`. */
  readonly why: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Every finding that Modeltrail can make. */
export const CATALOGUE = {
  ...MANIFEST_FINDINGS,
  ...REGISTRY_FINDINGS,
  ...GATE_FINDINGS,
  ...AUDIT_FINDINGS,
} as const satisfies Record<string, CatalogueEntry>;

/** The stable name of a finding. */
export type FindingCode = keyof typeof CATALOGUE;
