import type { BranchRules, PushBlock, RequiredStatus } from "../../ports/host-rules.ts";
import { readClassic } from "./classic-protection.ts";
import { unlessHidden } from "./hidden.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";
import { toSource } from "./required-source.ts";
import { type Exceptions, readExceptions, toExceptions } from "./rule-exceptions.ts";

/** A rule as it holds for a branch, and the ruleset that it comes from. */
export interface RuleReply {
  readonly type: string;
  readonly parameters?: unknown;
  readonly ruleset_id?: number;
}

/** Rulesets and classic protection together: both hold. */
export async function readBranchRules(place: Place, branch: string): Promise<BranchRules> {
  const { rest, repo } = place.api;
  const rules = await readPages<RuleReply>((page) => rest.repos.getBranchRules({ ...repo, ...page, branch }));
  const told = await readExceptions(place, rules);
  const classic = await readClassic(place, branch);
  const has = (type: string): boolean => rules.some((rule) => rule.type === type);
  const reviews = rules.filter(({ type }) => type === "pull_request").map(reviewsIn);
  return {
    pullRequests: has("pull_request") || classic.pullRequests,
    approvals: Math.max(classic.approvals, ...reviews.map(({ approvals }) => approvals)),
    codeOwners: classic.codeOwners || reviews.some(({ codeOwners }) => codeOwners),
    staleDismissed: classic.staleDismissed || reviews.some(({ staleDismissed }) => staleDismissed),
    lastPushApproved: classic.lastPushApproved || reviews.some(({ lastPushApproved }) => lastPushApproved),
    forcePushesBlocked: has("non_fast_forward") || classic.forcePushesBlocked,
    deletionBlocked: has("deletion") || classic.deletionBlocked,
    linearHistory: has("required_linear_history") || classic.linearHistory,
    mergeQueue: has("merge_queue"),
    pushBlocks: [...blocksIn(rules, told), ...classic.pushBlocks],
    exceptions: toExceptions(told, classic.exceptions),
    statuses: [
      ...rules.filter(({ type }) => type === "required_status_checks").flatMap(statusesIn),
      ...classic.statuses,
    ],
    partial: classic.partial,
  };
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

function blocksIn(rules: readonly RuleReply[], told: Exceptions): readonly PushBlock[] {
  return rules
    .filter(({ type }) => BLOCKING.has(type))
    .map(({ type, ruleset_id: id }) => ({ rule: type, excepted: told.get(id ?? -1)?.some(mayPush) }));
}

/** Some may only merge pull requests that do not meet a rule. */
function mayPush({ mode }: { readonly mode: string }): boolean {
  return mode !== "pull_request";
}

function statusesIn({ parameters }: RuleReply): readonly RequiredStatus[] {
  const { required_status_checks: checks = [] } = (parameters ?? {}) as {
    readonly required_status_checks?: readonly {
      readonly context: string;
      readonly integration_id?: number | null;
    }[];
  };
  return checks.map(({ context, integration_id }) => ({ name: context, source: toSource(integration_id) }));
}

/** Undefined where GitHub does not say whether workflows may: it tells admins alone. */
export async function readWorkflowsMayApprove({ api }: Place): Promise<boolean | undefined> {
  const { rest, repo } = api;
  const told = await unlessHidden(() =>
    rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository({ ...repo }),
  );
  return told?.data.can_approve_pull_request_reviews;
}
