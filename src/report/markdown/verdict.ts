import type { JudgedRequest } from "../../workflows/publish-verdict/judge-requests.ts";
import type { StageSuggestion } from "../../workflows/judge/suggest.ts";
import { concludeVerdict } from "../actions.ts";
import { escapeText } from "../escape.ts";
import { shortCommit } from "../quantities.ts";
import { renderGates } from "./gates.ts";
import { code, prose } from "./inline.ts";

const SIGNS = { pass: "✅", pending: "⏳", fail: "❌", "not-verified": "❌", unknown: "⚠️" } as const;

/** GitHub takes 65,536 characters; a marker comes before it. */
const MOST_COMMENT = 60_000;
/** GitHub takes a mebibyte for a step. */
const MOST_SUMMARY = 1_000_000;
/** How many things of a kind are shown, until it all fits. */
const AMOUNTS = [200, 50, 10, 3, 1, 0];
/** The page of a run over many is an overview. */
const FEW = 10;

/**
 * A verdict as a comment that is kept up to date: it says the same as long as the verdict is the same, so that it is
 * written only when there is something new. Files are named from the repository's root.
 */
export function renderVerdictComment(judged: JudgedRequest): string {
  const note = `<sub>Judged: commit ${code(shortCommit(judged.head))}. This comment is kept up to date.</sub>`;
  return fitting(MOST_COMMENT, (most) => [renderVerdict(judged, most), note].join("\n\n"));
}

/** The page of a run. `left` counts pull requests that were not judged. */
export function renderVerdictSummary(all: readonly JudgedRequest[], left: number): string {
  const [only] = all;
  if (only === undefined) return "No pull request is open.\n";
  const rest = left === 0 ? [] : [`**${left} more open pull requests were not judged.**`];
  return fitting(MOST_SUMMARY, (amount) => {
    const most = all.length > FEW ? Math.min(amount, FEW) : amount;
    const shown = all.slice(0, amount === AMOUNTS[0] ? all.length : Math.max(amount, 1));
    const cut = all.length - shown.length;
    const more =
      cut === 0 ? [] : [`_${cut} more are not shown here; their statuses say what became of them._`];
    return `${[...rest, ...shown.map((one) => renderVerdict(one, most)), ...more].join("\n\n")}\n`;
  });
}

/** The most that fits, in bytes, of which a text never has fewer than characters. */
function fitting(room: number, render: (most: number) => string): string {
  for (const most of AMOUNTS) {
    const text = render(most);
    if (Buffer.byteLength(text) <= room) return text;
  }
  return "The verdict is too long to be shown here.";
}

function renderVerdict(judged: JudgedRequest, most: number): string {
  const { request, report, verdict, decidedBy } = judged;
  const place = request === undefined ? "" : `#${request.request.number}: `;
  const transitions = report?.transitions ?? [];
  const changes = transitions.slice(0, most).map(({ summary }) => `- ${prose(summary)}`);
  const cut = transitions.length - changes.length;
  return [
    `### ${SIGNS[verdict]} ${place}${shorten(concludeVerdict(judged))}`,
    ...(decidedBy === undefined
      ? []
      : [`_This commit is the head of #${decidedBy} too, and its status is the verdict on that._`]),
    ...(changes.length === 0 ? [] : [changes.join("\n")]),
    ...(cut > 0 ? [`_and ${cut} more changes_`] : []),
    ...(report === undefined || verdict === "unknown" ? [] : [renderGates(report.gates, most)]),
    ...(report?.suggestions ?? []).slice(0, most).map(describeSuggestion),
  ].join("\n\n");
}

const MOST_HEADING = 300;

/** A heading is read at a glance; all of it stands in the table below. */
function shorten(text: string): string {
  return prose(text.length > MOST_HEADING ? `${text.slice(0, MOST_HEADING)}…` : text);
}

/** The exact lines that a stage edited by hand must hold. */
function describeSuggestion({ file, version, artifact }: StageSuggestion): string {
  const lines = Object.entries(artifact).map(([field, value]) =>
    escapeText(`  ${field}: ${JSON.stringify(value)}`),
  );
  const text = ["artifact:", ...lines].join("\n");
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `For version ${code(version)}, ${code(file)} must hold exactly these lines in ${code("spec")}:\n\n${fence}yaml\n${text}\n${fence}`;
}
