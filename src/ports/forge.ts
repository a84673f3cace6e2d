import type { FileEdit } from "./repository.ts";

/**
 * Where proposals live: plain branches with any Git host, or pull requests. Implementations are held to
 * `test/contracts/forge.contract.ts`. A proposal is known by its branch.
 */
export interface Forge {
  /** Open proposals, sorted by branch. */
  listOpen(): Promise<readonly Proposal[]>;
  /** The open proposal on a branch, or the commit at which one was rejected. */
  find(branch: string): Promise<ProposalState>;
  /**
   * Opens a proposal, or moves an open one to a new commit. The branch must be at `expected` (null: must not
   * exist). Rejects with CONFLICT when it is not; with NETWORK when only the push failed: calling again finishes it.
   */
  publish(proposal: NewProposal, expected: string | null): Promise<void>;
  /** Closes an open proposal at `head`; a rejected one is remembered, a superseded or merged one is not. */
  close(branch: string, head: string, why: "rejected" | "superseded" | "merged"): Promise<void>;
}

export interface Proposal {
  /** Without `refs/heads/`: `promote/production/fraud-detector/1.4.0`. */
  readonly branch: string;
  /** The commit at the branch's tip. */
  readonly head: string;
}

export type ProposalState =
  | { readonly state: "none" }
  | { readonly state: "open"; readonly head: string }
  | { readonly state: "rejected"; readonly head: string };

export interface NewProposal extends Proposal {
  readonly title: string;
  readonly body: string;
  readonly edits: readonly FileEdit[];
}
