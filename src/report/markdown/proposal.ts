import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { GateResult } from "../../policy/gate.ts";
import { formatBytes, formatCount } from "../../registry/quantities.ts";
import type { ProposalStory } from "../../workflows/context.ts";
import { renderGates } from "./gates.ts";
import { code, prose, quote } from "./inline.ts";
import { describeMetrics } from "./metrics.ts";
import { renderTable } from "./table.ts";

/**
 * The description of a pull request, in parts: what a reviewer needs most comes first, so that a host's limit
 * cuts detail and never the point.
 */
export function describeProposal({ kind, story, verdict }: ProposalStory): readonly string[] {
  const { from, to, reason, undo } = story;
  return [
    headline(kind, story),
    ...(reason === undefined || reason.trim() === "" ? [] : [quote(reason.trim())]),
    ...(to === undefined ? [] : [describeArtifact(from, to)]),
    describeGates(verdict.verdict, verdict.gates),
    ...(to === undefined ? [] : describeMetrics(from, to)),
    ...(undo === undefined ? [] : [`**To take it back once it is merged:** ${code(undo)}`]),
    ...(to === undefined ? [] : describeLineage(from, to)),
    ...(to?.spec.description === undefined
      ? []
      : [`**About this version**\n\n${quote(to.spec.description)}`]),
  ];
}

function headline(kind: string, { model, stage, fromVersion, to }: ProposalStory["story"]): string {
  const version = to?.spec.version;
  const change =
    fromVersion !== undefined && version !== undefined
      ? `${code(fromVersion)} → ${code(version)}`
      : code(version ?? fromVersion ?? "");
  const verb = { promote: "Promotes", rollback: "Rolls back", retire: "Retires", yank: "Yanks" }[kind];
  if (kind === "register") return `Registers ${code(model)} ${change}.`;
  if (kind === "yank" && version !== undefined)
    return `Yanks ${code(model)} ${code(fromVersion ?? "")}; use ${code(version)} instead.`;
  const place = stage === undefined ? "" : kind === "retire" ? ` from ${code(stage)}` : ` at ${code(stage)}`;
  return `${verb ?? kind} ${code(model)} ${change}${place}.`;
}

function describeArtifact(from: ModelVersion | undefined, to: ModelVersion): string {
  const rows = [
    ["version", (version: ModelVersion) => version.spec.version],
    ["format", ({ spec }: ModelVersion) => `${spec.artifact.format} ${spec.artifact.formatVersion}`],
    [
      "size",
      ({ spec }: ModelVersion) =>
        `${formatBytes(spec.artifact.sizeBytes)} in ${formatCount(spec.artifact.files.length, "file")}`,
    ],
    ["digest", ({ spec }: ModelVersion) => spec.artifact.digest],
    ["lies at", ({ spec }: ModelVersion) => spec.artifact.uri],
    ["made", ({ spec }: ModelVersion) => `${spec.createdAt} by ${spec.createdBy}`],
  ] as const;
  if (from === undefined)
    return renderTable(
      ["", "comes"],
      rows.map(([name, value]) => [name, code(value(to))]),
    );
  return renderTable(
    ["", "goes", "comes"],
    rows.map(([name, value]) => [
      name,
      // Two whole digests side by side do not fit on a page.
      code(name === "digest" ? shortDigest(value(from)) : value(from)),
      code(value(to)),
    ]),
  );
}

function shortDigest(digest: string): string {
  return `${digest.slice(0, "sha256:".length + 12)}…`;
}

function describeGates(verdict: "pass" | "pending" | "fail", gates: readonly GateResult[]): string {
  return `**Verdict when it was proposed: ${verdict}**\n\n${renderGates(gates)}`;
}

/** Where a version comes from, next to where the one that goes came from. */
function describeLineage(from: ModelVersion | undefined, to: ModelVersion): readonly string[] {
  const before = new Map(from === undefined ? [] : lineageOf(from));
  const rows = lineageOf(to).map(([name, value]) => {
    const was = before.get(name);
    before.delete(name);
    return [prose(name), was === undefined ? "" : was === value ? "the same" : code(was), code(value)];
  });
  const gone = [...before].map(([name, was]) => [prose(name), code(was), ""]);
  if (rows.length + gone.length === 0) return [];
  return [`**Lineage**\n\n${renderTable(["", "goes", "comes"], [...rows, ...gone])}`];
}

function lineageOf({ spec }: ModelVersion): readonly (readonly [name: string, value: string])[] {
  const { code: source, run, datasets, parents } = spec.lineage ?? {};
  return [
    ...(source === undefined
      ? []
      : [
          [
            "code",
            `${source.repository ?? ""}${source.repository === undefined ? "" : " "}${source.commit.slice(0, 12)}${source.dirty === true ? " with uncommitted changes" : ""}`,
          ] as const,
        ]),
    ...(run === undefined ? [] : [["run", run.url ?? `${run.system ?? ""} ${run.id ?? ""}`] as const]),
    ...(datasets ?? []).map(
      ({ name, uri, digest }) => [`dataset ${name}`, digest ?? uri ?? "no digest"] as const,
    ),
    ...(parents ?? []).map(({ model, version }) => [`parent ${model}`, version] as const),
  ];
}
