import type { GateName } from "../diagnostics/finding.ts";
import { describeTransition, type Transition } from "../registry/transition.ts";
import type { Facts } from "./facts.ts";
import type { Gate, GateResult } from "./gate.ts";
import { artifactGate } from "./gates/artifact.ts";
import { consistencyGate } from "./gates/consistency.ts";
import { immutabilityGate } from "./gates/immutability.ts";
import { orderGate } from "./gates/order.ts";
import { retireGate } from "./gates/retire.ts";
import { schemaGate } from "./gates/schema.ts";
import { staleGate } from "./gates/stale.ts";

/** Every gate of this version, in the order of verdicts. A new gate is a file in `gates/` and a row here. */
export const GATES: readonly Gate[] = [
  schemaGate,
  immutabilityGate,
  artifactGate,
  consistencyGate,
  orderGate,
  staleGate,
  retireGate,
];

/** The judge's answer, with every finding of every gate. */
export interface Verdict {
  readonly verdict: "pass" | "pending" | "fail";
  /** What the change does, in words and as data. */
  readonly transitions: readonly DescribedTransition[];
  readonly gates: readonly GateResult[];
}

export type DescribedTransition = Transition & { readonly summary: string };

/** Asks every gate; never stops at the first that fails. */
export function evaluateChange(facts: Facts): Verdict {
  const gates = GATES.map((gate) => ask(gate, facts));
  const statuses = new Set(gates.map((gate) => gate.status));
  const verdict = statuses.has("fail") ? "fail" : statuses.has("pending") ? "pending" : "pass";
  const transitions = facts.transitions.map((transition) => ({
    ...transition,
    summary: describeTransition(transition),
  }));
  return { verdict, transitions, gates };
}

/** What can be judged of a change that brings the registry. */
const WITHOUT_POLICY: ReadonlySet<GateName> = new Set(["schema", "immutability", "consistency"]);

function ask(gate: Gate, facts: Facts): GateResult {
  if (facts.base.registry === undefined && !WITHOUT_POLICY.has(gate.name)) {
    return { gate: gate.name, status: "skipped", reason: "there is no registry at the base", findings: [] };
  }
  const { findings, pending, skipped } = gate.evaluate(facts);
  const denied = findings.some((finding) => finding.severity === "error");
  const status = denied
    ? "fail"
    : skipped !== undefined
      ? "skipped"
      : pending !== undefined
        ? "pending"
        : "pass";
  const reason = pending ?? skipped;
  return { gate: gate.name, status, ...(reason === undefined || denied ? {} : { reason }), findings };
}
