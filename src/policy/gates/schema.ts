import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import { allFindings } from "../../registry/model-view.ts";
import type { Transition } from "../../registry/transition.ts";
import { findingsOfChange } from "../concerns.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";
import { unsupportedModelRules, unsupportedPolicy, unsupportedRules } from "../rules.ts";

/** Passes when every changed manifest parses strictly and matches its schema, its path and its names. */
export const schemaGate: Gate = { name: "schema", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return { findings: [...findingsOfChange(facts, "schema"), ...missingPolicy(facts), ...unsupported(facts)] };
}

/** Without a policy that can be read, the only change that can be judged is the one that mends it. */
function missingPolicy({ base, policy, changes }: Facts): readonly Finding[] {
  if (policy !== undefined) return [];
  if (base.registry === undefined) {
    const message = "the change brings the registry: it is judged by schema and consistency alone";
    return [makeFinding("NO_REGISTRY_AT_BASE", { file: REGISTRY_FILE, message })];
  }
  if (changes.every((change) => change.path === REGISTRY_FILE)) return [];
  return allFindings(base).filter((finding) => finding.file === REGISTRY_FILE);
}

/** Rules that no gate checks: those of the base for the stages that move, and any that the change brings. */
function unsupported(facts: Facts): readonly Finding[] {
  const changed = new Set(
    facts.changes.filter((change) => change.after !== null).map((change) => change.path),
  );
  const stages = facts.transitions.flatMap(stageOf);
  const atBase = stages.flatMap(({ model, stage }) => {
    const view = facts.base.models.get(model);
    return [
      ...(facts.base.registry === undefined ? [] : unsupportedRules(facts.base.registry, stage)),
      ...(view === undefined ? [] : unsupportedModelRules(view, stage)),
    ];
  });
  const brought = unsupportedPolicy(facts.head).filter(
    (finding) => finding.file !== undefined && changed.has(finding.file),
  );
  const seen = new Set<string>();
  return [...brought, ...atBase].filter(({ file, pointer }) => {
    const key = `${file}#${pointer}`;
    return !seen.has(key) && seen.add(key).size > 0;
  });
}

function stageOf(transition: Transition): readonly { readonly model: string; readonly stage: string }[] {
  return "stage" in transition ? [{ model: transition.model, stage: transition.stage }] : [];
}
