import type { Leaf } from "./loose-objects.ts";
import type { Repository } from "./state.ts";
import { editTree } from "./trees.ts";

export interface FileCommit {
  /** Made on the default branch's tip when it does not exist. */
  readonly branch?: string;
  /** Path to content; null deletes. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly message?: string;
  /** ISO 8601. */
  readonly date?: string;
}

/** Puts a commit on a branch behind the server's back, as a test's starting point; its id. */
export function commitFiles(
  repository: Repository,
  {
    branch = repository.defaultBranch,
    files,
    message = "Change files",
    date = "2026-01-01T00:00:00Z",
  }: FileCommit,
): string {
  const { git } = repository;
  const name = `refs/heads/${branch}`;
  const tip = git.parse(name) ?? null;
  const parent = tip ?? git.parse(`refs/heads/${repository.defaultBranch}`);
  const edits = new Map<string, Leaf | null>();
  for (const [path, content] of Object.entries(files)) {
    edits.set(
      path,
      content === null ? null : { mode: "100644", sha: git.writeBlob(Buffer.from(content, "utf8")) },
    );
  }
  const person = { name: "A Person", email: "person@example.com", date };
  const sha = git.writeCommit({
    tree: editTree(git, parent === undefined ? undefined : git.commit(parent).tree, edits),
    parents: parent === undefined ? [] : [parent],
    author: person,
    committer: person,
    message: `${message}\n`,
  });
  if (!git.move(name, tip, sha)) throw new Error(`could not move ${name}`);
  return sha;
}
