import type { ProposalName } from "../change/change-set.ts";
import { isModeltrailError, ModeltrailError } from "../diagnostics/errors.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { PullRequest } from "../ports/forge.ts";
import type { Context } from "./context.ts";
import { judgeChange } from "./judge/judge.ts";
import { noProposal, parseProposal } from "./proposals.ts";
import type { Wanted } from "./read/manifests.ts";
import { readModel } from "./read/model.ts";
import { findLeavingPoint } from "./read/leaving-point.ts";
import { addsNothing, wasLanded } from "./write/adds-nothing.ts";
import { findOwnBranch, hintLeftOver, warnAhead } from "./write/branches.ts";
import { followRemote, landCommit } from "./write/land.ts";
import { requireOwn } from "./write/neighbours.ts";
import { judgeLanded, mergeRequest, parseRequestNumber } from "./write/merge-request.ts";
import { shortName } from "./read/default-branch.ts";
import { openSession, type Session, type SessionOptions } from "./write/session.ts";

/** What became of a branch that was to be merged. */
export interface MergeResult {
  /** `denied` changed nothing; `already` found nothing left to merge, and tidied up. */
  readonly status: "merged" | "already" | "denied";
  readonly branch: string;
  /** The pull request, where proposals are such. */
  readonly request?: PullRequest;
  /** The tip of the default branch afterwards. */
  readonly commit: string;
  readonly verdict?: Verdict;
}

/**
 * Judges a branch again on the current tip and, when it passes, merges it by a merge commit. A proposal's branch is
 * then deleted; a person's is kept. Without a forge that has a workflow for it, what was merged is recorded.
 */
export async function mergeProposal(
  context: Context,
  target: string,
  options: SessionOptions = {},
): Promise<MergeResult> {
  const session = await openSession(context, { ...options, mending: target });
  const result = await mergeIn(context, session, target);
  if (result.status !== "denied") {
    const { recordMerge } = await import("./audit/after-merge.ts");
    await recordMerge(context, session);
  }
  return result;
}

async function mergeIn(context: Context, session: Session, target: string): Promise<MergeResult> {
  const number = session.forge.pullRequests === undefined ? undefined : parseRequestNumber(target);
  const landed = number === undefined ? undefined : await findLanded(context, session, number);
  if (landed !== undefined) return settle(context, session, landed);
  const found = await findTarget(context, session, target);
  const { head } = found;
  if (head !== undefined) return mergeFound(context, session, { ...found, head });
  // A run that was killed after its last step, or a colleague, has done it: there is nothing left to merge.
  const goal = parseProposal(session, found.branch);
  if (goal === undefined || !(await isReached(context, session, goal))) throw noProposal(found.branch);
  const left = await leftByHost(context, session, found.branch);
  return settle(context, session, {
    branch: found.branch,
    ...(left === undefined ? {} : { head: left }),
  });
}

async function mergeFound(
  context: Context,
  session: Session,
  { branch, head, request }: Target & { readonly head: string },
): Promise<MergeResult> {
  const { tip } = session;
  const isProposal = parseProposal(session, branch) !== undefined;
  await warnAhead(context, session, branch);
  const builtOn = await findLeavingPoint(context, tip.oid, head);
  if (builtOn === undefined) throw unrelated(session, branch);
  const candidate = { tip: tip.oid, head, builtOn };
  if (await (isProposal ? wasLanded : addsNothing)(context, candidate))
    return settle(context, session, isProposal ? { branch, head } : { branch });
  await requireOwn(context, session, { branch, head, builtOn });
  const { verdict } = await judgeChange(context, { base: tip.oid, head, builtOn, artifacts: "changed" });
  const named = request === undefined ? { branch } : { branch, request };
  if (verdict.verdict !== "pass") return { status: "denied", ...named, commit: tip.oid, verdict };
  const commit = await landMerge(context, session, { branch, head, builtOn, isProposal }, request);
  if (isProposal) await tidyUp(context, session, branch, head);
  return {
    status: "merged",
    ...named,
    commit,
    verdict: await judgeLanded(context, session, commit, verdict),
  };
}

/** By the host where proposals are pull requests, else by a merge commit of ours; returns the commit. */
async function landMerge(
  context: Context,
  session: Session,
  merge: Merge,
  request: PullRequest | undefined,
): Promise<string> {
  if (session.forge.pullRequests !== undefined)
    return mergeRequest(context, session, { branch: merge.branch, head: merge.head, request });
  const commit = await writeMerge(context, session, merge);
  await land(context, session, merge, commit);
  return commit;
}

/** A pull request that is on the default branch already; a person's branch is left to them. */
async function findLanded(
  { repository }: Context,
  session: Session,
  number: number,
): Promise<{ readonly branch: string; readonly head?: string } | undefined> {
  const { state, branch, head, commit } = (await session.forge.pullRequests?.progress(number)) ?? {};
  if (state !== "merged" || branch === undefined || commit === undefined) return undefined;
  if (!(await repository.history.isAncestor(commit, session.tip.oid))) return undefined;
  return head === undefined || parseProposal(session, branch) === undefined ? { branch } : { branch, head };
}

