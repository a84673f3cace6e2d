/** A word on a commit, which merges may be made to wait for. */
export interface CommitStatus {
  /** `modeltrail/verdict` and the like. */
  readonly name: string;
  readonly state: "success" | "pending" | "failure" | "error";
  /** At most 140 characters reach the host. */
  readonly description: string;
  readonly url?: string;
}

export interface PlannedStatus extends CommitStatus {
  /** Brings up to date what stands there, and makes nothing new. */
  readonly onlyIfThere?: true;
  /** Takes the place of a status in that state alone, be it the last of all or our own last. */
  readonly onlyOver?: "success";
}

/** `overtaken`: the guard does not hold. `crowded`: another word could not be put over that success any more. */
export type StatusOutcome = "told" | "overtaken" | "crowded";

/** What a success depends on besides its commit. */
export interface StatusGuard {
  /** Whether it does still; asked right before the success is written, and right after, when it `isWritten`. */
  readonly holds: (isWritten: boolean) => Promise<boolean>;
  /** What is said instead where it does not. Its name is that of the success. */
  readonly otherwise: PlannedStatus;
  /** What is said where a commit has nearly as many of that name as its host takes. */
  readonly crowded: PlannedStatus;
}

/** A commit of a pull request that carries a success. */
export interface CarriedSuccess {
  readonly commit: string;
  /** Of the pull request. */
  readonly number: number;
  readonly state: "open" | "merged" | "closed";
  /** The branch that a merge brought this very commit to: nothing of it is left to be let in there. */
  readonly containedIn: string | undefined;
}
