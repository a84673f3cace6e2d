import type { GateAnswer } from "../../workflows/gate.ts";
import type { PullResult } from "../../workflows/pull.ts";
import type { Resolution } from "../../workflows/resolve.ts";
import { styled, type Line } from "../page.ts";
import { formatBytes, formatCount } from "../../registry/quantities.ts";
import { shortCommit } from "../quantities.ts";
import { renderPairs } from "../table.ts";

/** Where a model's bytes are. */
export function renderResolution(answer: Resolution): readonly Line[] {
  const name = answer.stage === undefined ? answer.model : `${answer.model}@${answer.stage}`;
  const yanked = answer.yanked === true ? [styled("bad", " yanked")] : [];
  return [[styled("strong", `${name}  ${answer.version}`), ...yanked], ...renderArtifact(answer)];
}

/** Whether a deploy may go on. */
export function renderGate(answer: GateAnswer): readonly Line[] {
  const name = styled("strong", `${answer.model}@${answer.stage}  ${answer.version}`);
  if (!answer.pass)
    return [[styled("bad", "✖ deny "), name], ...answer.reasons.map((reason): Line => ["  ", reason])];
  return [[styled("good", "✔ pass "), name, "  every byte in storage is proved"], ...renderArtifact(answer)];
}

function renderArtifact(answer: Resolution | GateAnswer): readonly Line[] {
  return renderPairs([
    ["uri", answer.uri],
    ["digest", answer.digest],
    ["format", `${answer.format} ${answer.formatVersion}`],
    ["size", formatBytes(answer.sizeBytes)],
    ["commit", shortCommit(answer.commit)],
  ]);
}

export function renderPull({
  status,
  model,
  version,
  folder,
  files,
  sizeBytes,
}: PullResult): readonly Line[] {
  const amount = `${formatCount(files, "file")}, ${formatBytes(sizeBytes)}`;
  if (status === "unchanged")
    return [
      [styled("strong", folder), ` holds ${model} ${version} already (${amount}, every byte checked).`],
    ];
  return [
    [
      "Pulled ",
      styled("strong", `${model} ${version}`),
      " into ",
      styled("strong", folder),
      ` (${amount}, every byte checked).`,
    ],
  ];
}
