import type { CheckRun, MergeMethod, PullRequest, Repository, Review, Rule, User } from "./state.ts";
import { hasRole } from "./state.ts";

/** What a branch asks of a pull request, from its protection and its rules together. */
export interface Requirements {
  readonly reviews: number;
  readonly dismissStale: boolean;
  readonly checks: readonly string[];
  readonly strict: boolean;
  readonly methods: readonly MergeMethod[];
  /** Changes come through pull requests alone. */
  readonly closedToPushes: boolean;
  readonly noForcePush: boolean;
  readonly noDeletion: boolean;
  /** No merge commits. */
  readonly linear: boolean;
  readonly bindsAdmins: boolean;
}

export function requirementsOf(repository: Repository, branch: string): Requirements {
  const protection = repository.protections.get(branch);
  const rules = repository.rules.get(branch) ?? [];
  const has = (type: Rule["type"]): boolean => rules.some((rule) => rule.type === type);
  const pulls = parametersOf(rules, "pull_request");
  const checks = parametersOf(rules, "required_status_checks");
  const allowed = (pulls["allowed_merge_methods"] as readonly MergeMethod[] | undefined) ?? METHODS;
  const { requiredReviews, dismissStaleReviews, requiredChecks = [], strictChecks } = protection ?? {};
  return {
    reviews: Math.max(requiredReviews ?? 0, Number(pulls["required_approving_review_count"] ?? 0)),
    dismissStale: dismissStaleReviews === true || pulls["dismiss_stale_reviews_on_push"] === true,
    checks: [...requiredChecks, ...contextsOf(checks)],
    strict: strictChecks === true || checks["strict_required_status_checks_policy"] === true,
    methods: METHODS.filter(
      (method) =>
        repository.settings[SETTING_OF[method]] &&
        allowed.includes(method) &&
        !(method === "merge" && has("required_linear_history")),
    ),
    closedToPushes: requiredReviews !== undefined || has("pull_request"),
    noForcePush: protection !== undefined || has("non_fast_forward"),
    noDeletion: protection !== undefined || has("deletion"),
    linear: has("required_linear_history"),
    bindsAdmins: protection?.enforceAdmins === true || rules.length > 0,
  };
}

export const METHODS: readonly MergeMethod[] = ["merge", "squash", "rebase"];
const SETTING_OF = {
  merge: "allow_merge_commit",
  squash: "allow_squash_merge",
  rebase: "allow_rebase_merge",
} as const;

function parametersOf(rules: readonly Rule[], type: Rule["type"]): Readonly<Record<string, unknown>> {
  return rules.find((rule) => rule.type === type)?.parameters ?? {};
}

function contextsOf(parameters: Readonly<Record<string, unknown>>): readonly string[] {
  const list = (parameters["required_status_checks"] ?? []) as readonly { readonly context: string }[];
  return list.map((one) => one.context);
}

export type CheckState = "success" | "failure" | "pending" | "expected";

/** What a commit's newest status or check run of that name says. */
export function checkState(repository: Repository, sha: string, name: string): CheckState {
  const status = repository.statuses.findLast((one) => one.sha === sha && one.context === name);
  if (status !== undefined) return status.state === "error" ? "failure" : status.state;
  const run = repository.checkRuns.findLast((one) => one.sha === sha && one.name === name);
  return run === undefined ? "expected" : runState(run);
}

function runState({ status, conclusion }: CheckRun): CheckState {
  if (status !== "completed") return "pending";
  return ["success", "neutral", "skipped"].includes(conclusion ?? "") ? "success" : "failure";
}

/** The newest review of each person that says yes or no. */
export function opinionatedReviews(pull: PullRequest): readonly Review[] {
  const newest = new Map<string, Review>();
  for (const review of pull.reviews) {
    if (review.state !== "COMMENTED" && review.state !== "PENDING") newest.set(review.user.login, review);
  }
  return [...newest.values()];
}

/** Those of people who may write, dismissed ones left out. */
export function countedReviews(repository: Repository, pull: PullRequest): readonly Review[] {
  return opinionatedReviews(pull).filter(
    (review) => review.state !== "DISMISSED" && hasRole(repository, review.user, "write"),
  );
}

export function reviewDecision(
  repository: Repository,
  pull: PullRequest,
): "APPROVED" | "CHANGES_REQUESTED" | "REVIEW_REQUIRED" | null {
  const counted = countedReviews(repository, pull);
  const { reviews } = requirementsOf(repository, pull.base.ref);
  if (counted.some((review) => review.state === "CHANGES_REQUESTED")) return "CHANGES_REQUESTED";
  if (reviews === 0) return counted.length > 0 ? "APPROVED" : null;
  return counted.length >= reviews ? "APPROVED" : "REVIEW_REQUIRED";
}

/** Why the base's rules do not let a pull request in, in GitHub's words; empty when they do. */
export function findBlocks(repository: Repository, pull: PullRequest, actor?: User): readonly string[] {
  const requirements = requirementsOf(repository, pull.base.ref);
  if (actor !== undefined && !requirements.bindsAdmins && hasRole(repository, actor, "admin")) return [];
  return [...reviewBlocks(repository, pull, requirements), ...checkBlocks(repository, pull, requirements)];
}

function reviewBlocks(repository: Repository, pull: PullRequest, { reviews }: Requirements): string[] {
  if (reviews === 0) return [];
  const counted = countedReviews(repository, pull);
  if (counted.some((review) => review.state === "CHANGES_REQUESTED")) {
    return ["Changes have been requested by a reviewer with write access."];
  }
  if (counted.length >= reviews) return [];
  return [
    `At least ${reviews} approving review${reviews === 1 ? " is" : "s are"} required by reviewers with write access.`,
  ];
}

function checkBlocks(repository: Repository, pull: PullRequest, { checks, strict }: Requirements): string[] {
  const states = checks.map((name) => ({ name, state: checkState(repository, pull.head.sha, name) }));
  const open = states.filter(({ state }) => state !== "success");
  const [first] = open;
  const blocks: string[] = [];
  if (first !== undefined && open.length === 1) {
    const says = { failure: "failing", pending: "pending", expected: "expected", success: "fine" };
    blocks.push(`Required status check "${first.name}" is ${says[first.state]}.`);
  } else if (first !== undefined) {
    blocks.push(`${open.length} of ${states.length} required status checks have not succeeded.`);
  }
  const tip = repository.branches.get(pull.base.ref);
  if (strict && tip !== undefined && !repository.git.isAncestor(tip, pull.head.sha)) {
    blocks.push("The head branch is not up to date with the base branch.");
  }
  return blocks;
}
