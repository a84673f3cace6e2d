import type { BranchRules, RequiredStatus } from "../../ports/host-rules.ts";
import { GitHubError } from "./errors.ts";
import { readPages } from "./pages.ts";
import type { Place } from "./pulls.ts";

interface RuleReply {
  readonly type: string;
  readonly parameters?: unknown;
}

/** GitHub Actions, as an App of github.com. */
const ACTIONS_APP = 15368;

/** Rulesets and classic protection together: both hold. */
export async function readBranchRules(place: Place, branch: string): Promise<BranchRules> {
  const { rest, repo } = place.api;
  const rules = await readPages<RuleReply>((page) => rest.repos.getBranchRules({ ...repo, ...page, branch }));
  const has = (type: string): boolean => rules.some((rule) => rule.type === type);
  const reviews = rules.filter(({ type }) => type === "pull_request").map(reviewsIn);
  const classic = await readClassic(place, branch);
  return {
    pullRequests: has("pull_request") || classic.pullRequests,
    approvals: Math.max(classic.approvals, ...reviews.map(({ approvals }) => approvals)),
    codeOwners: classic.codeOwners || reviews.some(({ codeOwners }) => codeOwners),
    forcePushesBlocked: has("non_fast_forward") || classic.forcePushesBlocked,
    deletionBlocked: has("deletion") || classic.deletionBlocked,
    statuses: [
      ...rules.filter(({ type }) => type === "required_status_checks").flatMap(statusesIn),
      ...classic.statuses,
    ],
    partial: classic.partial,
  };
}

function reviewsIn({ parameters }: RuleReply): Pick<BranchRules, "approvals" | "codeOwners"> {
  const { required_approving_review_count: approvals = 0, require_code_owner_review: codeOwners = false } =
    (parameters ?? {}) as {
      readonly required_approving_review_count?: number;
      readonly require_code_owner_review?: boolean;
    };
  return { approvals, codeOwners };
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

/** No number, or -1, stands for everybody. */
function toSource(app: number | null | undefined): RequiredStatus["source"] {
  if (app === undefined || app === null || app === -1) return "anybody";
  return app === ACTIONS_APP ? "workflows" : "other";
}

const NO_CLASSIC: BranchRules = {
  pullRequests: false,
  approvals: 0,
  codeOwners: false,
  forcePushesBlocked: false,
  deletionBlocked: false,
  statuses: [],
  partial: false,
};

/** Classic protection: everybody is told whether there is any, admins alone what it is. */
async function readClassic({ api }: Place, branch: string): Promise<BranchRules> {
  const { rest, repo } = api;
  const found = await unlessHidden(() => rest.repos.getBranch({ ...repo, branch }));
  if (found === undefined) return NO_CLASSIC;
  const { protection } = found.data;
  if (protection.enabled !== true) return NO_CLASSIC;
  const told = await unlessHidden(() => rest.repos.getBranchProtection({ ...repo, branch }));
  if (told === undefined) return { ...NO_CLASSIC, partial: true };
  const { data } = told;
  const reviews = data.required_pull_request_reviews;
  return {
    pullRequests: reviews !== undefined,
    approvals: reviews?.required_approving_review_count ?? 0,
    codeOwners: reviews?.require_code_owner_reviews === true,
    forcePushesBlocked: data.allow_force_pushes?.enabled !== true,
    deletionBlocked: data.allow_deletions?.enabled !== true,
    statuses: (data.required_status_checks?.checks ?? []).map(({ context, app_id }) => ({
      name: context,
      source: toSource(app_id),
    })),
    partial: false,
  };
}

/** Undefined where GitHub does not say whether workflows may: it tells admins alone. */
export async function readWorkflowsMayApprove({ api }: Place): Promise<boolean | undefined> {
  const { rest, repo } = api;
  const told = await unlessHidden(() =>
    rest.actions.getGithubActionsDefaultWorkflowPermissionsRepository({ ...repo }),
  );
  return told?.data.can_approve_pull_request_reviews;
}

async function unlessHidden<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof GitHubError && (error.httpStatus === 403 || error.httpStatus === 404))
      return undefined;
    throw error;
  }
}
