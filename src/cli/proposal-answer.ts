import type { MoveOutcome } from "../workflows/move.ts";
import type { AlreadyYanked } from "../workflows/yank.ts";
import type { Answer } from "./execute.ts";
import { locateVerdict } from "../report/repository-paths.ts";

/** The answer of a command that proposes; `prefix` is the registry's folder in the repository. */
export function proposalAnswer(outcome: MoveOutcome | AlreadyYanked, prefix: string): Answer {
  const located = outcome.status === "already" ? outcome : locateOutcome(outcome, prefix);
  return {
    document: located,
    yes: located.status === "already" || isDone(located),
    text: async (look) => (await import("../report/text/proposal.ts")).renderOutcome(located, look),
  };
}

type Proposed = Exclude<MoveOutcome | AlreadyYanked, { readonly status: "already" }>;

/** Who waited for the end asked for that; else the verdict is the answer. */
function isDone({ progress, verdict }: Proposed): boolean {
  return progress === undefined ? verdict.verdict === "pass" : progress.state === "merged";
}

function locateOutcome(outcome: Proposed, prefix: string): Proposed {
  const { status, branch, commit, request, progress, verdict, superseded, changeSet } = outcome;
  const edits = changeSet.edits.map((edit) => ({ ...edit, path: `${prefix}${edit.path}` }));
  return {
    status,
    branch,
    ...(commit === undefined ? {} : { commit }),
    ...(request === undefined ? {} : { request }),
    ...(progress === undefined ? {} : { progress }),
    verdict: locateVerdict(verdict, prefix),
    superseded,
    changeSet: { ...changeSet, edits },
  };
}
