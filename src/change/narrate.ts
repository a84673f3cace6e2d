import type { ModelVersion } from "../manifest/types.generated.ts";
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
  const undo =
    fromVersion === undefined
      ? `To undo: modeltrail retire ${model} --stage ${stage}`
      : `To undo: modeltrail rollback ${model} --stage ${stage} --to ${fromVersion}`;
  return [
    ...(reason === undefined ? [] : [reason]),
    ...(description === undefined ? [] : [`${to.spec.version} is: ${description}`]),
    `${artifact.format}, ${formatBytes(artifact.sizeBytes)} in ${formatCount(artifact.files.length, "file")}, ${artifact.digest}`,
    ...narrateMetrics(from, to),
    undo,
  ].join("\n\n");
}

function narrateMetrics(from: ModelVersion | undefined, to: ModelVersion): readonly string[] {
  const lines = (to.spec.metrics ?? []).map(({ name, value, dataset }) => {
    const before = from?.spec.metrics?.find((metric) => metric.name === name && metric.dataset === dataset);
    const on = dataset === undefined ? "" : ` on ${dataset}`;
    return `- ${name}${on} ${before === undefined ? value : `${before.value} -> ${value} (${formatChange(before.value, value)})`}`;
  });
  return lines.length === 0 ? [] : [["Metrics", ...lines].join("\n")];
}

/** The difference of two decimals as they are written, with its sign: 0.934 and 0.932 differ by -0.002. */
export function formatChange(before: number, after: number): string {
  const digits = Math.max(decimals(before), decimals(after));
  const change = digits > 15 ? String(after - before) : (after - before).toFixed(digits);
  return after >= before ? `+${change}` : change;
}

function decimals(value: number): number {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  return Math.max(0, (mantissa.split(".")[1]?.length ?? 0) - Number(exponent));
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
