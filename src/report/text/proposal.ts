import type { MergeResult } from "../../workflows/merge.ts";
import type { MoveOutcome } from "../../workflows/move.ts";
import type { CloseResult, ProposalList, ProposalRow } from "../../workflows/proposals.ts";
import type { AlreadyYanked } from "../../workflows/yank.ts";
import type { ProposalOutcome } from "../../workflows/write/propose.ts";
import { styled, type Line, type Look } from "../page.ts";
import { formatAge, formatTime, shortCommit } from "../quantities.ts";
import { renderTable } from "../table.ts";
import { renderNext } from "./next-step.ts";
import { renderConclusion, renderVerdict } from "./verdict.ts";

/** What became of `promote`, `rollback`, `retire` or `yank`. */
export function renderOutcome(outcome: MoveOutcome | AlreadyYanked, look: Look): readonly Line[] {
  if (outcome.status !== "already") return renderProposal(outcome, look);
  const { model, version } = outcome;
  const state = "stage" in outcome ? `is at ${outcome.stage} already` : "was yanked before";
  return [[`${model} ${version} ${state}; nothing to do.`]];
}

function renderProposal(outcome: ProposalOutcome, look: Look): readonly Line[] {
  const { status, branch, commit, request, progress, verdict, superseded } = outcome;
  const lines: Line[] = [...renderVerdict(verdict), ...renderConclusion(verdict, deniedNote(status))];
  if (status === "denied") return lines;
  if (verdict.verdict === "pass") lines.push([]);
  if (status === "planned")
    return [
      ...lines,
      [
        "Would propose ",
        styled("strong", branch),
        ", writing ",
        outcome.changeSet.edits.map((edit) => edit.path).join(", "),
        ". Nothing was written.",
      ],
    ];
  const deed = { opened: "Proposed on", updated: "Rebuilt", unchanged: "Unchanged: open already on" }[status];
  lines.push([
    `${deed} `,
    styled("strong", branch),
    ...(commit === undefined ? [] : [styled("dim", ` (commit ${shortCommit(commit)})`)]),
  ]);
  if (request !== undefined)
    lines.push([`#${request.number}${request.draft ? " (draft)" : ""} `, request.url]);
  for (const older of superseded) lines.push(["Superseded ", older]);
  if (progress !== undefined) return [...lines, renderProgress(progress)];
  const next = `modeltrail merge ${request === undefined ? branch : request.number}`;
  return [...lines, ...(verdict.verdict === "pass" ? renderNext(look, next) : [])];
}

function renderProgress({ state, commit }: NonNullable<ProposalOutcome["progress"]>): Line {
  if (state === "merged")
    return [
      styled("good", "Merged"),
      ...(commit === undefined ? [] : [styled("dim", ` (commit ${shortCommit(commit)})`)]),
    ];
  return [styled("bad", "Closed unmerged"), ", which means rejected."];
}

function deniedNote(status: ProposalOutcome["status"]): string {
  return status === "denied" ? "Nothing was written." : "Proposed all the same, as a draft.";
}

/** What became of `merge`. */
export function renderMerge(result: MergeResult): readonly Line[] {
  const { status, branch, request, commit, verdict } = result;
  const judged =
    verdict === undefined
      ? []
      : [...renderVerdict(verdict), ...renderConclusion(verdict, "Nothing was merged."), []];
  if (status === "already") return [["Nothing is left to merge of ", styled("strong", branch), "."]];
  if (status === "denied") return judged.slice(0, -1);
  return [
    ...judged,
    [
      styled("good", "Merged "),
      ...(request === undefined ? [] : [`#${request.number} `]),
      styled("strong", branch),
      styled("dim", ` (commit ${shortCommit(commit)})`),
    ],
  ];
}

export function renderClose({ status, branch, commit }: CloseResult, look: Look): readonly Line[] {
  if (status === "unchanged") return [[styled("strong", branch), " was closed before."]];
  const note: readonly Line[] = look.hints
    ? [["The same change is now refused, unless it is proposed with --reopen."]]
    : [];
  return [
    ["Closed ", styled("strong", branch), styled("dim", ` (it was at commit ${shortCommit(commit)})`)],
    ...note,
  ];
}

/** The open proposals. */
export function renderProposals({ proposals }: ProposalList, look: Look): readonly Line[] {
  if (proposals.length === 0) return [["No proposal is open."]];
  const withRequests = proposals.some((row) => row.request !== undefined);
  const columns = [
    ...(withRequests ? [{ title: "#" }] : []),
    { title: "BRANCH" },
    { title: "VERDICT", shrinksTo: 12 },
    ...(withRequests ? [{ title: "APPROVED BY", shrinksTo: 8 }] : []),
    { title: "BY", shrinksTo: 8 },
    { title: withRequests ? "AGE" : "WHEN" },
    { title: "WHAT", shrinksTo: 20 },
  ];
  const rows = proposals.map((row): Line => [
    ...(withRequests ? [row.request === undefined ? "-" : String(row.request.number)] : []),
    styled("strong", row.branch),
    verdictOf(row),
    ...(withRequests ? [approvalsOf(row)] : []),
    row.author,
    withRequests ? formatAge(row.createdAt, look.now) : formatTime(row.createdAt),
    row.title,
  ]);
  const errors = proposals.flatMap(({ branch, error }): Line[] =>
    error === undefined ? [] : [[styled("warn", "! "), `${branch}: ${error}`]],
  );
  const ready = proposals.find((row) => row.verdict === "pass");
  return [
    ...renderTable(columns, rows, look.width),
    ...errors,
    ...(ready === undefined
      ? []
      : renderNext(look, `modeltrail merge ${ready.request?.number ?? ready.branch}`)),
  ];
}

function approvalsOf({ request, approvals }: ProposalRow): string {
  if (request?.draft === true) return "draft";
  return approvals === undefined ? "unknown" : approvals.length === 0 ? "nobody" : approvals.join(", ");
}

function verdictOf({ verdict, failing }: ProposalRow): Line[number] {
  if (verdict === "pass") return styled("good", "pass");
  const text = failing.length === 0 ? verdict : `${verdict}: ${failing.join(", ")}`;
  return styled(verdict === "fail" ? "bad" : "warn", text);
}
