import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Verdict } from "../policy/evaluate.ts";
import type { Context } from "./context.ts";
import { judgeChange } from "./judge/judge.ts";
import { noProposal, requireProposal } from "./proposals.ts";
import { landCommit } from "./write/land.ts";
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
  const { tip, forge } = session;
  requireProposal(session, branch);
  const found = await forge.find(branch);
  if (found.state === "none") throw noProposal(branch);
  if (found.state === "rejected")
    throw new ModeltrailError("REJECTED_BEFORE", `${branch} was closed unmerged`, {
      hint: "Propose it again with --reopen.",
    });
  const { head } = found;
  if (await repository.history.isAncestor(head, tip.oid)) {
    await forge.close(branch, head, "merged");
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
  await landCommit(context, session, { commit, reason: `modeltrail merge: ${branch}` });
  await forge.close(branch, head, "merged");
  return { status: "merged", branch, commit, verdict };
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
