import type { Finding } from "../../diagnostics/finding.ts";
import { styled, type Line } from "../page.ts";

/** One finding: where, what, and the remedy below it. */
export function renderFinding(finding: Finding, indent = ""): readonly Line[] {
  const mark = finding.severity === "error" ? styled("bad", "✖") : styled("warn", "!");
  const lines: Line[] = [[indent, mark, " ", finding.message, " ", styled("dim", `(${finding.code})`)]];
  const place = placeOf(finding);
  if (place !== "") lines.push([`${indent}  `, styled("dim", "at "), place]);
  if (finding.hint !== undefined) lines.push([`${indent}  `, styled("dim", "→ "), finding.hint]);
  return lines;
}

/** `file:line:column`, as editors and terminals know it. */
function placeOf({ file, line, column }: Finding): string {
  if (file === undefined) return "";
  return [file, ...(line === undefined ? [] : [line, ...(column === undefined ? [] : [column])])].join(":");
}
