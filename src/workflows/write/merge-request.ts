import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { PullRequest } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { judgeChange } from "../judge/judge.ts";
import { followRemote } from "./land.ts";
import type { Session } from "./session.ts";

/** A pull request that was judged at `head`. */
export interface JudgedRequest {
  readonly branch: string;
  readonly head: string;
  readonly request: PullRequest | undefined;
}

/** Has the host merge a pull request at exactly the commit that was judged; your own branch follows. */
export async function mergeRequest(
  context: Context,
  session: Session,
  { branch, head, request }: JudgedRequest,
): Promise<string> {
  const { pullRequests } = session.forge;
  if (pullRequests === undefined || request === undefined)
    throw new ModeltrailError("NOT_FOUND", `${branch} has no open pull request`, {
      hint: "Run the command that proposed it once more: it opens the pull request.",
    });
  const { commit } = await pullRequests.merge(request.number, head);
  await context.repository.remote.fetch();
  const tip = await context.repository.refs.read(`refs/remotes/${session.remote ?? ""}/${session.base}`);
  await followRemote(context, session, {
    commit: tip ?? commit,
    reason: `modeltrail merge: #${request.number}`,
  });
  return commit;
}

/**
 * The verdict on what a host has merged. It takes no lease on the base: where that moved since the proposal was
 * judged, what came of it is judged once more.
 */
export async function judgeLanded(
  context: Context,
  { forge, tip }: Session,
  commit: string,
  verdict: Verdict,
): Promise<Verdict> {
  if (forge.pullRequests === undefined) return verdict;
  const [base] = (await context.repository.objects.readCommit(commit)).parents;
  if (base === undefined || base === tip.oid) return verdict;
  const again = await judgeChange(context, { base, head: commit, builtOn: base, artifacts: "none" });
  if (again.verdict.verdict === "pass") return verdict;
  context.notices.warn(
    `the default branch moved while this was merged, and what came of it would not have been let in: see the verdict, and take it back (git revert -m 1 ${commit.slice(0, 12)}, or a rollback)`,
  );
  return again.verdict;
}

/** A pull request by its number, as people write it: `12` or `#12`; undefined for a branch. */
export function parseRequestNumber(text: string): number | undefined {
  const digits = /^#?([1-9][0-9]{0,8})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
