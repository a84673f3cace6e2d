import type {
  CarriedSuccess,
  CommitStatus,
  PlannedStatus,
  StatusGuard,
  StatusOutcome,
} from "./commit-status.ts";
import type { HostRules } from "./host-rules.ts";
import type { FileEdit } from "./repository.ts";

/**
 * Where proposals live: plain branches with any Git host, or pull requests. Implementations are held to
 * `test/contracts/forge.contract.ts`. A proposal is known by its branch. An error of the network or of the host
 * never closes, overwrites or forgets a proposal: the call rejects, and calling again finishes what was begun.
 */
export interface Forge {
  /** Open proposals, sorted by branch. */
  listOpen(): Promise<readonly Proposal[]>;
  /** What stands on a branch: nothing, an open proposal, or one that was rejected or merged last. */
  find(branch: string): Promise<ProposalState>;
  /**
   * Opens a proposal, or moves an open one to a new commit. The branch must be at `expected` (null: must not
   * exist). Rejects with CONFLICT when it is not; with NETWORK when only the push failed: calling again finishes it.
   * Published already, it writes nothing.
   */
  publish(proposal: NewProposal, expected: string | null): Promise<Published>;
  /** Closes an open proposal at `head`; a rejected one is remembered, a superseded or merged one is not. */
  close(branch: string, head: string, closing: Closing): Promise<void>;
  /**
   * Takes away what closing superseded proposals left behind under `folders` (`promote/staging/`), of the branches that
   * `pick` gives back: the first ones of them, since each takes a request. Never a proposal that is open or rejected;
   * `pick` keeps those with a person's commits. Left out where nothing can be left.
   */
  sweep?(folders: readonly string[], pick: PickBranches): Promise<void>;
  /** What commands may do there with the token at hand; left out where there is none to look at. */
  access?(): Promise<OwnAccess>;
  /** What only a host with pull requests can do; undefined elsewhere. */
  readonly pullRequests: PullRequests | undefined;
  /** What the host holds people to; undefined or left out where it holds nobody to anything. */
  readonly rules?: HostRules | undefined;
}

/** A branch, and the commit at its tip. */
export interface BranchTip {
  readonly branch: string;
  readonly head: string;
}

/** Those that a caller wants looked at, the most promising first. */
export type PickBranches = (found: readonly BranchTip[]) => Promise<readonly BranchTip[]>;

/** `archived`: nobody may write. `untold`: the host does not say, as of an App's token. */
export type OwnAccess = "write" | "read" | "archived" | "untold";

export interface Proposal {
  /** Without `refs/heads/`: `promote/production/fraud-detector/1.4.0`. */
  readonly branch: string;
  /** The commit at the branch's tip. */
  readonly head: string;
  /** Left out where proposals are plain branches, and for a branch that was pushed and not yet opened as one. */
  readonly request?: PullRequest;
}

/** A pull request, as people refer to it. */
export interface PullRequest {
  readonly number: number;
  readonly url: string;
  readonly title: string;
  /** The login of who opened it. */
  readonly author: string;
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly draft: boolean;
}

export type ProposalState =
  | { readonly state: "none" }
  | { readonly state: "open"; readonly head: string; readonly request?: PullRequest }
  | { readonly state: "rejected"; readonly head: string; readonly request?: PullRequest };

export interface NewProposal {
  readonly branch: string;
  readonly head: string;
  /** The commit that `head` was made on. */
  readonly base: string;
  readonly title: string;
  /** The message of the commit, without its first line. */
  readonly message: string;
  readonly edits: readonly FileEdit[];
  /** Markdown for a pull request; a host that has a limit cuts it between its parts, the last ones first. */
  readonly description: readonly string[];
  /** Data for machines, kept hidden in the pull request. */
  readonly marker: Readonly<Record<string, string>>;
  /** For people only: a label that cannot be set is a warning. */
  readonly labels: readonly string[];
  readonly draft: boolean;
}

export interface Published {
  /** The commit that the branch holds now. A host that makes the commit itself gives another than was handed in. */
  readonly head: string;
  readonly request?: PullRequest;
  readonly warnings: readonly string[];
}

/** Why a proposal ends. `by` is the branch of the proposal that takes its place. */
export type Closing =
  | { readonly why: "rejected" }
  | { readonly why: "merged" }
  | { readonly why: "superseded"; readonly by: string };

