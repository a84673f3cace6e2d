import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { judgeChange, type ArtifactScope } from "./judge/judge.ts";
import { suggestArtifacts } from "./judge/suggest.ts";
import { postSuggestions } from "./publish-verdict/suggestions.ts";
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
  if (options.suggest === true) {
    const { request } = proposal;
    const posting = { number: request.number, head: proposal.head, snapshot: head, suggestions };
    await postSuggestions(context, pullRequests, posting);
  }
  return { ...verdict, base, head: proposal.head, suggestions };
}
