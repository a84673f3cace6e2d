/** The rules of one repository, as far as the token is shown them. Calls reject as those of `PullRequests` in forge.ts do. */
export interface HostRules {
  /** What holds for a branch, which need not be there yet. Rejects with FORBIDDEN or NOT_FOUND where it is not told. */
  branch(name: string): Promise<BranchRules>;
  /** Whether workflows may approve pull requests; undefined where it is not told. */
  workflowsMayApprove(): Promise<boolean | undefined>;
  /** Lines of CODEOWNERS at a commit that the host does not understand or take; undefined where it is not told. */
  codeOwnerMistakes(commit: string): Promise<readonly OwnerMistake[] | undefined>;
}

export interface BranchRules {
  /** Changes come through pull requests alone. */
  readonly pullRequests: boolean;
  /** How many people have to approve a pull request. */
  readonly approvals: number;
  /** Whether those have to approve it whom CODEOWNERS names for what it changes. */
  readonly codeOwners: boolean;
  /** Whether a new commit takes the approvals of older ones away. */
  readonly staleDismissed: boolean;
  /** Whether somebody else has to approve than who pushed last. */
  readonly lastPushApproved: boolean;
  readonly forcePushesBlocked: boolean;
  readonly deletionBlocked: boolean;
  /** Whether merge commits are refused. */
  readonly linearHistory: boolean;
  /** Whether pull requests are merged by a queue, whose own commits are judged as well. */
  readonly mergeQueue: boolean;
  /** What keeps new commits from being pushed straight to the branch. */
  readonly pushBlocks: readonly PushBlock[];
  /** Who may go around what no other set of rules keeps up. */
  readonly exceptions: readonly RuleException[];
  /** What has to be successful before a merge. */
  readonly statuses: readonly RequiredStatus[];
  /** True where more may hold than is told: what seems not to be asked for may be asked for after all. */
  readonly partial: boolean;
}

export interface RequiredStatus {
  readonly name: string;
  /** Whose word counts: that of workflows, of one App that may be theirs, of some other, or of everybody who may write. */
  readonly source: "workflows" | "app" | "other" | "anybody";
}

export interface PushBlock {
  /** The rule as the host calls it: `pull_request`, `required_signatures`. */
  readonly rule: string;
  /** Whether somebody may go around it; undefined where it is not told. */
  readonly excepted: boolean | undefined;
}

/** What rules keep up on a branch; of a required status that it is there, and whose word counts. */
export type Protection =
  | "pull requests"
  | "approvals"
  | "code owners"
  | "stale dismissed"
  | "last push approved"
  | "force pushes blocked"
  | "deletion blocked"
  | "linear history"
  | `status ${string}`
  | `source of ${string}`;

export interface RuleException {
  /** The set of rules, as people called it. */
  readonly rules: string;
  /** What is open to them: what sets that hold for everybody do not keep up as well. */
  readonly opens: readonly Protection[];
  /** Who may go around it, for people: "a team"; undefined where it is not told whether anybody may. */
  readonly who: string | undefined;
}

export interface OwnerMistake {
  /** Counted from 1. */
  readonly line: number;
  /** What it is, in the host's words: `Unknown owner`. */
  readonly kind: string;
  /** The line itself, where it is told. */
  readonly source: string;
}
