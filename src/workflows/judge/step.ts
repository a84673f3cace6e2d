import { evaluateChange, type Verdict } from "../../policy/evaluate.ts";
import type { Snapshot } from "../../registry/model-view.ts";
import type { Context } from "../context.ts";
import { staysOf, type Timelines, transitionsOf } from "./judge.ts";
import { readOverlay, readTouched, type TouchedFiles } from "./overlay.ts";

/** A commit of the main branch with its first parent; undefined for a root commit. */
export interface Step {
  readonly commit: string;
  readonly parent: string | undefined;
}

/** What a commit of the main branch did, and what the judge says of it. */
export interface JudgedStep {
  readonly verdict: Verdict;
  readonly head: Snapshot;
  readonly base: Snapshot;
  readonly touched: TouchedFiles;
}

/**
 * Judges a commit against its first parent, as `judgeChange` does without storage: the parent is the base and what it
 * was built on. The histories come from who has them already, so that a long walk does not read them again.
 */
export async function judgeStep(
  context: Context,
  { commit, parent }: Step,
  timelinesOf: (touched: TouchedFiles) => Promise<Timelines>,
): Promise<JudgedStep> {
  const touched = await readTouched(context, { base: parent, builtOn: parent, head: commit });
  const overlay = await readOverlay(context, touched);
  const timelines = await timelinesOf(touched);
  const verdict = evaluateChange({
    ...overlay,
    transitions: transitionsOf(overlay, timelines),
    policy: overlay.base.registry?.value,
    artifacts: undefined,
    stays: staysOf(overlay.base, timelines),
    moved: [],
    crossings: [],
  });
  return { verdict, head: overlay.head, base: overlay.base, touched };
}
