import type { MoveOutcome } from "../workflows/move.ts";
import type { AlreadyYanked } from "../workflows/yank.ts";
import type { Answer } from "./execute.ts";
import { locateVerdict } from "../report/repository-paths.ts";

/** The answer of a command that proposes; `prefix` is the registry's folder in the repository. */
export function proposalAnswer(outcome: MoveOutcome | AlreadyYanked, prefix: string): Answer {
  const located = outcome.status === "already" ? outcome : locateOutcome(outcome, prefix);
  return {
    document: located,
    yes: located.status === "already" || located.verdict.verdict === "pass",
    text: async (look) => (await import("../report/text/proposal.ts")).renderOutcome(located, look),
  };
}

type Proposed = Exclude<MoveOutcome | AlreadyYanked, { readonly status: "already" }>;

function locateOutcome(outcome: Proposed, prefix: string): Proposed {
  const { status, branch, commit, request, verdict, superseded, changeSet } = outcome;
  const edits = changeSet.edits.map((edit) => ({ ...edit, path: `${prefix}${edit.path}` }));
  return {
    status,
    branch,
    ...(commit === undefined ? {} : { commit }),
    ...(request === undefined ? {} : { request }),
    verdict: locateVerdict(verdict, prefix),
    superseded,
    changeSet: { ...changeSet, edits },
  };
}
