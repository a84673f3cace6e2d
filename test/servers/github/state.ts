import type { GitFolder } from "./git.ts";
import { toDate } from "./git-text.ts";

export interface User {
  readonly id: number;
  readonly login: string;
  readonly type: "User" | "Bot";
  readonly name: string;
  readonly email: string;
}

export const ROLES = ["none", "read", "triage", "write", "maintain", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What the token of an App, or a fine-grained one, may do; a token without it may do all that its user may. */
export type Scopes = Readonly<Partial<Record<Scope, "read" | "write">>>;
export type Scope =
  "metadata" | "contents" | "pull_requests" | "issues" | "statuses" | "checks" | "administration";

export interface Token {
  readonly value: string;
  readonly user: User;
  readonly scopes: Scopes | undefined;
}

export type MergeMethod = "merge" | "squash" | "rebase";

/** Classic branch protection, as far as it is enforced. */
export interface Protection {
  readonly requiredReviews?: number;
  readonly dismissStaleReviews?: boolean;
  readonly requiredChecks?: readonly string[];
  /** The head must contain the base. */
  readonly strictChecks?: boolean;
  readonly enforceAdmins?: boolean;
}

/** A rule of a ruleset, in the words of the API. */
export interface Rule {
  readonly type:
    | "pull_request"
    | "required_status_checks"
    | "non_fast_forward"
    | "deletion"
    | "required_linear_history"
    | "required_signatures"
    | "update"
    | "merge_queue";
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Of the ruleset; of one without exceptions when left out. */
  readonly ruleset?: number;
}

/** Who may go around a ruleset, in the words of the API. */
export interface BypassActor {
  readonly actor_type: "Integration" | "OrganizationAdmin" | "RepositoryRole" | "Team" | "DeployKey" | "User";
  readonly actor_id?: number | null;
  readonly bypass_mode?: "always" | "pull_request" | "exempt";
}

export interface Ruleset {
  readonly name: string;
  readonly bypassActors: readonly BypassActor[];
}

export interface Settings {
  allow_merge_commit: boolean;
  allow_squash_merge: boolean;
  allow_rebase_merge: boolean;
  allow_auto_merge: boolean;
  delete_branch_on_merge: boolean;
  squash_merge_commit_title: "PR_TITLE" | "COMMIT_OR_PR_TITLE";
  squash_merge_commit_message: "PR_BODY" | "COMMIT_MESSAGES" | "BLANK";
}

export interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly description: string;
}

export interface Comment {
  readonly id: number;
  readonly user: User;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
}

export interface Review {
  readonly id: number;
  readonly user: User;
  state: "APPROVED" | "CHANGES_REQUESTED" | "COMMENTED" | "DISMISSED" | "PENDING";
  readonly body: string;
  readonly commit: string;
  readonly submittedAt: string;
}

export interface ReviewComment extends Comment {
  readonly path: string;
  readonly line: number | null;
  readonly startLine: number | null;
  readonly side: string;
  readonly commit: string;
  readonly review: number;
}

export interface IssueEvent {
  readonly id: number;
  readonly event: string;
  readonly actor: User;
  readonly createdAt: string;
  readonly commit: string | null;
  /** Where a forced push left from. */
  readonly before?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
}

export interface AutoMerge {
  readonly by: User;
  readonly method: MergeMethod;
  readonly title: string | undefined;
  readonly message: string | undefined;
}

export interface PullRequest {
  readonly id: number;
  readonly number: number;
  readonly author: User;
  title: string;
  body: string | null;
  state: "open" | "closed";
  draft: boolean;
  readonly head: { readonly ref: string; sha: string };
  /** The repository that the head is in, where that is not this one; null once it is gone. */
  fork?: Repository | null;
  readonly base: { ref: string; sha: string };
  readonly createdAt: string;
  updatedAt: string;
  closed: { readonly at: string; readonly by: User } | null;
  merged: { readonly at: string; readonly by: User; readonly sha: string } | null;
  labels: string[];
  autoMerge: AutoMerge | null;
  requested: User[];
  readonly reviews: Review[];
  readonly reviewComments: ReviewComment[];
  comments: Comment[];
  readonly events: IssueEvent[];
  /** The merge that GitHub tries on its own, once it did; says nothing of the real one. */
  testMerge: string | null;
  /** How many more reads say that it is not known yet whether it can be merged. */
  unknownReads: number;
}

export interface Status {
  readonly id: number;
  readonly sha: string;
  readonly state: "error" | "failure" | "pending" | "success";
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly creator: User;
  readonly createdAt: string;
}

export interface CheckRun {
  readonly id: number;
  readonly sha: string;
  readonly name: string;
  readonly status: "queued" | "in_progress" | "completed";
  readonly conclusion: string | null;
  readonly startedAt: string;
}

export interface Repository {
  readonly id: number;
  readonly owner: User;
  readonly name: string;
  readonly private: boolean;
  readonly git: GitFolder;
  readonly createdAt: string;
  defaultBranch: string;
  readonly settings: Settings;
  readonly roles: Map<string, Role>;
  readonly protections: Map<string, Protection>;
  readonly rules: Map<string, readonly Rule[]>;
  /** By number, those that somebody made. */
  readonly rulesets: Map<number, Ruleset>;
  readonly pulls: Map<number, PullRequest>;
  readonly labels: Map<string, Label>;
  readonly statuses: Status[];
  readonly checkRuns: CheckRun[];
  /** False when left out. */
  workflowsMayApprove?: boolean;
  /** Commits that the server made for someone, and signed. */
  readonly signed: Set<string>;
  /** The branches as they were last seen. */
  branches: Map<string, string>;
}

/** All that the server knows, and the two things that move by themselves: ids and time. */
export interface Forge {
  readonly url: string;
  readonly users: Map<string, User>;
  readonly tokens: Map<string, Token>;
  readonly repositories: Map<string, Repository>;
  readonly rateLimit: { limit: number; remaining: number; resetAt: number };
  /** How many reads of a pull request say `mergeable: null` after its head or base moved. */
  readonly unknownReads: number;
  readonly takeId: () => number;
  readonly clock: () => number;
}

export function now(forge: Forge): string {
  return toDate(forge.clock());
}

export function fullName(repository: Repository): string {
  return `${repository.owner.login}/${repository.name}`;
}

export function roleOf(repository: Repository, user: User): Role {
  if (repository.owner.login === user.login) return "admin";
  return repository.roles.get(user.login.toLowerCase()) ?? (repository.private ? "none" : "read");
}

export function hasRole(repository: Repository, user: User, role: Role): boolean {
  return ROLES.indexOf(roleOf(repository, user)) >= ROLES.indexOf(role);
}

export function addEvent(
  forge: Forge,
  pull: PullRequest,
  event: Pick<IssueEvent, "event" | "actor"> & Partial<IssueEvent>,
): void {
  pull.events.push({ id: forge.takeId(), createdAt: now(forge), commit: null, ...event });
  pull.updatedAt = now(forge);
}
