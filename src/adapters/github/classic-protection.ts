import type { BranchRules, PushBlock, RuleException } from "../../ports/host-rules.ts";
import { unlessHidden } from "./hidden.ts";
import type { Place } from "./pulls.ts";
import { toSource } from "./required-source.ts";

/** What classic protection asks for; of exceptions it tells all or none. */
export interface ClassicRules extends BranchRules {
  readonly exceptions: readonly RuleException[];
}

const NONE: ClassicRules = {
  pullRequests: false,
  approvals: 0,
  codeOwners: false,
  staleDismissed: false,
  lastPushApproved: false,
  forcePushesBlocked: false,
  deletionBlocked: false,
  linearHistory: false,
  mergeQueue: false,
  pushBlocks: [],
  exceptions: [],
  statuses: [],
  partial: false,
};

/** Classic protection: everybody is told whether there is any, admins alone what it is. */
export async function readClassic(place: Place, branch: string): Promise<ClassicRules> {
  const { rest, repo } = place.api;
  const found = await unlessHidden(() => rest.repos.getBranch({ ...repo, branch }));
  if (found?.data.protection.enabled !== true) return NONE;
  const told = await unlessHidden(() => rest.repos.getBranchProtection({ ...repo, branch }));
  return told === undefined ? { ...NONE, partial: true } : toRules(told.data);
}

type Protection = Awaited<ReturnType<Place["api"]["rest"]["repos"]["getBranchProtection"]>>["data"];

function toRules(data: Protection): ClassicRules {
  const reviews = data.required_pull_request_reviews;
  return {
    pullRequests: reviews !== undefined,
    approvals: reviews?.required_approving_review_count ?? 0,
    codeOwners: reviews?.require_code_owner_reviews === true,
    staleDismissed: reviews?.dismiss_stale_reviews === true,
    lastPushApproved: reviews?.require_last_push_approval === true,
    forcePushesBlocked: data.allow_force_pushes?.enabled !== true,
    deletionBlocked: data.allow_deletions?.enabled !== true,
    linearHistory: data.required_linear_history?.enabled === true,
    mergeQueue: false,
    pushBlocks: blocksOf(data),
    exceptions: exceptionsOf(data),
    statuses: (data.required_status_checks?.checks ?? []).map(({ context, app_id }) => ({
      name: context,
      source: toSource(app_id),
    })),
    partial: false,
  };
}

function blocksOf(data: Protection): readonly PushBlock[] {
  const excepted = mayBypassPulls(data);
  return [
    ...(data.required_pull_request_reviews === undefined ? [] : [{ rule: "pull_request", excepted }]),
    ...(data.required_signatures?.enabled === true ? [{ rule: "required_signatures", excepted: false }] : []),
    ...(data.required_status_checks === undefined
      ? []
      : [{ rule: "required_status_checks", excepted: false }]),
    ...(data.restrictions === undefined ? [] : [{ rule: "update", excepted: true }]),
    ...(data.lock_branch?.enabled === true ? [{ rule: "lock_branch", excepted: false }] : []),
  ];
}

function mayBypassPulls(data: Protection): boolean {
  const allowed = data.required_pull_request_reviews?.bypass_pull_request_allowances;
  return [allowed?.users, allowed?.teams, allowed?.apps].some((each) => (each ?? []).length > 0);
}

const NAME = "branch protection";
const KINDS = ["pull_request", "required_status_checks", "non_fast_forward", "deletion"];

function exceptionsOf(data: Protection): readonly RuleException[] {
  return [
    ...(data.enforce_admins?.enabled === true
      ? []
      : [{ rules: NAME, kinds: KINDS, who: "admins of the repository" }]),
    ...(mayBypassPulls(data)
      ? [{ rules: NAME, kinds: ["pull_request"], who: "those who need no pull request" }]
      : []),
  ];
}
