import type { FieldChange, FileDifference, MetricChange, VersionDiff } from "../../workflows/diff.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { formatBytes } from "../../registry/quantities.ts";
import { renderTable, type Column } from "../table.ts";

/** What differs between two versions. */
export function renderDiff(diff: VersionDiff, { width }: Look): readonly Line[] {
  const { before, after, equal, metrics, fields, files } = diff;
  const head: Line = [
    styled(
      "strong",
      `${before.model} ${before.version} → ${after.model === before.model ? "" : `${after.model} `}${after.version}`,
    ),
  ];
  if (equal) return [head, ["Nothing differs."]];
  return [
    head,
    ...block(METRICS, metrics.map(metricLine), width),
    ...block(FIELDS, fields.map(fieldLine), width),
    ...block(FILES, files.map(fileLine), width),
  ];
}

const METRICS: readonly Column[] = [
  { title: "METRIC" },
  { title: "BEFORE", align: "right" },
  { title: "AFTER", align: "right" },
  { title: "CHANGE", align: "right" },
];
const FIELDS: readonly Column[] = [
  { title: "FIELD" },
  { title: "BEFORE", shrinksTo: 12 },
  { title: "AFTER", shrinksTo: 12 },
];
const FILES: readonly Column[] = [
  { title: "FILE", shrinksTo: 16 },
  { title: "" },
  { title: "BEFORE", align: "right" },
  { title: "AFTER", align: "right" },
];

function block(
  columns: readonly Column[],
  rows: readonly Line[],
  width: number | undefined,
): readonly Line[] {
  return rows.length === 0 ? [] : [[], ...renderTable(columns, rows, width)];
}

function fieldLine({ field, before, after }: FieldChange): Line {
  return [field.replace(/^spec\./, ""), before ?? absent(), after ?? absent()];
}

function absent(): Span {
  return styled("dim", "-");
}

function metricLine({ name, dataset, before, after, change }: MetricChange): Line {
  const signed = change === undefined ? "" : `${change > 0 ? "+" : ""}${change}`;
  return [
    dataset === undefined ? name : `${name} (${dataset})`,
    before === undefined ? absent() : String(before),
    after === undefined ? absent() : String(after),
    signed,
  ];
}

function fileLine({ path, change, before, after }: FileDifference): Line {
  const style = change === "added" ? "good" : change === "removed" ? "bad" : "warn";
  return [
    path,
    styled(style, change),
    before === undefined ? absent() : formatBytes(before),
    after === undefined ? absent() : formatBytes(after),
  ];
}
