import type { ModelVersion } from "../manifest/types.generated.ts";
import { formatChange } from "../registry/decimals.ts";
import { formatBytes, formatCount } from "../registry/quantities.ts";
import type { Trailer } from "./change-set.ts";

/** What a reviewer reads about a move of a stage. */
export interface MoveStory {
  readonly stage: string;
  readonly from: ModelVersion | undefined;
  readonly fromVersion: string | undefined;
  readonly to: ModelVersion;
  readonly reason: string | undefined;
}

/** Says in short paragraphs what a move changes, and how to undo it. */
export function narrateMove({ stage, from, fromVersion, to, reason }: MoveStory): string {
  const { model, artifact, description } = to.spec;
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(description === undefined ? [] : [`${to.spec.version} is: ${description}`]),
    `${artifact.format}, ${formatBytes(artifact.sizeBytes)} in ${formatCount(artifact.files.length, "file")}, ${artifact.digest}`,
    ...narrateMetrics(from, to),
    `To undo: ${undoMove(model, stage, fromVersion)}`,
  ].join("\n\n");
}

/** The command that takes a move back. */
export function undoMove(model: string, stage: string, fromVersion: string | undefined): string {
  return fromVersion === undefined
    ? `modeltrail retire ${model} --stage ${stage}`
    : `modeltrail rollback ${model} --stage ${stage} --to ${fromVersion}`;
}

function narrateMetrics(from: ModelVersion | undefined, to: ModelVersion): readonly string[] {
  const lines = (to.spec.metrics ?? []).map(({ name, value, dataset }) => {
    const before = from?.spec.metrics?.find((metric) => metric.name === name && metric.dataset === dataset);
    const on = dataset === undefined ? "" : ` on ${dataset}`;
    return `- ${name}${on} ${before === undefined ? value : `${before.value} -> ${value} (${formatChange(before.value, value)})`}`;
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
