import type { GitFolder, TreeItem } from "./git.ts";
import { parseCommit } from "./git-text.ts";

/** Commits of a first-parent line that are read at once. */
const AT_ONCE = 1000;

interface Line {
  readonly commits: readonly string[];
  /** What stands at paths in all of them, by path. */
  readonly places: Map<string, readonly (TreeItem | null | undefined)[]>;
}

const lines = new WeakMap<GitFolder, Map<string, { readonly line: Line; readonly at: number }>>();

/** `<id>~<steps>` of a commit in a pack; null where the line is not that long. All of the line around it comes with three runs of the program. */
export function packedAt(git: GitFolder, id: string, steps: number): string | null | undefined {
  const { commits } = git.once(`packed line ${id}`, () => readPackedLine(git, id));
  if (steps >= AT_ONCE && commits.length === AT_ONCE) return undefined;
  return commits[steps] ?? null;
}

/** What stands at a path in a commit of such a line: null for nothing, undefined when Git has to say. */
export function packedEntry(git: GitFolder, commit: string, path: string): TreeItem | null | undefined {
  const known = lines.get(git)?.get(commit);
  if (known === undefined) return undefined;
  const { line, at } = known;
  let items = line.places.get(path);
  if (items === undefined) line.places.set(path, (items = readPlaces(git, line.commits, path)));
  return items[at];
}

function readPackedLine(git: GitFolder, id: string): Line {
  // Of an id that is nobody's there is no line.
  const listed = git.run(["rev-list", "--first-parent", `--max-count=${AT_ONCE}`, id]);
  const commits = listed.output.toString("utf8").split("\n").filter(Boolean);
  const line = { commits, places: new Map() };
  const known = lines.get(git) ?? new Map<string, { line: Line; at: number }>();
  lines.set(git, known);
  for (const [at, commit] of commits.entries()) known.set(commit, { line, at });
  const { output } = git.run(["cat-file", "--batch"], commits.map((one) => `${one}\n`).join(""));
  for (let from = 0; from < output.length;) {
    const end = output.indexOf(0x0a, from);
    const [sha = "", , size = "0"] = output.toString("latin1", from, end).split(" ");
    const text = output.toString("utf8", end + 1, end + 1 + Number(size));
    git.once(`commit ${sha}`, () => parseCommit(sha, text));
    from = end + 2 + Number(size);
  }
  return line;
}

function readPlaces(
  git: GitFolder,
  commits: readonly string[],
  path: string,
): readonly (TreeItem | null | undefined)[] {
  const asked = commits.map((one) => `${one}:${path}\n`).join("");
  const answers = git.text(["cat-file", "--batch-check"], asked).split("\n");
  return commits.map((_, at) => {
    const [sha = "", type] = (answers[at] ?? "").split(" ");
    if (type === "tree") return { path, mode: "040000", type, sha };
    // A file's mode is in its folder alone.
    return type === "blob" ? undefined : null;
  });
}
