import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { findUnknownStages } from "../../registry/checks/model-stages.ts";
import { modelPath, REGISTRY_FILE } from "../../registry/layout.ts";
import { allFindings } from "../../registry/model-view.ts";
import type { Transition } from "../../registry/transition.ts";
import { findingsOfChange } from "../concerns.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";
import { unsupportedModelRules, unsupportedPolicy, unsupportedRules } from "../rules.ts";

/** Passes when every changed manifest parses strictly and matches its schema, its path and its names. */
export const schemaGate: Gate = { name: "schema", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return {
    findings: [
      ...findingsOfChange(facts, "schema"),
      ...missingPolicy(facts),
      ...unknownRules(facts),
      ...unusedRules(facts),
      ...unsupported(facts),
    ],
  };
}

/** Without a policy that can be read and makes sense, the only change that can be judged is the one that mends it. */
function missingPolicy({ base, policy, changes, transitions }: Facts): readonly Finding[] {
  if (policy !== undefined && !transitions.some(isUnderPolicy)) return [];
  if (base.registry === undefined) {
    const message = "the change brings the registry: it is judged by schema and consistency alone";
    return [makeFinding("NO_REGISTRY_AT_BASE", { file: REGISTRY_FILE, message })];
  }
  if (changes.every((change) => change.path === REGISTRY_FILE)) return [];
  return allFindings(base).filter(
    ({ file, severity }) => file === REGISTRY_FILE && (policy === undefined || severity === "error"),
  );
}

/** A policy that contradicts itself says nothing sure about where versions may go, and where their bytes are kept. */
function isUnderPolicy(transition: Transition): boolean {
  return transition.kind === "register" || "stage" in transition;
}

/** A model may ask for more than the registry does: while its model.yaml cannot be read, no stage of it moves. */
function unknownRules({ base, transitions }: Facts): readonly Finding[] {
  if (base.registry === undefined) return [];
  return movedModels(transitions).flatMap((name) => {
    const model = base.models.get(name);
    if (model === undefined || model.manifest?.value !== undefined) return [];
    const file = modelPath(name);
    const [why] = model.manifest?.findings ?? [];
    const state =
      model.manifest === undefined
        ? "there is none"
        : `it cannot be read${why === undefined ? "" : `: ${why.message}`}`;
    const message = `whether ${name} has rules of its own cannot be told from ${file} at the base: ${state}`;
    return [makeFinding("MODEL_RULES_UNKNOWN", { file, line: why?.line, column: why?.column, message })];
  });
}

/** Rules that hold nowhere: said of a model that moves, unless the change touches them and answers for them itself. */
function unusedRules({ base, policy, changes, transitions }: Facts): readonly Finding[] {
  if (policy === undefined) return [];
  const changed = new Set(changes.map((change) => change.path));
  return movedModels(transitions).flatMap((name) => {
    const model = base.models.get(name);
    if (model === undefined || changed.has(modelPath(name))) return [];
    return findUnknownStages(model, policy, "MODEL_RULES_UNUSED");
  });
}

function movedModels(transitions: readonly Transition[]): readonly string[] {
  return [...new Set(transitions.flatMap(stageOf).map(({ model }) => model))];
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
