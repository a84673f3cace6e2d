import type { Timeline } from "../../audit/timeline.ts";
import { identifyPath, isPlainMode, versionPath } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { type Arrival, readTimeline } from "../read/history.ts";
import { StageBlobs } from "../read/stage-blobs.ts";
import type { TouchedFiles } from "./overlay.ts";

/** The histories of the models whose stages a change moves. A change that moves none reads no history. */
export async function readTimelines(
  context: Context,
  touched: TouchedFiles,
  extent: HistoryExtent,
): Promise<ReadonlyMap<string, Timeline>> {
  const timelines = new Map<string, Timeline>();
  const { baseCommit } = touched;
  if (baseCommit === undefined) return timelines;
  for (const [model, enoughFor] of await readArrivals(context, touched)) {
    const scope = extent === "whole" ? {} : { enoughFor };
    timelines.set(model, await readTimeline(context, baseCommit.oid, model, scope));
  }
  return timelines;
}

/**
 * How far back to read: `near` goes to where the versions that come were registered. That is all there is of them,
 * unless somebody went around the gates: a manifest that was taken away and put back, or that came after its stage.
 */
export type HistoryExtent = "near" | "whole";

/** Which versions come to which stages, by model; a version that the change itself brings has no history. */
async function readArrivals(
  context: Context,
  { inside }: TouchedFiles,
): Promise<ReadonlyMap<string, readonly Arrival[]>> {
  // A link or a submodule holds no version, whatever it points to; that of a submodule is no blob.
  const changes = inside.map(({ path, before, after }) => ({
    path,
    before,
    after: after !== null && isPlainMode(after.mode) ? after.oid : null,
  }));
  const blobs = new StageBlobs(context);
  await blobs.load(changes.map(({ path, after }) => ({ path, before: null, after })));
  const brought = new Set(changes.filter(({ before }) => before === null).map(({ path }) => path));
  const arrivals = new Map<string, Arrival[]>();
  for (const { path, after } of changes) {
    const identity = identifyPath(path);
    if (identity.kind !== "stage" || after === null) continue;
    const { model, stage } = identity;
    const version = blobs.versionOf(after);
    const known = arrivals.get(model) ?? [];
    arrivals.set(model, known);
    if (typeof version === "string" && !brought.has(versionPath(model, version)))
      known.push({ stage, version });
  }
  return arrivals;
}
