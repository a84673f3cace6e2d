import { readLoose } from "./loose-objects.ts";
import type { GitFolder } from "./git.ts";

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

/** `<id>~3` and `<id>^{tree}`, of a commit that has a file of its own; undefined when Git has to say. */
export function walkRevision(git: GitFolder, revision: string): string | undefined {
  const [, id = "", steps, type] = /^([0-9a-f]{40})(?:~(\d+)|\^\{(tree|commit)\})$/.exec(revision) ?? [];
  if (readLoose(git.folder, id)?.type !== "commit") return undefined;
  if (steps === undefined) return type === "tree" ? git.commit(id).tree : id;
  let at: string | undefined = id;
  for (let left = Number(steps); left > 0 && at !== undefined; left -= 1) [at] = git.commit(at).parents;
  return at;
}