/** Pull requests of one repository. Every call may reject with CREDENTIALS, FORBIDDEN, NOT_FOUND, NETWORK or RATE_LIMITED. */
export interface PullRequests {
  /** The proposal of an open pull request of any branch of this repository, a person's too. Rejects with NOT_FOUND. */
  numbered(number: number): Promise<Required<Proposal>>;
  /** How far a pull request is; `commit` is what it became on the base branch. */
  progress(number: number): Promise<PullRequestProgress>;
  /**
   * Merges at exactly `head`, by the first method that the repository allows (merge commit, squash, rebase).
   * Rejects with CONFLICT when the head moved, with MERGE_REFUSED when the host's rules do not let it.
   */
  merge(number: number, head: string): Promise<{ readonly commit: string }>;
  /** Lets the host merge by itself once its rules are met. Rejects with MERGE_REFUSED where that is not enabled. */
  armAutoMerge(number: number, head: string): Promise<void>;
  /** All reviews, oldest first. */
  reviews(number: number): Promise<readonly Review[]>;
  /** Who made the commits of a pull request: authors, committers and co-authors. */
  contributors(number: number): Promise<Contributors>;
  /** What a person may do in the repository now. */
  permission(login: string): Promise<"admin" | "write" | "read" | "none">;
  /** Posts a suggestion on lines of a file that a reviewer can commit; writes nothing when it stands there already. */
  suggest(number: number, suggestion: Suggestion): Promise<void>;
  /**
   * Sets statuses of a commit one after the other, in the order given. One whose last word is ours and says the same,
   * its address aside, is left as it is. With `guard` a success of that name stands only as long as the guard holds;
   * the answer says what became of it. Rejects with INVALID_INPUT where the host takes no more of that name.
   */
  setStatuses(head: string, statuses: readonly PlannedStatus[], guard?: StatusGuard): Promise<StatusOutcome>;
  /**
   * The commits of one pull request, or without a number of those that changed last, whose last status of that name is
   * a success: heads, commits below them, and those that a forced push left. Bounded: the youngest of many.
   */
  listSuccesses(name: string, number?: number): Promise<readonly CarriedSuccess[]>;
  /** A pull request of anybody, in any state and into any branch. Rejects with NOT_FOUND. */
  look(number: number): Promise<RequestFacts>;
  /**
   * All open pull requests into the base branch, those of forks included, oldest first; those into any branch where the
   * forge was opened with an empty base.
   */
  listRequests(): Promise<readonly RequestFacts[]>;
  /**
   * Keeps one comment of our own, known by its marker and by who wrote it, up to date; writes nothing when it says the
   * same. Where there is none, it is made only with `create`; of several the oldest stays.
   */
  comment(number: number, comment: StandingComment): Promise<void>;
  /** The pull requests that brought a commit to the base branch. */
  broughtBy(commit: string): Promise<readonly BroughtRequest[]>;
  /** The last status of each name on a commit. */
  statuses(commit: string): Promise<readonly CommitStatus[]>;
}

/** A pull request as its host tells it, whether or not it can be a proposal. */
export interface RequestFacts {
  readonly request: PullRequest;
  readonly state: "open" | "merged" | "closed";
  /** Without `refs/heads/`; of a fork, a branch there. */
  readonly branch: string;
  readonly head: string;
  /** Where it goes to, without `refs/heads/`. */
  readonly base: string;
  /** Whether its branch is anywhere but in this repository; a fork that is gone counts. */
  readonly isFork: boolean;
}

/** A comment that is kept up to date. */
export interface StandingComment {
  /** A hidden line that the text begins with. */
  readonly marker: string;
  /** Markdown, without the marker. */
  readonly body: string;
  /** Whether to make it where there is none. */
  readonly create: boolean;
}

/** A merged pull request. */
export interface BroughtRequest {
  readonly request: PullRequest;
  /** The commit that was approved and judged. */
  readonly head: string;
  /** The commit that it became on the base branch. */
  readonly commit: string;
  /** The login of who merged it; undefined where the host does not say. */
  readonly mergedBy: string | undefined;
}

/** People by login, and the mail addresses of those of whom the host does not say who they are: it may be anybody. */
export interface Contributors {
  readonly logins: readonly string[];
  readonly unknown: readonly string[];
}

export interface PullRequestProgress {
  /** Of the pull request, without `refs/heads/`. */
  readonly branch: string;
  readonly state: "open" | "merged" | "closed";
  readonly head: string;
  readonly commit?: string;
  /** Why the host does not let it be merged yet, in its own word: `blocked`, `behind`, `dirty`... */
  readonly blockedBy?: string;
}

export interface Review {
  readonly login: string;
  readonly isBot: boolean;
  readonly state: "approved" | "changes-requested" | "commented" | "dismissed";
  /** The commit that was reviewed. */
  readonly head: string;
  /** Seconds since 1970. */
  readonly at: number;
}

export interface Suggestion {
  readonly head: string;
  /** From the repository's root. */
  readonly file: string;
  /** 1-based, inclusive. */
  readonly lines: { readonly from: number; readonly to: number };
  /** What takes the lines' place, without the last line break. */
  readonly text: string;
  /** Markdown above the suggestion. */
  readonly note: string;
}
