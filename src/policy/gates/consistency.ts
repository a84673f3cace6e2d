import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import { isStageMove } from "../../registry/transition.ts";
import { findingsOfChange } from "../concerns.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when the files that the change touches agree with each other and with their neighbours. */
export const consistencyGate: Gate = { name: "consistency", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return {
    findings: [
      ...findingsOfChange(facts, "consistency"),
      ...filesOutside(facts),
      ...workflowsTouched(facts),
      ...storageMoved(facts),
    ],
  };
}

/** A change to the registry that brings other files along is merged with them; the verdict must not hide that. */
function filesOutside({ outside, changes }: Facts): readonly Finding[] {
  const [first] = outside;
  if (first === undefined || changes.length === 0) return [];
  const rest = outside.length === 1 ? "" : ` and ${outside.length - 1} more`;
  return [
    makeFinding("FILES_OUTSIDE", {
      message: `the change also touches ${JSON.stringify(first)}${rest}, outside the registry`,
    }),
  ];
}

/** Where GitHub runs what the change itself says, a move could bring its own judge along. */
function workflowsTouched({ outside, transitions, policy }: Facts): readonly Finding[] {
  const workflow = outside.find((path) => path.startsWith(".github/workflows/"));
  const moves = transitions.some((transition) => isStageMove(transition) || transition.kind === "retire");
  if (workflow === undefined || !moves || policy?.spec.forge === undefined) return [];
  const message = `the change moves a stage and edits ${JSON.stringify(workflow)}`;
  return [makeFinding("WORKFLOW_WITH_STAGE", { message })];
}

/** Addresses stand in immutable manifests, so a new storage leaves the versions that are there behind. */
function storageMoved({ base, head }: Facts): readonly Finding[] {
  const [before, after] = [base.registry?.value?.spec.storage.uri, head.registry?.value?.spec.storage.uri];
  if (before === undefined || after === undefined || before === after) return [];
  const message = `storage moves from ${before} to ${after}: versions that are registered keep their addresses, and gates will deny them`;
  return [makeFinding("STORAGE_MOVED", { file: REGISTRY_FILE, pointer: "/spec/storage/uri", message })];
}
