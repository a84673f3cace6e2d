import { changedLines } from "../../change/changed-lines.ts";
import { renderStageFile } from "../../change/stage-file.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { PullRequests } from "../../ports/forge.ts";
import { identifyPath } from "../../registry/layout.ts";
import type { Snapshot } from "../../registry/model-view.ts";
import type { Context } from "../context.ts";
import type { StageSuggestion } from "../judge/suggest.ts";

/** Where suggestions go, and what they are about. */
export interface Posting {
  readonly number: number;
  readonly head: string;
  /** The registry at that commit. */
  readonly snapshot: Snapshot;
  readonly suggestions: readonly StageSuggestion[];
}

/** Each run of wrong lines is a suggestion of its own. GitHub takes them only on lines that the change shows. */
export async function postSuggestions(
  { prefix, notices }: Context,
  host: PullRequests,
  { number, head, snapshot, suggestions }: Posting,
): Promise<void> {
  for (const { file, version } of suggestions) {
    let hidden = 0;
    for (const { from, to, text } of wrongLines(snapshot, file)) {
      const note = `\`spec.artifact\` has to repeat what version \`${version}\` says.`;
      const suggestion = { head, file: `${prefix}${file}`, lines: { from, to }, text, note };
      try {
        await host.suggest(number, suggestion);
      } catch (error) {
        if (!isModeltrailError(error) || error.code !== "INVALID_INPUT") throw error;
        hidden += 1;
      }
    }
    if (hidden > 0)
      notices.hint(
        `GitHub takes suggestions only on lines that a change shows, and ${file} has wrong ones further down: run this again once the first are committed`,
      );
  }
}

function wrongLines(head: Snapshot, file: string): ReturnType<typeof changedLines> {
  const identity = identifyPath(file);
  if (identity.kind !== "stage") return [];
  const model = head.models.get(identity.model);
  const entry = model?.stages.get(identity.stage);
  const version = model?.versions.get(entry?.value?.spec.version ?? "")?.value;
  if (entry?.text === undefined || version === undefined) return [];
  return changedLines(entry.text, renderStageFile(identity.stage, version, entry));
}