interface Target {
  readonly branch: string;
  /** Undefined when nothing is proposed there. */
  readonly head: string | undefined;
  readonly request?: PullRequest;
}

/** What is to be merged, by branch or by the number of a pull request. */
async function findTarget(context: Context, session: Session, target: string): Promise<Target> {
  const { pullRequests } = session.forge;
  const number = parseRequestNumber(target);
  if (pullRequests !== undefined && number !== undefined) return pullRequests.numbered(number);
  if (pullRequests === undefined && parseProposal(session, target) === undefined)
    return { branch: target, head: await findOwnBranch(context, session, target) };
  return findProposed(session, target);
}

/** Nothing is left to merge: brings this machine up to date, and takes a proposal's branch (at `head`) away. */
async function settle(
  context: Context,
  session: Session,
  { branch, head }: { readonly branch: string; readonly head?: string },
): Promise<MergeResult> {
  const commit = session.tip.oid;
  if (session.push) await followRemote(context, session, { commit, reason: reasonOf(branch) });
  if (head !== undefined) await tidyUp(context, session, branch, head);
  return { status: "already", branch, commit };
}

async function tidyUp(context: Context, session: Session, branch: string, head: string): Promise<void> {
  await session.forge.close(branch, head, { why: "merged" });
  await hintLeftOver(context, session, branch);
}

function unrelated({ branch: main }: Session, branch: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${branch} shares no history with ${shortName(main.ref)}`, {
    hint: "Make the change again, on a branch of the default branch.",
  });
}

function reasonOf(branch: string): string {
  return `modeltrail merge: ${branch}`;
}

/** Rejects with REJECTED_BEFORE. */
async function findProposed({ forge }: Session, branch: string): Promise<Target> {
  const found = await forge.find(branch);
  if (found.state === "rejected")
    throw new ModeltrailError("REJECTED_BEFORE", `${branch} was closed unmerged`, {
      hint: "Propose it again with --reopen.",
    });
  return { head: undefined, ...found, branch };
}

/** The branch of a pull request that was merged on the host's page, where the host keeps such branches. */
async function leftByHost(
  { repository }: Context,
  { forge, remote = "" }: Session,
  branch: string,
): Promise<string | undefined> {
  return forge.pullRequests === undefined
    ? undefined
    : repository.refs.read(`refs/remotes/${remote}/${branch}`);
}

/** Whether the default branch says already what a proposal of that name would make it say. */
async function isReached(context: Context, { tip }: Session, goal: ProposalName): Promise<boolean> {
  const { kind, model: name, stage = "", version = "" } = goal;
  const wanted: Wanted = (identity) => identity.kind === "stage" && identity.stage === stage;
  const model = await readModel(context, tip, name, wanted).catch((error: unknown) => {
    if (isModeltrailError(error) && error.code === "NOT_FOUND") return undefined;
    throw error;
  });
  if (model === undefined) return false;
  if (kind === "register") return model.versions.has(version);
  if (kind === "yank") return model.yanks.has(version);
  if (kind === "retire") return !model.stages.has(stage);
  return model.stages.get(stage)?.value?.spec.version === version;
}

interface Merge {
  readonly branch: string;
  readonly head: string;
  readonly builtOn: string;
  readonly isProposal: boolean;
}

/** Lands the merge; a proposal's branch on the remote goes with the same push. */
async function land(
  context: Context,
  session: Session,
  { branch, head, isProposal }: Merge,
  commit: string,
): Promise<void> {
  const { refs } = context.repository;
  const { push, remote = "" } = session;
  const isShared = push && isProposal && (await refs.read(`refs/remotes/${remote}/${branch}`)) === head;
  const gone = isShared ? [{ name: `refs/heads/${branch}`, oid: head }] : [];
  await landCommit(context, session, { commit, reason: reasonOf(branch), delete: gone });
}

async function writeMerge(
  context: Context,
  { tip, branch: main }: Session,
  { branch, head, builtOn, isProposal }: Merge,
): Promise<string> {
  const { objects, writer } = context.repository;
  const merged = await writer.mergeTrees(builtOn, tip.oid, head);
  if ("conflicts" in merged) {
    throw new ModeltrailError(
      "CONFLICT",
      `${branch} and ${shortName(main.ref)} both changed ${merged.conflicts.slice(0, 5).join(", ")}`,
      {
        hint: isProposal
          ? "Propose the change again: it is then rebuilt on the current state."
          : `Merge ${shortName(main.ref)} into your branch, or rebase it, and try again.`,
      },
    );
  }
  const { message } = await objects.readCommit(head);
  const [title = branch, ...rest] = message.split("\n");
  const identity = await writer.identity();
  // Several commits may be behind a person's branch, and the last one's subject may not tell what it is about.
  const subject = isProposal ? `Merge ${title}\n\nMerges ${branch}.` : `Merge ${branch}: ${title}`;
  const text = `${[subject, ...rest].join("\n").trimEnd()}\n`;
  return writer.commitTree({ ...identity, parents: [tip.oid, head], tree: merged.tree, message: text });
}
