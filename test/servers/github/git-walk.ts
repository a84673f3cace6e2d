import type { GitFolder, TreeItem } from "./git.ts";
import { type Leaf, readLoose, typeOf } from "./loose-objects.ts";
import { packedAt, packedEntry } from "./packed-line.ts";

/**
 * A commit and all before it, newest first, where each has but one parent and a file of its own: what most tests ask of
 * a history, without a run of the program. Undefined for any other.
 */
function readLine(git: GitFolder, tip: string): readonly string[] | undefined {
  const line: string[] = [];
  for (let at: string | undefined = tip; at !== undefined;) {
    if (readLoose(git.folder, at)?.type !== "commit") return undefined;
    line.push(at);
    const [parent, second]: readonly string[] = git.commit(at).parents;
    if (second !== undefined) return undefined;
    at = parent;
  }
  return line;
}

export function lineOf(git: GitFolder, tip: string): readonly string[] | undefined {
  return git.once(`line ${tip}`, () => readLine(git, tip));
}

/** The commits of `head` that `base` has not, oldest first. */
export function lineBetween(git: GitFolder, base: string, head: string): readonly string[] | undefined {
  const [before, line] = [lineOf(git, base), lineOf(git, head)];
  if (before === undefined || line === undefined) return undefined;
  const known = new Set(before);
  return line.filter((one) => !known.has(one)).toReversed();
}

/**
 * `<id>~3`, and `<id>^{tree}` of a commit that has a file of its own; null where the line is not that long, undefined
 * when Git has to say.
 */
export function walkRevision(git: GitFolder, revision: string): string | null | undefined {
  const [, id = "", steps, type] = /^([0-9a-f]{40})(?:~(\d+)|\^\{(tree|commit)\})$/.exec(revision) ?? [];
  const isLoose = readLoose(git.folder, id)?.type === "commit";
  if (steps === undefined) return isLoose ? (type === "tree" ? git.commit(id).tree : id) : undefined;
  const line = git.once(`first parents ${id}`, () => [id]);
  for (let last = line.at(-1) ?? ""; line.length <= Number(steps);) {
    if (readLoose(git.folder, last) === undefined)
      return packedAt(git, last, Number(steps) - line.length + 1);
    const [parent] = git.commit(last).parents;
    if (parent === undefined) return null;
    line.push((last = parent));
  }
  return line[Number(steps)];
}

/** The entry at a path of a commit; undefined when there is none. */
export function findEntry(git: GitFolder, commit: string, path: string): TreeItem | undefined {
  const packed = packedEntry(git, commit, path);
  if (packed !== undefined) return packed ?? undefined;
  let found: Leaf | undefined = { mode: "040000", sha: git.commit(commit).tree };
  for (const name of path.split("/"))
    found = found?.mode === "040000" ? git.entries(found.sha).get(name) : undefined;
  if (found === undefined) return undefined;
  const item = { path, mode: found.mode, type: typeOf(found.mode), sha: found.sha };
  return item.type === "blob" ? { ...item, size: git.blob(found.sha).length } : item;
}
