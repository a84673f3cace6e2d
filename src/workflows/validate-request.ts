import { changedLines } from "../change/changed-lines.ts";
import { renderStageFile } from "../change/stage-file.ts";
import { isModeltrailError, ModeltrailError } from "../diagnostics/errors.ts";
import type { Proposal, PullRequests } from "../ports/forge.ts";
import { identifyPath } from "../registry/layout.ts";
import type { Snapshot } from "../registry/model-view.ts";
import type { Context } from "./context.ts";
import { judgeChange, type ArtifactScope } from "./judge/judge.ts";
import { suggestArtifacts, type StageSuggestion } from "./judge/suggest.ts";
import type { ChangeReport } from "./validate.ts";
import { openSession, type SessionOptions } from "./write/session.ts";

/** How to judge a pull request. */
export interface RequestOptions extends SessionOptions {
  readonly artifacts: ArtifactScope;
  /** Post what stages that were edited by hand have to say as suggestions. */
  readonly suggest?: boolean;
}

/** Judges an open pull request, a person's too, on the current tip of the default branch. */
export async function validateRequest(
  context: Context,
  number: number,
  options: RequestOptions,
): Promise<ChangeReport> {
  const session = await openSession(context, options);
  const { pullRequests } = session.forge;
  if (pullRequests === undefined)
    throw new ModeltrailError("USAGE", "this registry has no pull requests", {
      hint: "Use --base and --head.",
    });
  const proposal = await pullRequests.numbered(number);
  const base = session.tip.oid;
  const { artifacts } = options;
  const { verdict, head } = await judgeChange(context, { base, head: proposal.head, artifacts });
  const findings = verdict.gates.flatMap((gate) => gate.findings);
  const suggestions = suggestArtifacts(head, findings);
  if (options.suggest === true) await postSuggestions(context, pullRequests, { proposal, head, suggestions });
  return { ...verdict, base, head: proposal.head, suggestions };
}

interface Posting {
  readonly proposal: Required<Proposal>;
  readonly head: Snapshot;
  readonly suggestions: readonly StageSuggestion[];
}

/** Each run of wrong lines is a suggestion of its own. GitHub takes them only on lines that the change shows. */
async function postSuggestions(
  { prefix, notices }: Context,
  host: PullRequests,
  { proposal, head, suggestions }: Posting,
): Promise<void> {
  for (const { file, version } of suggestions) {
    let hidden = 0;
    for (const { from, to, text } of wrongLines(head, file)) {
      const note = `\`spec.artifact\` has to repeat what version \`${version}\` says.`;
      const suggestion = { head: proposal.head, file: `${prefix}${file}`, lines: { from, to }, text, note };
      try {
        await host.suggest(proposal.request.number, suggestion);
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
