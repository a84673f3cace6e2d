import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { PlannedStatus, StatusGuard, StatusOutcome } from "../../ports/commit-status.ts";
import type { PullRequests, StandingComment } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import type { JudgedRequest } from "./judge-requests.ts";
import { postSuggestions } from "./suggestions.ts";

/** A verdict in words, as it is put on a pull request. */
export interface Telling {
  readonly statuses: readonly PlannedStatus[];
  /** Left out where none is wanted. */
  readonly comment?: StandingComment | undefined;
  readonly suggest: boolean;
  /** What a success depends on besides its commit. */
  readonly guard?: StatusGuard | undefined;
}

/**
 * Puts a verdict on its commit and its pull request, and writes only what does not stand there yet.
 *
 * A status belongs to a commit, the verdict also to the base, which moves under it. So a success is the last thing that
 * is written and anything else the first: a run that dies in between leaves a commit without the success that was
 * there, or one that has not got it yet. What could not be told takes a success away, too. Nothing is written in
 * advance: a new commit has no status, which holds back a merge as well as a pending one. A success that was overtaken
 * while it was written is taken back.
 */
export async function publishVerdict(
  context: Context,
  host: PullRequests,
  judged: JudgedRequest,
  telling: Telling,
): Promise<StatusOutcome> {
  const outcome = await putStatuses(context, host, judged, telling);
  // Whatever is said besides would say what does not stand there.
  if (outcome === "told") await putWords(context, host, judged, telling);
  return outcome;
}

async function putStatuses(
  context: Context,
  host: PullRequests,
  judged: JudgedRequest,
  { statuses, guard }: Telling,
): Promise<StatusOutcome> {
  const { head, decidedBy, isWithheld } = judged;
  const put = (planned: readonly PlannedStatus[]): Promise<StatusOutcome> =>
    allowed(judged, context, "the statuses were not set", () => host.setStatuses(head, planned, guard));
  if (decidedBy === undefined) return put(inOrder(statuses));
  const [verdict] = statuses;
  if (isWithheld !== true || verdict === undefined) return "told";
  return put([{ ...verdict, onlyOver: "success" }]);
}

async function putWords(
  context: Context,
  host: PullRequests,
  { request, report, snapshot, head }: JudgedRequest,
  telling: Telling,
): Promise<void> {
  if (request === undefined) return;
  const { number } = request.request;
  const { comment } = telling;
  if (comment !== undefined)
    await courtesy(context, "the comment was not written", () => host.comment(number, comment));
  if (!telling.suggest || request.isFork || report === undefined || snapshot === undefined) return;
  const posting = { number, head, snapshot, suggestions: report.suggestions };
  await courtesy(context, "the suggestions were not posted", () => postSuggestions(context, host, posting));
}

/** The verdict comes first, but for a success, which comes last; the gates stand in between as they are. */
function inOrder(statuses: readonly PlannedStatus[]): readonly PlannedStatus[] {
  const [verdict, ...gates] = statuses;
  if (verdict === undefined) return [];
  return verdict.state === "success" ? [...gates, verdict] : [verdict, ...gates];
}

/** Of a fork's run nobody expects that it may write; any other has to be able to. */
async function allowed(
  { request }: JudgedRequest,
  { notices }: Context,
  what: string,
  write: () => Promise<StatusOutcome>,
): Promise<StatusOutcome> {
  try {
    return await write();
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "FORBIDDEN") throw error;
    if (request?.isFork !== true) {
      throw new ModeltrailError("FORBIDDEN", `${what}: ${error.message}`, {
        hint: 'Give the job the permission "statuses: write". A run that Dependabot started has a token that only reads: have the pull request judged by a schedule, or by workflow_dispatch.',
        cause: error,
      });
    }
    notices.hint(`${what}: a fork's run may not`);
    return "told";
  }
}

/** What stands beside the verdict: its failing is told, and changes nothing. */
export async function courtesy(
  { notices }: Context,
  what: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    notices.warn(`${what}: ${error.message}`);
  }
}
