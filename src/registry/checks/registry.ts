import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { branchClash, branchProblem } from "../branch-names.ts";
import { nameProblem } from "../names.ts";
import { storageProblem } from "../storage-address.ts";
import type { Entry } from "../model-view.ts";

type StagePolicy = Registry["spec"]["stages"][number];

/**
 * Checks what a schema cannot say about modeltrail.yaml: storage that is a place of its own, and branches that are
 * nobody else's; stages that are unique, known, and in an order without circles.
 */
export function checkRegistry(entry: Entry<Registry> | undefined): readonly Finding[] {
  if (entry?.value === undefined) return [];
  const stages = entry.value.spec.stages;
  const at = (pointer: string, message: string): Finding =>
    makeFinding("POLICY_INVALID", { file: entry.path, pointer, ...entry.positionOf(pointer), message });
  const findings: Finding[] = [...checkStorage(entry, entry.value), ...checkBranches(entry, entry.value)];
  const names = new Set<string>();
  for (const [index, stage] of stages.entries()) {
    const problem = nameProblem("stage", stage.name);
    if (problem !== undefined) findings.push(at(`/spec/stages/${index}/name`, problem));
    if (names.has(stage.name))
      findings.push(at(`/spec/stages/${index}/name`, `the stage ${stage.name} is listed twice`));
    names.add(stage.name);
  }
  for (const [index, stage] of stages.entries()) {
    for (const [position, after] of (stage.after ?? []).entries()) {
      const pointer = `/spec/stages/${index}/after/${position}`;
      if (!names.has(after))
        findings.push(at(pointer, `${stage.name} comes after ${JSON.stringify(after)}, which is no stage`));
      else if (reaches(stages, after, stage.name))
        findings.push(at(pointer, `${stage.name} and ${after} come after each other`));
    }
  }
  return findings;
}

function checkStorage(entry: Entry<Registry>, { spec }: Registry): readonly Finding[] {
  const message = storageProblem(spec.storage.uri);
  const pointer = "/spec/storage/uri";
  if (message === undefined) return [];
  return [
    makeFinding("STORAGE_INVALID", { file: entry.path, pointer, ...entry.positionOf(pointer), message }),
  ];
}

function checkBranches(entry: Entry<Registry>, { spec, metadata }: Registry): readonly Finding[] {
  const [main, audit] = [spec.branch, spec.audit?.branch];
  const problemOf = (branch: string | undefined): string | undefined =>
    branch === undefined ? undefined : branchProblem(branch, metadata.name);
  const clash = main === undefined || audit === undefined ? undefined : branchClash(audit, main);
  const problems = [
    ["/spec/branch", problemOf(main)],
    ["/spec/audit/branch", problemOf(audit) ?? clash],
  ] as const;
  return problems.flatMap(([pointer, message]) =>
    message === undefined
      ? []
      : [makeFinding("BRANCH_INVALID", { file: entry.path, pointer, ...entry.positionOf(pointer), message })],
  );
}

/** Whether `from` comes, by any way, after `to`. */
function reaches(stages: readonly StagePolicy[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    open.push(...(stages.find((stage) => stage.name === name)?.after ?? []));
  }
  return false;
}
