import { stagePath } from "../registry/layout.ts";
import type { ChangeSet } from "./change-set.ts";
import { inertWords } from "./inert-words.ts";

/** A stage that is to hold nothing. */
export interface Retirement {
  readonly model: string;
  readonly stage: string;
  /** Undefined when the stage's file cannot be read. */
  readonly from: string | undefined;
  readonly reason: string | undefined;
  readonly requestedBy: string;
}

/** Empties a stage: its file is removed, and nothing else. */
export function planRetirement({ model, stage, from, reason, requestedBy }: Retirement): ChangeSet {
  const undo = from === undefined ? undefined : `modeltrail promote ${model}@${from} --to ${stage}`;
  return {
    kind: "retire",
    branch: `retire/${stage}/${model}`,
    title: `retire(${stage}): ${model} ${from ?? "(broken)"}`,
    body: [
      ...(reason === undefined ? [] : [inertWords(reason)]),
      ...(undo === undefined ? [] : [`To undo: ${undo}`]),
    ].join("\n\n"),
    trailers: [
      ["Model", model],
      ["Stage", stage],
      ...(from === undefined ? [] : [["Version-From", from] as const]),
      ["Change-Kind", "retire"],
      ["Requested-By", requestedBy],
    ],
    edits: [{ path: stagePath(model, stage), text: null }],
    story: { model, stage, fromVersion: from, reason, undo },
  };
}
