import type { ProposalName } from "../change/change-set.ts";
import { isModeltrailError, ModeltrailError } from "../diagnostics/errors.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { Context } from "./context.ts";
import { judgeChange } from "./judge/judge.ts";
import { noProposal, requireProposal } from "./proposals.ts";
import type { Wanted } from "./read/manifests.ts";
import { readModel } from "./read/model.ts";
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
  const goal = requireProposal(session, branch);
  const head = await findHead(session, branch);
  if (head === undefined) {
    // A run that was killed after its last step, or a colleague, has done it: there is nothing left to merge.
    if (!(await isReached(context, session, goal))) throw noProposal(branch);
    if (session.push)
      await followRemote(context, session, { commit: tip.oid, reason: `modeltrail merge: ${branch}` });
    return { status: "already", branch, commit: tip.oid };
  }
  if (await repository.history.isAncestor(head, tip.oid)) {
    const landing = { commit: tip.oid, reason: `modeltrail merge: ${branch}` };
    if (session.push) await followRemote(context, session, landing);
    await session.forge.close(branch, head, "merged");
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
  await session.forge.close(branch, head, "merged");
  return { status: "merged", branch, commit, verdict };
}

/** The proposal's commit; undefined when there is none. Rejects with REJECTED_BEFORE. */
async function findHead({ forge }: Session, branch: string): Promise<string | undefined> {
  const found = await forge.find(branch);
  if (found.state === "rejected")
    throw new ModeltrailError("REJECTED_BEFORE", `${branch} was closed unmerged`, {
      hint: "Propose it again with --reopen.",
    });
  return found.state === "open" ? found.head : undefined;
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
  const gone = shared ? [{ name: `refs/heads/${branch}`, oid: head }] : [];
  await landCommit(context, session, { commit, reason, delete: gone });
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
