import type { Context } from "../context.ts";

/** Where a change left the history that it is to be merged into; a proposal is one commit on its tip, most often. */
export async function findLeavingPoint(
  { repository }: Context,
  tip: string,
  head: string,
): Promise<string | undefined> {
  const { parents } = await repository.objects.readCommit(head);
  return parents.includes(tip) ? tip : repository.history.mergeBase(tip, head);
}
