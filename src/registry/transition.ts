/** One thing that a change does to the registry. */
export type Transition =
  | { readonly kind: "register"; readonly model: string; readonly version: string }
  | StageMove
  | {
      readonly kind: "retire";
      readonly model: string;
      readonly stage: string;
      readonly from: string | undefined;
      readonly wasBroken?: true;
    }
  | { readonly kind: "yank"; readonly model: string; readonly version: string }
  | StageBreak
  | { readonly kind: "edit"; readonly model?: string; readonly file: string }
  | { readonly kind: "config"; readonly model?: string; readonly file: string }
  | { readonly kind: "deploy"; readonly model: string; readonly file: string };

/** A stage comes to hold a version; `from` is undefined for an empty stage, or one whose file was broken. */
export interface StageMove {
  readonly kind: "promote" | "rollback";
  readonly model: string;
  readonly stage: string;
  readonly from: string | undefined;
  /** Only there, and true, when a file is there that says nothing of what the stage holds. */
  readonly wasBroken?: true;
  readonly to: string;
}

/** An edit after which nobody can tell what a stage holds; what it held is lost to it as by a retirement. */
export interface StageBreak {
  readonly kind: "edit";
  readonly model: string;
  readonly stage: string;
  readonly from: string | undefined;
  readonly wasBroken?: true;
  readonly file: string;
}

/** Whether a transition changes what a stage holds. */
export function isStageMove(transition: Transition): transition is StageMove {
  return transition.kind === "promote" || transition.kind === "rollback";
}

/** A transition in a line: `promote production: fraud-detector 1.3.0 -> 1.4.0`. */
export function describeTransition(transition: Transition): string {
  switch (transition.kind) {
    case "register":
      return `register: ${transition.model} ${transition.version}`;
    case "promote":
    case "rollback":
      return `${transition.kind}(${transition.stage}): ${transition.model} ${describeBefore(transition)} -> ${transition.to}`;
    case "retire":
      return `retire(${transition.stage}): ${transition.model} ${describeBefore(transition)} -> (empty)`;
    case "yank":
      return `yank: ${transition.model} ${transition.version}`;
    case "edit":
    case "config":
    case "deploy":
      if ("stage" in transition)
        return `edit(${transition.stage}): ${transition.model} ${describeBefore(transition)} -> (broken)`;
      return `${transition.kind}: ${transition.file}`;
  }
}

/** What a stage held before a change, for people. */
export function describeBefore({
  from,
  wasBroken,
}: Pick<StageMove, "wasBroken"> & { readonly from?: string | undefined }): string {
  return from ?? (wasBroken === true ? "(broken)" : "(empty)");
}
