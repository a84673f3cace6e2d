import type { Finding, GateName } from "../diagnostics/finding.ts";
import type { Facts } from "./facts.ts";

/** One gate: a pure function from facts to findings. An error denies the change. */
export interface Gate {
  readonly name: GateName;
  readonly evaluate: (facts: Facts) => GateOutcome;
}

/** What a gate found; `skipped` says why it was not asked at all. */
export interface GateOutcome {
  readonly findings: readonly Finding[];
  /** Later than now, in words, when only waiting or people are missing. */
  readonly pending?: string;
  readonly skipped?: string;
}

export type GateStatus = "pass" | "pending" | "fail" | "skipped";

/** A gate's part of a verdict. */
export interface GateResult {
  readonly gate: GateName;
  readonly status: GateStatus;
  /** Why it is pending or was skipped. */
  readonly reason?: string;
  readonly findings: readonly Finding[];
}
