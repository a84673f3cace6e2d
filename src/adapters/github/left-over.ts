import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { PickBranches } from "../../ports/forge.ts";
import { readMarker } from "./body.ts";
import { isClosedByUs } from "./find.ts";
import { openOf, type Place, readPullsOf } from "./pulls.ts";

/** Each takes a request; what is left is taken away by the next run. */
const MOST_LOOKS = 5;

/**
 * Deletes branches under some folders that superseded proposals left behind, when the last step of closing one failed. A
 * branch goes only from the very commit at which its pull request was closed by us; any other is somebody's.
 */
export async function sweepLeftOvers(
  place: Place,
  folders: readonly string[],
  pick: PickBranches,
): Promise<void> {
  const listed = await Promise.all(folders.map((folder) => place.branches.list(folder)));
  const picked = await pick(listed.flat());
  for (const { branch, head } of picked.slice(0, MOST_LOOKS)) {
    if (await isLeftOver(place, branch, head)) await deleteLeftOver(place, branch, head);
  }
}

async function isLeftOver(place: Place, branch: string, head: string): Promise<boolean> {
  const pulls = await readPullsOf(place, branch);
  const [last] = pulls;
  if (last === undefined || openOf(pulls) !== undefined || last.merged_at !== null) return false;
  const marker = readMarker(last.body);
  if (last.head.sha !== head || marker?.["head"] !== head || marker["superseded"] === undefined) return false;
  return isClosedByUs(place, last);
}

/** Whoever was quicker, or forbids it, is not in the way of what the command is about. */
async function deleteLeftOver({ branches, warn }: Place, branch: string, head: string): Promise<void> {
  try {
    await branches.move({ branch, expected: head, value: null });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    if (error.code === "CONFLICT") return;
    warn(`the branch ${branch}, which a superseded proposal left, could not be deleted: ${error.message}`);
  }
}
