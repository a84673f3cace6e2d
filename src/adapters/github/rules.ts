import type { BranchRules, PushBlock, RequiredStatus } from "../../ports/host-rules.ts";
import { type BranchPlace, readClassic } from "./classic-protection.ts";
import { unlessHidden } from "./hidden.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { toSource } from "./required-source.ts";
import {
  type Guard,
  type Kept,
  protectionsIn,
  readExceptions,
  type RulesetTold,
  toExceptions,
} from "./rule-exceptions.ts";

/** A rule as it holds for a branch, and the ruleset that it comes from. */
export interface RuleReply {
  readonly type: string;
  readonly parameters?: unknown;
  readonly ruleset_id?: number;
}

/** Rulesets and classic protection together: both hold. */
export async function readBranchRules(place: Place, { branch, host }: BranchPlace): Promise<BranchRules> {
  const { rest, repo } = place.api;
  const rules = await readPages<RuleReply>((page) => rest.repos.getBranchRules({ ...repo, ...page, branch }));
  const told = await readExceptions(place, rules);
  const { rules: classic, guards } = await readClassic(place, { branch, host });
  const kept = keptBy(rules, host);
  return {
    pullRequests: kept.pullRequests || classic.pullRequests,
    approvals: Math.max(classic.approvals, kept.approvals),
    codeOwners: classic.codeOwners || kept.codeOwners,
    staleDismissed: classic.staleDismissed || kept.staleDismissed,
    lastPushApproved: classic.lastPushApproved || kept.lastPushApproved,
    forcePushesBlocked: kept.forcePushesBlocked || classic.forcePushesBlocked,
    deletionBlocked: kept.deletionBlocked || classic.deletionBlocked,
    linearHistory: kept.linearHistory || classic.linearHistory,
    mergeQueue: rules.some(({ type }) => type === "merge_queue"),
    pushBlocks: [...blocksIn(rules, told), ...classic.pushBlocks],
    exceptions: toExceptions([...guardsIn(rules, told, host), ...guards]),
    statuses: [...kept.statuses, ...classic.statuses],
    partial: classic.partial,
  };
}

function keptBy(rules: readonly RuleReply[], host: string): Kept {
  const has = (type: string): boolean => rules.some((rule) => rule.type === type);
  const reviews = rules.filter(({ type }) => type === "pull_request").map(reviewsIn);
  return {
    pullRequests: has("pull_request"),
    approvals: Math.max(0, ...reviews.map(({ approvals }) => approvals)),
    codeOwners: reviews.some(({ codeOwners }) => codeOwners),
    staleDismissed: reviews.some(({ staleDismissed }) => staleDismissed),
    lastPushApproved: reviews.some(({ lastPushApproved }) => lastPushApproved),
    forcePushesBlocked: has("non_fast_forward"),
    deletionBlocked: has("deletion"),
    linearHistory: has("required_linear_history"),
    statuses: rules
      .filter(({ type }) => type === "required_status_checks")
      .flatMap((rule) => statusesIn(rule, host)),
  };
}

/** Each ruleset by itself, as far as it holds for the branch. */
function guardsIn(
  rules: readonly RuleReply[],
  told: ReadonlyMap<number, RulesetTold>,
  host: string,
): readonly Guard[] {
  return [...new Set(rules.map(({ ruleset_id: id }) => id))].map((id) => {
    const own = rules.filter((rule) => rule.ruleset_id === id);
    const { name = "", exceptions } = told.get(id ?? -1) ?? {};
    return { name, keeps: protectionsIn(keptBy(own, host)), around: exceptions?.map(({ who }) => who) };
  });
}

type Reviews = Pick<BranchRules, "approvals" | "codeOwners" | "staleDismissed" | "lastPushApproved">;

function reviewsIn({ parameters }: RuleReply): Reviews {
  const {
    required_approving_review_count: approvals = 0,
    require_code_owner_review: codeOwners = false,
    dismiss_stale_reviews_on_push: staleDismissed = false,
    require_last_push_approval: lastPushApproved = false,
  } = (parameters ?? {}) as {
    readonly required_approving_review_count?: number;
    readonly require_code_owner_review?: boolean;
    readonly dismiss_stale_reviews_on_push?: boolean;
    readonly require_last_push_approval?: boolean;
  };
  return { approvals, codeOwners, staleDismissed, lastPushApproved };
}

/** What a push of commits that nobody proposed does not meet. */
const BLOCKING = new Set([
  "update",
  "pull_request",
  "required_signatures",
  "required_status_checks",
  "required_deployments",
  "merge_queue",
  "workflows",
]);

function blocksIn(rules: readonly RuleReply[], told: ReadonlyMap<number, RulesetTold>): readonly PushBlock[] {
  return rules
    .filter(({ type }) => BLOCKING.has(type))
    .map(({ type, ruleset_id: id }) => ({
      rule: type,
      excepted: told.get(id ?? -1)?.exceptions?.some(mayPush),
    }));
}

/** Some may only merge pull requests that do not meet a rule. */
function mayPush({ mode }: { readonly mode: string }): boolean {
  return mode !== "pull_request";
}

function statusesIn({ parameters }: RuleReply, host: string): readonly RequiredStatus[] {
  const { required_status_checks: checks = [] } = (parameters ?? {}) as {
    readonly required_status_checks?: readonly {
      readonly context: string;
      readonly integration_id?: number | null;
    }[];
  };
  return checks.map(({ context, integration_id }) => ({
    name: context,
    source: toSource(integration_id, host),
  }));
}

/** Undefined where GitHub does not say whether workflows may: it tells admins alone. */
export async function readWorkflowsMayApprove({ api }: Place): Promise<boolean | undefined> {
  const { rest, repo } = api;
  const told = await unlessHidden(() =>
    rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository({ ...repo }),
  );
  return told?.data.can_approve_pull_request_reviews;
}
