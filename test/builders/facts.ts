import { compareSnapshots, type FileChange } from "../../src/registry/compare.ts";
import { evaluateChange, type Verdict } from "../../src/policy/evaluate.ts";
import type { Facts } from "../../src/policy/facts.ts";
import { sha256, snapshot, textOf, type Files } from "./manifests.ts";

/** The files that differ between two registries in memory. */
export function changesBetween(base: Files, head: Files): readonly FileChange[] {
  const idOf = (files: Files, path: string): string | null =>
    files[path] === undefined ? null : sha256(textOf(files[path]));
  return [...new Set([...Object.keys(base), ...Object.keys(head)])]
    .map((path) => ({ path, before: idOf(base, path), after: idOf(head, path) }))
    .filter(({ before, after }) => before !== after)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Judges the step from one registry in memory to another. */
export function judge(
  base: Files,
  head: Files,
  known: Partial<Facts> = {},
  targets: readonly string[] = [],
): Verdict {
  const [before, after] = [snapshot(base), snapshot(head)];
  const changes = changesBetween(base, head);
  const transitions = compareSnapshots({
    base: before,
    head: after,
    changes,
    isRollbackTarget: (model, stage, version) => targets.includes(`${model}@${stage}@${version}`),
  });
  return evaluateChange({
    base: before,
    head: after,
    changes,
    transitions,
    policy: before.registry?.value,
    artifacts: undefined,
    outside: [],
    registriesRemoved: [],
    stays: [],
    moved: [],
    crossings: [],
    ...known,
  });
}

/** The codes that a gate of a verdict found. */
export function found(verdict: Verdict, gate: string): readonly string[] {
  return verdict.gates.find((result) => result.gate === gate)?.findings.map((finding) => finding.code) ?? [];
}
