import type { GitFolder } from "./git.ts";
import type { Leaf } from "./loose-objects.ts";

/** Paths to what stands there; null takes it away. */
export type TreeEdits = ReadonlyMap<string, Leaf | null>;

/** A tree with some paths changed; reads the folders on the way to them, and nothing else. */
export function editTree(git: GitFolder, root: string | undefined, edits: TreeEdits): string {
  return writeTree(git, root, edits) ?? git.writeTree(new Map());
}

/** Undefined when nothing is left. */
function writeTree(git: GitFolder, root: string | undefined, edits: TreeEdits): string | undefined {
  const entries = new Map(root === undefined ? [] : git.entries(root));
  const folders = new Map<string, Map<string, Leaf | null>>();
  for (const [path, leaf] of edits) {
    const slash = path.indexOf("/");
    if (slash < 0) {
      if (leaf === null) entries.delete(path);
      else entries.set(path, leaf);
      continue;
    }
    const folder = path.slice(0, slash);
    const inner = folders.get(folder) ?? new Map<string, Leaf | null>();
    folders.set(folder, inner.set(path.slice(slash + 1), leaf));
  }
  for (const [folder, inner] of folders) {
    const old = entries.get(folder);
    const sha = writeTree(git, old?.mode === "040000" ? old.sha : undefined, inner);
    if (sha === undefined) entries.delete(folder);
    else entries.set(folder, { mode: "040000", sha });
  }
  if (entries.size === 0) return undefined;
  return git.writeTree(entries);
}

/** Whether a tree may hold such a path. */
export function checkPath(path: string): boolean {
  return path.split("/").every((part) => part !== "" && part !== "." && part !== ".." && part !== ".git");
}
