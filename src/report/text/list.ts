import type { ModelList, ModelRow } from "../../workflows/list.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { renderTable } from "../table.ts";
import { renderNext } from "./next-step.ts";

/** Every model with what its stages hold. */
export function renderList({ models, stages }: ModelList, look: Look): readonly Line[] {
  if (models.length === 0)
    return [["No models yet."], ...renderNext(look, "modeltrail register <model> <file or folder>")];
  const names = [...new Set([...stages, ...models.flatMap((row) => Object.keys(row.stages))])];
  const columns = [
    { title: "MODEL" },
    ...names.map((stage) => ({ title: stage.toUpperCase(), shrinksTo: 8 })),
    { title: "LATEST", shrinksTo: 8 },
    { title: "VERSIONS", align: "right" as const },
    { title: "" },
  ];
  const rows = models.map((row): Line => [
    styled("strong", row.model),
    ...names.map((stage) => stageCell(row, stage)),
    row.latest ?? "-",
    String(row.versions),
    row.broken ? styled("bad", "broken") : "",
  ]);
  return renderTable(columns, rows, look.width);
}

function stageCell({ stages }: ModelRow, stage: string): Span {
  const version = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
  if (version === undefined) return styled("dim", "-");
  return version ?? styled("bad", "broken");
}
