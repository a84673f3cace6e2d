import { renderMessage, type ChangeSet } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { Context } from "../context.ts";
import { judgeChange } from "../judge/judge.ts";
import { changeDigest, commitChange, fileEdits } from "./commit.ts";
import type { Session } from "./session.ts";
import { readOurs } from "./ours.ts";
import { supersedeOlder } from "./supersede.ts";

/** How to propose. */
export interface ProposeOptions {
  /** Judge and show, write nothing. */
  readonly dryRun?: boolean;
  /** Propose although the verdict is "fail". */
  readonly draft?: boolean;
  /** Replace a person's commits on the branch. */
  readonly overwrite?: boolean;
  /** Propose again what was closed unmerged. */
  readonly reopen?: boolean;
  /** Leave older proposals for the same stage open. */
  readonly queue?: boolean;
  /** Artifacts that were stored and read back just now; see `JudgeRequest`. */
  readonly proved?: ReadonlySet<string>;
}

/** What became of a proposal. */
export interface ProposalOutcome {
  /** `denied` and `planned` wrote nothing; `unchanged` found the same proposal open. */
  readonly status: "opened" | "updated" | "unchanged" | "planned" | "denied";
  readonly branch: string;
  /** The proposal's commit; left out when nothing was written. */
  readonly commit?: string;
  readonly verdict: Verdict;
  readonly superseded: readonly string[];
  readonly changeSet: ChangeSet;
}

/** Judges a change and, unless it is denied, publishes it as a branch of one commit on the current tip. */
export async function propose(
  context: Context,
  session: Session,
  changeSet: ChangeSet,
  options: ProposeOptions = {},
): Promise<ProposalOutcome> {
  const { forge, tip } = session;
  const branch = `${session.branchPrefix}${changeSet.branch}`;
  const standing = await examine(context, session, changeSet, options);
  const commit = standing.state === "same" ? standing.head : await commitChange(context, changeSet, tip.oid);
  const { verdict } = await judgeChange(context, {
    base: tip.oid,
    head: commit,
    artifacts: "changed",
    proved: options.proved ?? new Set(),
  });
  const outcome = { branch, verdict, changeSet, superseded: [] };
  if (verdict.verdict === "fail" && options.draft !== true) return { ...outcome, status: "denied" };
  if (options.dryRun === true) return { ...outcome, status: "planned" };
  const [title = "", ...rest] = renderMessage(changeSet, changeDigest(changeSet)).split("\n");
  const expected = standing.state === "new" ? null : standing.head;
  await forge.publish(
    { branch, head: commit, title, body: rest.join("\n").trim(), edits: fileEdits(context, changeSet) },
    expected,
  );
  // What stands unchanged superseded the older ones when it was made; those that came later were queued.
  const keeps = options.queue === true || standing.state === "same";
  const superseded = keeps ? [] : await supersedeOlder(context, session, changeSet.branch);
  return { ...outcome, status: STATUS[standing.state], commit, superseded };
}

const STATUS = { new: "opened", same: "unchanged", outdated: "updated", foreign: "updated" } as const;

/** What stands on a proposal's branch: nothing, this very change, an older one of ours, or a person's work. */
type Standing =
  { readonly state: "new" } | { readonly state: "same" | "outdated" | "foreign"; readonly head: string };

/** Rejects with REJECTED_BEFORE and FOREIGN_COMMITS, unless the options allow what they forbid. */
async function examine(
  context: Context,
  session: Session,
  changeSet: ChangeSet,
  options: ProposeOptions,
): Promise<Standing> {
  const branch = `${session.branchPrefix}${changeSet.branch}`;
  const found = await session.forge.find(branch);
  if (found.state === "rejected" && options.reopen !== true) {
    throw new ModeltrailError("REJECTED_BEFORE", `${branch} was closed unmerged, which means rejected`, {
      hint: "Use --reopen to propose it again.",
    });
  }
  if (found.state !== "open") return { state: "new" };
  const state = await compareOpen(context, session, found.head, changeSet);
  if (state === "foreign" && options.overwrite !== true) {
    throw new ModeltrailError("FOREIGN_COMMITS", `${branch} has commits that Modeltrail did not make`, {
      hint: "Merge or close it, or use --overwrite to replace them.",
    });
  }
  return { state, head: found.head };
}

async function compareOpen(
  context: Context,
  session: Session,
  head: string,
  changeSet: ChangeSet,
): Promise<"same" | "outdated" | "foreign"> {
  const ours = await readOurs(context, head, changeSet.branch);
  if (ours === undefined) return "foreign";
  if (ours.parent === session.tip.oid) return ours.digest === changeDigest(changeSet) ? "same" : "outdated";
  return (await context.repository.history.isAncestor(ours.parent, session.tip.oid)) ? "outdated" : "foreign";
}
