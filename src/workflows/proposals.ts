import { parseProposalBranch, type ProposalName } from "../change/change-set.ts";
import { isModeltrailError, ModeltrailError } from "../diagnostics/errors.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { PullRequest } from "../ports/forge.ts";
import type { Context } from "./context.ts";
import { mapBounded } from "./bounded.ts";
import { readApprovals } from "./judge/approvals.ts";
import { judgeChange } from "./judge/judge.ts";
import { toTimestamp } from "./timestamps.ts";
import { findLeavingPoint } from "./read/leaving-point.ts";
import { wasLanded } from "./write/adds-nothing.ts";
import { parseRequestNumber } from "./write/merge-request.ts";
import { openSession, type Session, type SessionOptions } from "./write/session.ts";

/** One open proposal. */
export interface ProposalRow {
  readonly branch: string;
  /** The pull request, where proposals are such. */
  readonly request?: PullRequest;
  readonly commit: string;
  readonly title: string;
  readonly author: string;
  /** UTC. */
  readonly createdAt: string;
  /** `unknown` when it could not be judged; `error` then says why. */
  readonly verdict: Verdict["verdict"] | "unknown";
  /** The gates that did not pass, by name. */
  readonly failing: readonly string[];
  readonly error?: string;
  /** Whose approvals count now; left out where there are no reviews, and where the host does not say. */
  readonly approvals?: readonly string[];
}

export interface ProposalList {
  readonly base: string;
  readonly proposals: readonly ProposalRow[];
}

/** Lists open proposals, each with its verdict on the current tip. */
export async function listProposals(context: Context, options: SessionOptions = {}): Promise<ProposalList> {
  const session = await openSession(context, options);
  const rows: ProposalRow[] = [];
  for (const { branch, head, request } of await session.forge.listOpen()) {
    // A person's branch, whatever its name begins with.
    if (parseProposal(session, branch) === undefined) continue;
    const builtOn = await findLeavingPoint(context, session.tip.oid, head);
    // Left behind by a merge, a squash or a rebase; `merge` tidies it up.
    if (builtOn !== undefined && (await wasLanded(context, { tip: session.tip.oid, head, builtOn })))
      continue;
    const { message, author, committer } = await context.repository.objects.readCommit(head);
    const judged = await tryJudge(context, session, head, builtOn);
    rows.push({
      branch,
      ...(request === undefined ? {} : { request }),
      commit: head,
      title: request?.title ?? message.split("\n", 1)[0] ?? "",
      author: request?.author ?? author.name,
      createdAt: toTimestamp(request?.createdAt ?? committer.seconds),
      ...judged,
    });
  }
  // Judging is this machine's work; approvals are the host's, and it is asked about several at once.
  const proposals = await mapBounded(rows, AT_ONCE, (row) => withApprovals(context, session, row));
  return { base: session.tip.oid, proposals };
}

const AT_ONCE = 4;

async function withApprovals(
  { notices }: Context,
  { forge: { pullRequests } }: Session,
  row: ProposalRow,
): Promise<ProposalRow> {
  const { request, commit: head } = row;
  if (pullRequests === undefined || request === undefined) return row;
  const approvals = await readApprovals(pullRequests, { request, head }, notices);
  return approvals === undefined ? row : { ...row, approvals };
}

async function tryJudge(
  context: Context,
  session: Session,
  head: string,
  builtOn: string | undefined,
): Promise<Pick<ProposalRow, "verdict" | "failing" | "error">> {
  try {
    const { verdict } = await judgeChange(context, {
      base: session.tip.oid,
      head,
      ...(builtOn === undefined ? {} : { builtOn }),
      artifacts: "none",
    });
    return {
      verdict: verdict.verdict,
      failing: verdict.gates
        .filter((gate) => gate.status === "fail" || gate.status === "pending")
        .map((gate) => gate.gate),
    };
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    return { verdict: "unknown", failing: [], error: error.message };
  }
}

/** What became of a proposal that was closed. */
export interface CloseResult {
  readonly status: "closed" | "unchanged";
  readonly branch: string;
  readonly commit: string;
}

/**
 * Rejects a proposal, named by its branch or the number of its pull request: its branch goes, and the same change is
 * refused until somebody reopens it.
 */
export async function closeProposal(
  context: Context,
  target: string,
  options: SessionOptions = {},
): Promise<CloseResult> {
  const session = await openSession(context, options);
  const number = parseRequestNumber(target);
  const branch =
    session.forge.pullRequests === undefined || number === undefined
      ? target
      : (await session.forge.pullRequests.progress(number)).branch;
  requireProposal(session, branch);
  const found = await session.forge.find(branch);
  if (found.state === "rejected") {
    // What a run that died, or a click on the page, left of it.
    await session.forge.close(branch, found.head, { why: "rejected" });
    return { status: "unchanged", branch, commit: found.head };
  }
  if (found.state === "none") throw noProposal(branch);
  await session.forge.close(branch, found.head, { why: "rejected" });
  return { status: "closed", branch, commit: found.head };
}

/** What a branch of this registry proposes; undefined for a person's. */
export function parseProposal({ branchPrefix }: Session, branch: string): ProposalName | undefined {
  return branch.startsWith(branchPrefix) ? parseProposalBranch(branch.slice(branchPrefix.length)) : undefined;
}

/** Rejects with USAGE for branches that are no proposals of this registry. */
function requireProposal(session: Session, branch: string): void {
  if (parseProposal(session, branch) === undefined)
    throw new ModeltrailError("USAGE", `${JSON.stringify(branch)} is no proposal's branch`, {
      hint: "modeltrail proposals lists them.",
    });
}

export function noProposal(branch: string): ModeltrailError {
  return new ModeltrailError("NOT_FOUND", `there is no open proposal ${branch}`, {
    hint: "modeltrail proposals lists them.",
  });
}
