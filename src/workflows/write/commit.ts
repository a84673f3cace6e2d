import { renderFingerprint, renderMessage, type ChangeSet } from "../../change/change-set.ts";
import type { FileEdit } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";

/** The digest that the trailer `Modeltrail-Change` carries. */
export function changeDigest(changeSet: Pick<ChangeSet, "branch" | "edits">): string {
  return `sha256:${sha256Hex(renderFingerprint(changeSet))}`;
}

/** Writes a change as one commit on a parent; moves no ref. */
export async function commitChange(
  context: Context,
  changeSet: ChangeSet,
  parent: string | undefined,
): Promise<string> {
  const { author, committer } = await context.repository.writer.identity();
  return context.repository.writer.commit({
    parents: parent === undefined ? [] : [parent],
    edits: fileEdits(context, changeSet),
    message: renderMessage(changeSet, changeDigest(changeSet)),
    author,
    committer,
  });
}

/** The edits of a change, by paths from the repository's root. */
export function fileEdits(context: Context, changeSet: ChangeSet): readonly FileEdit[] {
  const encoder = new TextEncoder();
  return changeSet.edits.map(({ path, text }) => ({
    path: `${context.prefix}${path}`,
    content: text === null ? null : encoder.encode(text),
  }));
}

/** Who the user is to Git, for `Requested-By` and the like. */
export async function userName(context: Context): Promise<string> {
  const { author } = await context.repository.writer.identity();
  return author.name;
}
