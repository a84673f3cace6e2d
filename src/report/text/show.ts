import type { ModelDetails, VersionRow } from "../../workflows/show.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { formatBytes } from "../../registry/quantities.ts";
import { formatTime } from "../quantities.ts";
import { renderPairs, renderTable } from "../table.ts";
import { renderFinding } from "./findings.ts";
import { renderVersion } from "./version.ts";

/** Everything of one model, or of one of its versions. */
export function renderModel(details: ModelDetails, look: Look): readonly Line[] {
  const { selected, yank, findings } = details;
  const row = details.versions.find(({ version }) => version === details.asked);
  const body =
    selected === undefined
      ? renderOverview(details, look)
      : renderVersion(
          { spec: selected, yank, stages: row?.stages ?? [], broken: row?.broken ?? false },
          look,
        );
  const wrong = findings.filter((finding) => finding.severity === "error");
  return [
    ...body,
    ...(wrong.length === 0 ? [] : [[]]),
    ...wrong.flatMap((finding) => renderFinding(finding)),
  ];
}

function renderOverview({ model, spec, versions }: ModelDetails, look: Look): readonly Line[] {
  const labels = Object.entries(spec?.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const facts: (readonly [string, ...Span[]])[] = [
    ...(spec?.description === undefined ? [] : [["description", spec.description] as const]),
    ...(spec?.task === undefined ? [] : [["task", spec.task] as const]),
    ...(spec?.owners === undefined || spec.owners.length === 0
      ? []
      : [["owners", spec.owners.join(", ")] as const]),
    ...(labels.length === 0 ? [] : [["labels", labels.join(", ")] as const]),
  ];
  return [[styled("strong", model)], ...renderPairs(facts), [], ...renderVersions(versions, look)];
}

function renderVersions(versions: readonly VersionRow[], look: Look): readonly Line[] {
  if (versions.length === 0) return [["No versions yet."]];
  const columns = [
    { title: "VERSION" },
    { title: "STAGES" },
    { title: "" },
    { title: "FORMAT" },
    { title: "SIZE", align: "right" as const },
    { title: "REGISTERED" },
    { title: "BY", shrinksTo: 8 },
    { title: "DESCRIPTION", shrinksTo: 12 },
  ];
  return renderTable(columns, versions.map(versionLine), look.width);
}

function versionLine(row: VersionRow): Line {
  const state = row.broken ? styled("bad", "broken") : row.yanked ? styled("warn", "yanked") : "";
  return [
    styled("strong", row.version),
    styled("good", row.stages.join(", ")),
    state,
    row.format ?? "",
    row.sizeBytes === undefined ? "" : formatBytes(row.sizeBytes),
    row.createdAt === undefined ? "" : formatTime(row.createdAt),
    row.createdBy ?? "",
    row.description ?? "",
  ];
}
