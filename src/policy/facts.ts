import type { Finding } from "../diagnostics/finding.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { FileChange } from "../registry/compare.ts";
import type { Snapshot } from "../registry/model-view.ts";
import type { Transition } from "../registry/transition.ts";

/** Everything that the judge needs to know, gathered before it decides; plain values. */
export interface Facts {
  /** The registry that the change is judged against, with at least the models that it touches. */
  readonly base: Snapshot;
  readonly head: Snapshot;
  /** The files that differ, by paths relative to the registry's folder. */
  readonly changes: readonly FileChange[];
  /** The files that differ outside the registry, by paths from the repository's root. */
  readonly outside: readonly string[];
  readonly transitions: readonly Transition[];
  /** Registries elsewhere in the repository that the change removes while it brings this one. */
  readonly registriesRemoved: readonly string[];
  /** The policy at the base; undefined when the change brings the registry. */
  readonly policy: Registry | undefined;
  /** What was found in storage; undefined when nobody looked. */
  readonly artifacts: readonly ArtifactFact[] | undefined;
  /** The versions that each stage has held, up to the base. */
  readonly stays: readonly StayFact[];
  /** Stages that no longer hold what the change was built on. */
  readonly moved: readonly MovedStage[];
  /** Where a merge may do something else than what is judged. */
  readonly crossings: readonly Crossing[];
}

/** What a check of one version's artifact found; `finding` is undefined when every file is proved. */
export interface ArtifactFact {
  readonly model: string;
  readonly version: string;
  readonly files: number;
  readonly finding: Finding | undefined;
}

/** A stage that has held a version. */
export interface StayFact {
  readonly model: string;
  readonly stage: string;
  readonly version: string;
}

export interface MovedStage {
  readonly model: string;
  readonly stage: string;
  readonly file: string;
  /** What the change was built on, and what is there now; undefined for an empty stage. */
  readonly builtOn: string | undefined;
  readonly now: string | undefined;
}

/** Why a merge, a squash or a rebase may do other than the change says. */
export type Crossing =
  | {
      /** From the repository's root. */
      readonly file: string;
      /** The base changed it, too, since the change left it; or the branch's commits do not lead to what it holds. */
      readonly why: "changed on both" | "removed here" | "removed there" | "not by its commits";
    }
  | {
      readonly file: string;
      /** A commit of the branch makes of it what it is neither before nor after the change. */
      readonly why: "on the way";
      readonly commit: string;
    }
  | { readonly file?: never; readonly why: "several bases" | "too many commits" };

/** The rules of one stage. */
export type StageRules = Registry["spec"]["stages"][number];
