import type { ModelVersion } from "../manifest/types.generated.ts";
import { formatChange } from "../registry/decimals.ts";
import { formatBytes, formatCount } from "../registry/quantities.ts";
import type { Trailer } from "./change-set.ts";
import { inertWords } from "./inert-words.ts";

/** What a reviewer reads about a move of a stage. */
export interface MoveStory {
  readonly from: ModelVersion | undefined;
  readonly to: ModelVersion;
  readonly reason: string | undefined;
  /** The command that takes it back; undefined when there is nothing to go back to. */
  readonly undo: string | undefined;
}

/** Says in short paragraphs what a move changes, and how to undo it. */
export function narrateMove({ from, to, reason, undo }: MoveStory): string {
  const { artifact, description } = to.spec;
  return [
    ...(reason === undefined ? [] : [inertWords(reason)]),
    ...(description === undefined ? [] : [`${to.spec.version} is: ${inertWords(description)}`]),
    `${artifact.format}, ${formatBytes(artifact.sizeBytes)} in ${formatCount(artifact.files.length, "file")}, ${artifact.digest}`,
    ...narrateMetrics(from, to),
    ...(undo === undefined ? [] : [`To undo: ${undo}`]),
  ].join("\n\n");
}

/** A move, as far as taking it back goes. */
export interface UndoableMove {
  readonly kind: "promote" | "rollback";
  readonly model: string;
  readonly stage: string;
  readonly from: string | undefined;
  /** Whether the stage's file was there and could not be read. */
  readonly wasBroken: boolean;
}

/**
 * The command that takes a move back; undefined for a stage that was broken. A version that was rolled back from is
 * no rollback target any more: it comes again as a promotion, with every gate.
 */
export function undoMove({ kind, model, stage, from, wasBroken }: UndoableMove): string | undefined {
  if (wasBroken) return undefined;
  if (from === undefined) return `modeltrail retire ${model} --stage ${stage}`;
  return kind === "rollback"
    ? `modeltrail promote ${model}@${from} --to ${stage}`
    : `modeltrail rollback ${model} --stage ${stage} --to ${from}`;
}

function narrateMetrics(from: ModelVersion | undefined, to: ModelVersion): readonly string[] {
  const lines = (to.spec.metrics ?? []).map(({ name, value, dataset }) => {
    const before = from?.spec.metrics?.find((metric) => metric.name === name && metric.dataset === dataset);
    const on = dataset === undefined ? "" : ` on ${dataset}`;
    return `- ${inertWords(`${name}${on}`)} ${before === undefined ? value : `${before.value} -> ${value} (${formatChange(before.value, value)})`}`;
  });
  return lines.length === 0 ? [] : [["Metrics", ...lines].join("\n")];
}

/** Argo CD and GitOps Promoter show a deploy's link to the training commit from these. */
export function referenceTrailers(version: ModelVersion): readonly Trailer[] {
  const code = version.spec.lineage?.code;
  if (code === undefined || !/^[0-9a-f]{40}$/.test(code.commit)) return [];
  return [
    ["Argocd-reference-commit-sha", code.commit],
    ...(code.repository === undefined ? [] : [["Argocd-reference-commit-repourl", code.repository] as const]),
  ];
}
