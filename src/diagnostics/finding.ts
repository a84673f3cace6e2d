import type { FindingCode } from "./catalogue.ts";

/** `error` denies a change; `warning` is for people and denies nothing. */
export type Severity = "error" | "warning";

/** The judge's gates, in the order in which verdicts list them; `audit` is none of them: `audit verify` finds those. */
export type GateName =
  | "schema"
  | "immutability"
  | "artifact"
  | "consistency"
  | "order"
  | "soak"
  | "freeze"
  | "evidence"
  | "metrics"
  | "gates"
  | "approvals"
  | "stale"
  | "retire"
  | "audit";

/** One thing that is wrong in a repository, as data. Words for people are made from it by `report`. */
export interface Finding {
  /** Stable name; `docs/findings.md` has a section for each. */
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly gate: GateName;
  /** Path from the registry's root; reports put the registry's sub-folder in front. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1, in UTF-16 units. */
  readonly column?: number;
  /** JSON Pointer to the value, when the file could be read that far. */
  readonly pointer?: string;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** Where in a file a value stands. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}
