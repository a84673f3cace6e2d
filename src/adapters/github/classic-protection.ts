import type { BranchRules, Protection, PushBlock } from "../../ports/host-rules.ts";
import { unlessHidden } from "./hidden.ts";
import type { Place } from "./pulls.ts";
import { toSource } from "./required-source.ts";
import { type Guard, protectionsIn } from "./rule-exceptions.ts";

/** A branch without `refs/heads/`, on which GitHub: `github.com`, `ghe.acme.com`. */
export interface BranchPlace {
  readonly branch: string;
  readonly host: string;
}

type Rules = Omit<BranchRules, "exceptions">;

/** What classic protection asks for, and who may go around which part of it. */
export interface ClassicRules {
  readonly rules: Rules;
  readonly guards: readonly Guard[];
}

const NONE: Rules = {
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
  statuses: [],
  partial: false,
};

/** Classic protection: everybody is told whether there is any, admins alone what it is. */
export async function readClassic(place: Place, { branch, host }: BranchPlace): Promise<ClassicRules> {
  const { rest, repo } = place.api;
  const found = await unlessHidden(() => rest.repos.getBranch({ ...repo, branch }));
  if (found?.data.protection.enabled !== true) return { rules: NONE, guards: [] };
  const told = await unlessHidden(() => rest.repos.getBranchProtection({ ...repo, branch }));
  if (told === undefined) return { rules: { ...NONE, partial: true }, guards: [] };
  const rules = toRules(told.data, host);
  return { rules, guards: guardsOf(told.data, protectionsIn(rules)) };
}

type Reply = Awaited<ReturnType<Place["api"]["rest"]["repos"]["getBranchProtection"]>>["data"];

function toRules(data: Reply, host: string): Rules {
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
    statuses: (data.required_status_checks?.checks ?? []).map(({ context, app_id }) => ({
      name: context,
      source: toSource(app_id, host),
    })),
    partial: false,
  };
}

function blocksOf(data: Reply): readonly PushBlock[] {
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

function mayBypassPulls(data: Reply): boolean {
  const allowed = data.required_pull_request_reviews?.bypass_pull_request_allowances;
  return [allowed?.users, allowed?.teams, allowed?.apps].some((each) => (each ?? []).length > 0);
}

const NAME = "branch protection";
const OF_PULLS: ReadonlySet<Protection> = new Set<Protection>([
  "pull requests",
  "approvals",
  "code owners",
  "stale dismissed",
  "last push approved",
]);

/** Some need no pull request, and are bound by the rest. */
function guardsOf(data: Reply, keeps: readonly Protection[]): readonly Guard[] {
  const admins = data.enforce_admins?.enabled === true ? [] : ["admins of the repository"];
  const freed = mayBypassPulls(data) ? ["those who need no pull request"] : [];
  return [
    {
      name: NAME,
      keeps: keeps.filter((protection) => OF_PULLS.has(protection)),
      around: [...admins, ...freed],
    },
    { name: NAME, keeps: keeps.filter((protection) => !OF_PULLS.has(protection)), around: admins },
  ];
}
