import * as core from "@actions/core";
import { escapeText } from "../../src/report/escape.ts";
import { renderPage, type Line } from "../../src/report/page.ts";
import type { Notices } from "../../src/workflows/context.ts";
import { type Environment, requireVariable } from "./environment.ts";

/**
 * The one door to the runner. Whatever is said goes through `report/escape.ts` first: the runner takes commands from
 * what a step prints, and the toolkit escapes only those that it issues itself.
 */

export interface Place {
  readonly title?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

export function say(text: string): void {
  sayPage([[text]]);
}

export function sayPage(lines: readonly Line[]): void {
  process.stdout.write(renderPage(lines, { color: false }));
}

/** An annotation: at a file and line where they are known. */
export function annotate(level: "error" | "warning", message: string, place: Place = {}): void {
  const { title, file, line, column } = place;
  const issue = level === "error" ? core.error : core.warning;
  issue(escapeText(message), {
    ...(title === undefined ? {} : { title: escapeText(title) }),
    ...(file === undefined ? {} : { file: escapeText(file) }),
    ...(line === undefined ? {} : { startLine: line }),
    ...(column === undefined || line === undefined ? {} : { startColumn: column }),
  });
}

/** What workflows say on their way. */
export const NOTICES: Notices = {
  warn: (text) => annotate("warning", text),
  hint: say,
  progress: () => undefined,
};

/** The page of this run. */
export function runUrl(env: Environment): string {
  const repository = `${requireVariable(env, "GITHUB_SERVER_URL")}/${requireVariable(env, "GITHUB_REPOSITORY")}`;
  return `${repository}/actions/runs/${requireVariable(env, "GITHUB_RUN_ID")}`;
}

/** Marks the step as failed, with one line that says why. */
export function failStep(message: string): void {
  core.setFailed(escapeText(message));
}

export function setOutput(name: string, value: string | number): void {
  core.setOutput(name, escapeText(String(value)));
}

/** Has the runner blank out a secret wherever it is printed. */
export function hideSecret(secret: string): void {
  if (secret !== "") core.setSecret(secret);
}

/** Markdown for the page of the run. It is a courtesy: a runner without such a page stops nothing. */
export async function writeSummary(markdown: string): Promise<void> {
  if ((process.env["GITHUB_STEP_SUMMARY"] ?? "") === "") return;
  await core.summary.addRaw(markdown, true).write();
}
