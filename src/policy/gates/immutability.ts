import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import { identifyPath, REGISTRY_FILE, versionPath } from "../../registry/layout.ts";
import { versionNumber } from "../../registry/versions.ts";
import type { FileChange } from "../../registry/compare.ts";
import { findingsOfChange } from "../concerns.ts";
import type { Facts } from "../facts.ts";
import type { Gate, GateOutcome } from "../gate.ts";

/** Passes when no version or yank was edited or removed, no number was used again, and modeltrail.yaml stayed. */
export const immutabilityGate: Gate = { name: "immutability", evaluate };

function evaluate(facts: Facts): GateOutcome {
  return {
    findings: [
      ...facts.changes.flatMap((change) => judge(change, facts)),
      ...findingsOfChange(facts, "immutability"),
      ...facts.registriesRemoved.map((file) =>
        makeFinding("REGISTRY_REMOVED", {
          message: `${file} is gone, and its models with it are judged by no policy`,
        }),
      ),
    ],
  };
}

function judge(change: FileChange, facts: Facts): readonly Finding[] {
  const identity = identifyPath(change.path);
  if (identity.kind === "registry" && change.after === null) {
    return [
      makeFinding("REGISTRY_REMOVED", {
        file: REGISTRY_FILE,
        message: "modeltrail.yaml is gone at the head of the change",
      }),
    ];
  }
  if (identity.kind !== "version" && identity.kind !== "yank") return [];
  if (change.before !== null) {
    const deed = change.after === null ? "removed" : "edited";
    return [
      makeFinding("VERSION_CHANGED", {
        file: change.path,
        message: `${change.path} was ${deed}; files under versions/ and yanked/ are only ever added`,
      }),
    ];
  }
  return identity.kind === "version" ? numberTaken(identity.model, identity.version, facts) : [];
}

/** A number that the base already knows, as a version or as a yank, in either spelling. */
function numberTaken(model: string, version: string, facts: Facts): readonly Finding[] {
  const before = facts.base.models.get(model);
  if (before === undefined) return [];
  const number = versionNumber(version);
  const taken = [...before.versions.keys(), ...before.yanks.keys()].find(
    (other) => versionNumber(other) === number,
  );
  if (taken === undefined) return [];
  const state = before.yanks.has(taken) ? "was yanked, and stays taken" : "exists already";
  return [
    makeFinding("NUMBER_REUSED", {
      file: versionPath(model, version),
      message: `${model} ${taken} ${state}`,
    }),
  ];
}
