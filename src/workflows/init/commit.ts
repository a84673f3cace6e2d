import { renderMessage, type ChangeSet } from "../../change/change-set.ts";
import type { RepositoryFile } from "../../change/workflow-files.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { changeDigest, fileEdits } from "../write/commit.ts";

/** What a set-up writes. */
export interface Setup {
  /** By paths from the registry's folder. */
  readonly changeSet: ChangeSet;
  /** By paths from the repository's root. */
  readonly files: readonly RepositoryFile[];
  /** For the reflog. */
  readonly reason: string;
}

/** Commits on the branch that is checked out. Rejects with USAGE when none is. */
export async function commitSetup(context: Context, { changeSet, files, reason }: Setup): Promise<string> {
  const { refs, worktree, writer } = context.repository;
  const head = await refs.head();
  if (head.branch === undefined)
    throw new ModeltrailError("USAGE", "no branch is checked out", {
      hint: "Check out the default branch first.",
    });
  const encoder = new TextEncoder();
  const { author, committer } = await writer.identity();
  const edits = [...changeSet.edits, ...files.map(({ path, text }) => ({ path: `/${path}`, text }))];
  const commit = await writer.commit({
    parents: head.commit === undefined ? [] : [head.commit],
    edits: [
      ...fileEdits(context, changeSet),
      ...files.map(({ path, text }) => ({ path, content: encoder.encode(text) })),
    ],
    message: renderMessage(changeSet, changeDigest({ branch: changeSet.branch, edits })),
    author,
    committer,
  });
  await worktree.advance({ name: head.branch, expected: head.commit ?? null, value: commit, reason });
  return commit;
}
