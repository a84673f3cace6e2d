import type { Finding } from "../diagnostics/finding.ts";
import type { Verdict } from "../policy/evaluate.ts";

/**
 * Findings and verdicts name files from the registry's folder; people and annotations want them from the
 * repository's root. `prefix` is that folder: empty, or ending with `/`.
 */
export function locateFindings(findings: readonly Finding[], prefix: string): readonly Finding[] {
  if (prefix === "") return findings;
  return findings.map((finding) =>
    finding.file === undefined ? finding : { ...finding, file: `${prefix}${finding.file}` },
  );
}

export function locateVerdict<T extends Verdict>(verdict: T, prefix: string): T {
  if (prefix === "") return verdict;
  const transitions = verdict.transitions.map((transition) =>
    "file" in transition ? { ...transition, file: `${prefix}${transition.file}` } : transition,
  );
  return {
    ...verdict,
    transitions,
    gates: verdict.gates.map((gate) => ({ ...gate, findings: locateFindings(gate.findings, prefix) })),
  };
}

export function locateFiles<T extends { readonly file: string }>(
  places: readonly T[],
  prefix: string,
): readonly T[] {
  return places.map((place) => ({ ...place, file: `${prefix}${place.file}` }));
}
