import { renderMessage, type ChangeSet } from "../../change/change-set.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Verdict } from "../../policy/evaluate.ts";
import type { NewProposal, Published, PullRequest, PullRequestProgress } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { judgeChange } from "../judge/judge.ts";
import { changeDigest, commitChange, fileEdits } from "./commit.ts";
import { followRequest, type Following } from "./follow.ts";
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
  /** Let the host merge by itself once its rules are met. */
  readonly autoMerge?: boolean;
  /** Hears of the proposal as soon as it stands: what is still to do for it may be refused. */
  readonly stands?: (outcome: ProposalOutcome) => void;
  /** Stay until the pull request is merged or closed. */
  readonly wait?: Following;
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
  /** The pull request, where proposals are such. */
  readonly request?: PullRequest;
  /** What became of the pull request, where it was followed. */
  readonly progress?: PullRequestProgress;
  readonly changeSet: Omit<ChangeSet, "story">;
}

/** Judges a change and, unless it is denied, publishes it as a branch of one commit on the current tip. */
export async function propose(
  context: Context,
  session: Session,
  changeSet: ChangeSet,
  options: ProposeOptions = {},
): Promise<ProposalOutcome> {
  requireHostFor(session, options);
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
  const { story: _, ...told } = changeSet;
  const outcome = { branch, verdict, changeSet: told, superseded: [] };
  if (verdict.verdict === "fail" && options.draft !== true) return { ...outcome, status: "denied" };
  if (options.autoMerge === true && verdict.verdict !== "pass") {
    context.notices.warn("--auto-merge is for changes that pass; leave it out to propose this one");
    return { ...outcome, status: "denied" };
  }
  if (options.dryRun === true) return { ...outcome, status: "planned" };
  const proposal = await compose(context, { branch, base: tip.oid, commit, changeSet, verdict });
  const published = await forge.publish(proposal, standing.state === "new" ? null : standing.head);
  for (const warning of published.warnings) context.notices.warn(warning);
  const superseded = await supersede(context, session, { changeSet, options, standing, published });
  const { head, request } = published;
  const stands: ProposalOutcome = {
    ...outcome,
    status: STATUS[standing.state],
    commit: head,
    superseded,
    ...(request === undefined ? {} : { request }),
  };
  options.stands?.(stands);
  const progress = await attend(context, session, published, options);
  return progress === undefined ? stands : { ...stands, progress };
}

/** Before anything is written: nobody merges a plain branch by itself. */
function requireHostFor({ forge }: Session, { autoMerge, wait }: ProposeOptions): void {
  if (forge.pullRequests !== undefined || (autoMerge !== true && wait === undefined)) return;
  throw new ModeltrailError("USAGE", "--auto-merge and --wait are for pull requests", {
    hint: "Name the repository on GitHub as spec.forge in modeltrail.yaml; without one, modeltrail merge merges.",
  });
}

/** What is still to do for a pull request once it is open. */
async function attend(
  { notices }: Context,
  { forge: { pullRequests } }: Session,
  { head, request }: Published,
  { autoMerge, wait }: ProposeOptions,
): Promise<PullRequestProgress | undefined> {
  if (pullRequests === undefined || request === undefined) return undefined;
  if (autoMerge === true) await pullRequests.armAutoMerge(request.number, head);
  return wait === undefined ? undefined : followRequest(pullRequests, request, notices, wait);
}

interface Composed {
  readonly branch: string;
  readonly base: string;
  readonly commit: string;
  readonly changeSet: ChangeSet;
  readonly verdict: Verdict;
}

/** Everything that a forge shows of a change. */
async function compose(
  context: Context,
  { branch, base, commit, changeSet, verdict }: Composed,
): Promise<NewProposal> {
  const [title = "", ...rest] = renderMessage(changeSet, changeDigest(changeSet)).split("\n");
  const { kind, story } = changeSet;
  return {
    branch,
    head: commit,
    base,
    title,
    message: rest.join("\n").trim(),
    edits: fileEdits(context, changeSet),
    description: story === undefined ? [] : await context.describeProposal({ kind, story, verdict }),
    marker: Object.fromEntries(changeSet.trailers),
    labels: labelsOf(story),
    draft: verdict.verdict === "fail",
  };
}

function labelsOf(story: ChangeSet["story"]): readonly string[] {
  if (story === undefined) return ["modeltrail"];
  const { stage, model } = story;
  return ["modeltrail", ...(stage === undefined ? [] : [`stage:${stage}`]), `model:${model}`];
}

interface Superseding {
  readonly changeSet: ChangeSet;
  readonly options: ProposeOptions;
  readonly standing: Standing;
  readonly published: Published;
}

/** Closes the older proposals for the stage. */
async function supersede(
  context: Context,
  session: Session,
  { changeSet, options, standing, published: { request } }: Superseding,
): Promise<readonly string[]> {
  if (options.queue === true) return [];
  // What stands as it was takes down only what was there before it: later ones were queued behind it.
  const since = standing.state === "same" ? standing.head : undefined;
  return supersedeOlder(context, session, { branch: changeSet.branch, number: request?.number, since });
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
