import { describeBefore } from "../../registry/transition.ts";
import type { History, HistoryRow, StateAt } from "../../workflows/history.ts";
import { styled, type Line, type Look, type Span } from "../page.ts";
import { formatTime, shortCommit } from "../quantities.ts";
import { renderTable } from "../table.ts";

/** What happened, newest first. */
export function renderHistory({ events }: History, { width }: Look): readonly Line[] {
  if (events.length === 0) return [["Nothing happened."]];
  const columns = [
    { title: "WHEN" },
    { title: "WHAT" },
    { title: "MODEL", shrinksTo: 12 },
    { title: "STAGE", shrinksTo: 8 },
    { title: "VERSION" },
    { title: "BY", shrinksTo: 8 },
    { title: "REQUEST" },
    { title: "APPROVED BY", shrinksTo: 8 },
    { title: "COMMIT" },
  ];
  return renderTable(columns, events.map(eventLine), width);
}

const STYLES = { register: "dim", promote: "good", rollback: "warn", retire: "warn", yank: "bad" } as const;

function eventLine(row: HistoryRow): Line {
  return [
    formatTime(row.at),
    styled(STYLES[row.kind], row.kind),
    styled("strong", row.model),
    row.stage ?? "",
    movement(row),
    row.author,
    row.pullRequest === undefined ? "" : `#${row.pullRequest.number}`,
    row.approvedBy?.join(", ") ?? "",
    styled("dim", shortCommit(row.commit)),
  ];
}

function movement(row: HistoryRow): Span {
  const { kind, to, broken } = row;
  if (broken === true) return styled("bad", `${describeBefore(row)} → (broken)`);
  if (kind === "register" || kind === "yank") return to ?? "";
  return `${describeBefore(row)} → ${to ?? "(empty)"}`;
}

/** What stages held at a moment. */
export function renderState({ commit, at, stages }: StateAt, { width }: Look): readonly Line[] {
  const head: Line = [`As of commit ${shortCommit(commit)} of ${formatTime(at)}`];
  if (stages.length === 0) return [head, ["No stage held a version."]];
  const columns = [{ title: "MODEL", shrinksTo: 12 }, { title: "STAGE" }, { title: "VERSION" }];
  const rows = stages.map(({ model, stage, version }): Line => [
    styled("strong", model),
    stage,
    version ?? styled("bad", "broken"),
  ]);
  return [head, [], ...renderTable(columns, rows, width)];
}
