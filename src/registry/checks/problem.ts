import type { FindingCode } from "../../diagnostics/catalogue.ts";

/** Something wrong in one manifest, before it becomes a finding: what only asks whether all is well needs no more. */
export interface Problem {
  readonly code: FindingCode;
  readonly pointer: string;
  readonly message: string;
}
