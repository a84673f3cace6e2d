import type { Finding } from "../../diagnostics/finding.ts";
import type { Diagnosis } from "../../workflows/doctor.ts";
import type { ChangeReport, TreeReport } from "../../workflows/validate.ts";
import type { Verification } from "../../workflows/verify.ts";
import { styled, type Line, type Look } from "../page.ts";
import { formatCount } from "../../registry/quantities.ts";
import { shortCommit } from "../quantities.ts";
import { renderFinding } from "./findings.ts";
import { renderSuggestions } from "./suggestion.ts";
import { renderConclusion, renderVerdict } from "./verdict.ts";

/** What is wrong in the files of a work tree. */
export function renderTreeReport(report: TreeReport, look: Look): readonly Line[] {
  const { models, manifests, findings, skipped, suggestions } = report;
  const scope = `${formatCount(manifests, "manifest")} of ${formatCount(models, "model")}`;
  const notes = look.hints ? skipped.map((note): Line => [styled("dim", note)]) : [];
  if (findings.length === 0) return [[styled("good", "✔ "), `${scope}: nothing wrong`], ...notes];
  return [
    ...findings.flatMap((finding) => renderFinding(finding)),
    ...renderSuggestions(suggestions),
    [],
    [`${countFindings(findings)} in ${scope}`],
    ...notes,
  ];
}

/** The verdict on a change. */
export function renderChangeReport(report: ChangeReport): readonly Line[] {
  const range = `${shortCommit(report.base)}..${shortCommit(report.head)}`;
  const denied = renderConclusion(report, `The change ${range} may not be merged as it is.`);
  return [
    ...renderVerdict(report),
    ...renderSuggestions(report.suggestions),
    ...denied,
    ...(report.verdict === "pass"
      ? [[], [styled("good", "Passed"), `: the change ${range} may be merged.`]]
      : []),
  ];
}

function countFindings(findings: readonly Finding[]): string {
  const errors = findings.filter((finding) => finding.severity === "error").length;
  const counts = [
    ...(errors === 0 ? [] : [formatCount(errors, "error")]),
    ...(errors === findings.length ? [] : [formatCount(findings.length - errors, "warning")]),
  ];
  return counts.join(" and ");
}

/** Storage against manifests. */
export function renderVerification({ versions, findings }: Verification): readonly Line[] {
  if (versions.length + findings.length === 0) return [["There are no versions to verify."]];
  const lines = versions.map(({ model, version, files, ok }): Line => [
    ok ? styled("good", "✔ ") : styled("bad", "✖ "),
    `${model} ${version}  `,
    styled("dim", formatCount(files, "file")),
  ]);
  const whole = versions.filter((version) => version.ok).length;
  return [
    ...lines,
    ...findings.flatMap((finding) => renderFinding(finding)),
    [],
    [
      `${whole} of ${formatCount(versions.length, "version")} proved whole${findings.length === 0 ? "" : `; ${countFindings(findings)}`}`,
    ],
  ];
}

const MARKS = { ok: styled("good", "✔"), warn: styled("warn", "!"), fail: styled("bad", "✖") } as const;

function renderWorth(checks: Diagnosis["checks"]): Line {
  const count = checks.filter(({ status }) => status === "warn").length;
  return count === 0
    ? []
    : [count === 1 ? " One thing is worth a look." : ` ${count} things are worth a look.`];
}

/** What commands rely on, and whether it is there. */
export function renderDiagnosis({ healthy, checks }: Diagnosis): readonly Line[] {
  const width = Math.max(...checks.map((check) => check.name.length));
  return [
    ...checks.flatMap(({ name, status, message, hint }): Line[] => [
      [MARKS[status], " ", name.padEnd(width), "  ", message],
      ...(hint === undefined ? [] : [[" ".repeat(width + 4), styled("dim", "→ "), hint]]),
    ]),
    [],
    [
      healthy ? "Everything that commands rely on is there." : "Something that commands rely on is missing.",
      ...renderWorth(checks),
    ],
  ];
}
