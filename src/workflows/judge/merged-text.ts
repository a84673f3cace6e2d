import type { Repository } from "../../ports/repository.ts";

/** No manifest is larger. */
const MOST_BYTES = 1024 * 1024;

/** Ids of one file's contents. */
export interface Texts {
  readonly before: string;
  readonly ours: string;
  readonly theirs: string;
  /** What a merge is said to have come to. */
  readonly merged: string;
}

/** Whether two sides changed other lines of a file, and a merge holds just both. */
export async function isPlainMerge(
  { objects }: Repository,
  { before, ours, theirs, merged }: Texts,
): Promise<boolean> {
  const blobs = await objects.readBlobs([before, ours, theirs, merged], MOST_BYTES);
  const [old, a, b, wanted] = blobs.map((blob) =>
    blob === "too-large" ? undefined : Buffer.from(blob).toString("latin1"),
  );
  if (old === undefined || a === undefined || b === undefined) return false;
  return mergeLines(old, a, b) === wanted;
}

/** What both sides make of a text; undefined where their lines touch, and Git and we might not agree. */
export function mergeLines(before: string, ours: string, theirs: string): string | undefined {
  const old = linesOf(before);
  const [first, second] = [changeOf(old, linesOf(ours)), changeOf(old, linesOf(theirs))].toSorted(
    (one, other) => one.from - other.from || one.to - other.to,
  );
  if (first === undefined || second === undefined || first.to >= second.from) return undefined;
  const between = old.slice(first.to, second.from);
  return [
    ...old.slice(0, first.from),
    ...first.lines,
    ...between,
    ...second.lines,
    ...old.slice(second.to),
  ].join("");
}

/** Lines of the old text, and what stands in their place. */
interface LineChange {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/** All that differs, as one piece. */
function changeOf(old: readonly string[], now: readonly string[]): LineChange {
  const most = Math.min(old.length, now.length);
  let start = 0;
  while (start < most && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < most - start && old.at(-1 - end) === now.at(-1 - end)) end += 1;
  return { from: start, to: old.length - end, lines: now.slice(start, now.length - end) };
}

function linesOf(text: string): readonly string[] {
  return text.split(/(?<=\n)/);
}
