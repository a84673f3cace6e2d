/** The rules of one repository, as far as the token is shown them. Calls reject as those of `PullRequests` in forge.ts do. */
export interface HostRules {
  /** What holds for a branch, which need not be there yet. Rejects with FORBIDDEN or NOT_FOUND where it is not told. */
  branch(name: string): Promise<BranchRules>;
  /** Whether workflows may approve pull requests; undefined where it is not told. */
  workflowsMayApprove(): Promise<boolean | undefined>;
}

export interface BranchRules {
  /** Changes come through pull requests alone. */
  readonly pullRequests: boolean;
  /** How many people have to approve a pull request. */
  readonly approvals: number;
  /** Whether those have to approve it whom CODEOWNERS names for what it changes. */
  readonly codeOwners: boolean;
  readonly forcePushesBlocked: boolean;
  readonly deletionBlocked: boolean;
  /** What has to be successful before a merge. */
  readonly statuses: readonly RequiredStatus[];
  /** True where more may hold than is told: what seems not to be asked for may be asked for after all. */
  readonly partial: boolean;
}

export interface RequiredStatus {
  readonly name: string;
  /** Whose word counts: that of workflows, of some other App, or of everybody who may write. */
  readonly source: "workflows" | "other" | "anybody";
}
