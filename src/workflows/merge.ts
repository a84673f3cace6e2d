import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { Context } from "./context.ts";
import { judgeChange } from "./judge/judge.ts";
import { noProposal, requireProposal } from "./proposals.ts";
import { followRemote, landCommit } from "./write/land.ts";
import { openSession, shortName, type Session, type SessionOptions } from "./write/session.ts";

/** What became of a proposal that was to be merged. */
export interface MergeResult {
  /** `denied` changed nothing; `already` found it merged before, and tidied up. */
  readonly status: "merged" | "already" | "denied";
  readonly branch: string;
  /** The tip of the default branch afterwards. */
  readonly commit: string;
  readonly verdict?: Verdict;
}

/** Judges a proposal again on the current tip and, when it passes, merges it by a merge commit. */
export async function mergeProposal(
  context: Context,
  branch: string,
  options: SessionOptions = {},
): Promise<MergeResult> {
  const session = await openSession(context, options);
  const { repository } = context;
  const { tip } = session;
  requireProposal(session, branch);
  const head = await findHead(context, session, branch);
  if (await repository.history.isAncestor(head, tip.oid)) {
    const landing = { commit: tip.oid, reason: `modeltrail merge: ${branch}` };
    if (session.push) await followRemote(context, session, landing);
    await tidyUp(context, session, { branch, head });
    return { status: "already", branch, commit: tip.oid };
  }
  const builtOn = await repository.history.mergeBase(tip.oid, head);
  if (builtOn === undefined)
    throw new ModeltrailError(
      "CONFLICT",
      `${branch} shares no history with ${shortName(session.branch.ref)}`,
      { hint: "Propose it again." },
    );
  const { verdict } = await judgeChange(context, { base: tip.oid, head, builtOn, artifacts: "changed" });
  if (verdict.verdict !== "pass") return { status: "denied", branch, commit: tip.oid, verdict };
  const commit = await writeMerge(context, session, { branch, head, builtOn });
  await land(context, session, { branch, head, commit });
  await tidyUp(context, session, { branch, head });
  return { status: "merged", branch, commit, verdict };
}

/**
 * Merges that are under way, by the proposal's branch. The push that lands one deletes the branch as well, so a
 * killed process would leave nothing to tell a merged proposal from one that never was.
 */
const MERGING = "refs/modeltrail/merging/";

/** The proposal's commit. Rejects with NOT_FOUND and REJECTED_BEFORE. */
async function findHead(context: Context, { forge, tip }: Session, branch: string): Promise<string> {
  const found = await forge.find(branch);
  if (found.state === "open") return found.head;
  if (found.state === "rejected")
    throw new ModeltrailError("REJECTED_BEFORE", `${branch} was closed unmerged`, {
      hint: "Propose it again with --reopen.",
    });
  const { refs, history } = context.repository;
  const begun = await refs.read(`${MERGING}${branch}`);
  if (begun === undefined || !(await history.isAncestor(begun, tip.oid))) throw noProposal(branch);
  return begun;
}

interface MergeCommit {
  readonly branch: string;
  readonly head: string;
  readonly commit: string;
}

/** Lands the merge; the proposal's branch on the remote goes with the same push. */
async function land(
  context: Context,
  session: Session,
  { branch, head, commit }: MergeCommit,
): Promise<void> {
  const { refs } = context.repository;
  const { push, remote = "" } = session;
  const reason = `modeltrail merge: ${branch}`;
  const shared = push && (await refs.read(`refs/remotes/${remote}/${branch}`)) === head;
  if (shared) {
    const name = `${MERGING}${branch}`;
    const before = await refs.read(name);
    if (before !== head) await refs.update({ name, expected: before ?? null, value: head, reason });
  }
  const gone = shared ? [{ name: `refs/heads/${branch}`, oid: head }] : [];
  await landCommit(context, session, { commit, reason, delete: gone });
}

async function tidyUp(
  context: Context,
  { forge }: Session,
  { branch, head }: Pick<MergeCommit, "branch" | "head">,
): Promise<void> {
  const { refs } = context.repository;
  await forge.close(branch, head, "merged");
  const name = `${MERGING}${branch}`;
  const begun = await refs.read(name);
  if (begun !== undefined)
    await refs.update({ name, expected: begun, value: null, reason: `modeltrail merge: ${branch}` });
}

interface Merge {
  readonly branch: string;
  readonly head: string;
  readonly builtOn: string;
}

async function writeMerge(
  context: Context,
  { tip, branch: main }: Session,
  { branch, head, builtOn }: Merge,
): Promise<string> {
  const { objects, writer } = context.repository;
  const merged = await writer.mergeTrees(builtOn, tip.oid, head);
  if ("conflicts" in merged) {
    throw new ModeltrailError(
      "CONFLICT",
      `${branch} and ${shortName(main.ref)} both changed ${merged.conflicts.slice(0, 5).join(", ")}`,
      {
        hint: "Propose the change again: it is then rebuilt on the current state.",
      },
    );
  }
  const { message } = await objects.readCommit(head);
  const [title = branch, ...rest] = message.split("\n");
  const identity = await writer.identity();
  const text = `Merge ${title}\n\nMerges ${branch}.\n${rest.join("\n").trimEnd()}\n`;
  return writer.commitTree({ ...identity, parents: [tip.oid, head], tree: merged.tree, message: text });
}
