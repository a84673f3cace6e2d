import type { ModelVersion, ModelYank } from "../../manifest/types.generated.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { formatBytes, formatCount } from "../../registry/quantities.ts";
import { formatTime } from "../quantities.ts";
import { renderPairs, renderTable } from "../table.ts";

type Spec = ModelVersion["spec"];
type Pair = readonly [string, ...Span[]];

/** One version with all that its manifest says. */
export interface ShownVersion {
  readonly spec: Spec;
  readonly yank: ModelYank["spec"] | undefined;
  /** The stages that hold it. */
  readonly stages: readonly string[];
  /** Its manifest contradicts its path or itself. */
  readonly broken: boolean;
}

export function renderVersion({ spec, yank, stages, broken }: ShownVersion, look: Look): readonly Line[] {
  return [
    [
      styled("strong", `${spec.model} ${spec.version}`),
      ...(stages.length === 0 ? [] : [styled("good", `  ${stages.join(", ")}`)]),
    ],
    ...(broken ? [[styled("bad", "broken"), ": resolve, gate and pull refuse it"]] : []),
    ...(yank === undefined
      ? []
      : [
          [
            styled("bad", "yanked"),
            ` by ${yank.yankedBy}, ${formatTime(yank.yankedAt)}: ${yank.reason}`,
            ...(yank.replacement === undefined ? [] : [` (use ${yank.replacement})`]),
          ],
        ]),
    ...renderPairs(factsOf(spec)),
    ...section("metrics", renderMetrics(spec.metrics ?? [], look)),
    ...section("signature", renderSignature(spec, look)),
    ...section("lineage", renderPairs(lineageOf(spec.lineage))),
    ...section(
      `files (${formatCount(spec.artifact.files.length, "file")})`,
      renderFiles(spec.artifact.files, look),
    ),
  ];
}

function factsOf({ description, labels, artifact, createdAt, createdBy }: Spec): readonly Pair[] {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}=${value}`);
  return [
    ...(description === undefined ? [] : [["description", description] as const]),
    ...(pairs.length === 0 ? [] : [["labels", pairs.join(", ")] as const]),
    ["uri", artifact.uri],
    ["digest", artifact.digest],
    ["format", `${artifact.format} ${artifact.formatVersion}`],
    ["size", formatBytes(artifact.sizeBytes)],
    ["registered", `${formatTime(createdAt)} by ${createdBy}`],
  ];
}

function section(title: string, lines: readonly Line[]): readonly Line[] {
  return lines.length === 0 ? [] : [[], [styled("strong", title)], ...lines];
}

function renderMetrics(metrics: NonNullable<Spec["metrics"]>, { width }: Look): readonly Line[] {
  if (metrics.length === 0) return [];
  const columns = [
    { title: "  NAME" },
    { title: "VALUE", align: "right" as const },
    { title: "DATASET", shrinksTo: 10 },
  ];
  return renderTable(
    columns,
    metrics.map(({ name, value, dataset }) => [`  ${name}`, String(value), dataset ?? ""]),
    width,
  );
}

function renderSignature({ inputs = [], outputs = [] }: Spec, { width }: Look): readonly Line[] {
  if (inputs.length + outputs.length === 0) return [];
  const row =
    (side: string) =>
    (tensor: NonNullable<Spec["inputs"]>[number]): Line => [
      `  ${side}`,
      tensor.name,
      tensor.type,
      tensor.shape === undefined ? "" : `[${tensor.shape.join(", ")}]`,
    ];
  const columns = [
    { title: "  SIDE" },
    { title: "NAME", shrinksTo: 12 },
    { title: "TYPE" },
    { title: "SHAPE" },
  ];
  return renderTable(columns, [...inputs.map(row("input")), ...outputs.map(row("output"))], width);
}

function lineageOf(lineage: Spec["lineage"]): readonly Pair[] {
  if (lineage === undefined) return [];
  const { code, run, datasets = [], parents = [] } = lineage;
  return [
    ...(code === undefined
      ? []
      : [
          [
            "code",
            [
              code.repository,
              code.commit,
              code.dirty === true ? "(with changes that were not committed)" : undefined,
            ]
              .filter(Boolean)
              .join(" "),
          ] as const,
        ]),
    ...(run === undefined ? [] : [["run", [run.system, run.id, run.url].filter(Boolean).join(" ")] as const]),
    ...datasets.map(
      ({ name, uri, digest }) => ["dataset", [name, uri, digest].filter(Boolean).join(" ")] as const,
    ),
    ...parents.map(({ model, version }) => ["parent", `${model}@${version}`] as const),
  ];
}

function renderFiles(files: Spec["artifact"]["files"], { width }: Look): readonly Line[] {
  const columns = [
    { title: "  PATH", shrinksTo: 16 },
    { title: "SIZE", align: "right" as const },
    { title: "DIGEST", shrinksTo: 20 },
  ];
  return renderTable(
    columns,
    files.map(({ path, sizeBytes, digest }) => [`  ${path}`, formatBytes(sizeBytes), digest]),
    width,
  );
}
