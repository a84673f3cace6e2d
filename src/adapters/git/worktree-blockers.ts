import { comparePaths, type RawTreeEntry } from "./object-format.ts";
import type { StagedEntry } from "./index-access.ts";
import type { TreeChange } from "./tree-diff.ts";
import type { FileState } from "./worktree-files.ts";

/** What is known of the place that a change is to go to. */
export interface Ground {
  readonly states: ReadonlyMap<string, FileState>;
  readonly staged: readonly StagedEntry[];
  /** Files of the work tree below a folder that stands where a file is to come. */
  readonly inFolders: ReadonlyMap<string, readonly string[]>;
}

const SUBMODULE = "160000";

/** The paths where a change would lose something that is in no commit, sorted. */
export function findBlockers(changes: readonly TreeChange[], ground: Ground): readonly string[] {
  const changed = new Map(changes.map((change) => [change.path, change]));
  const blockers = new Set<string>();
  for (const change of changes) {
    if (!isSkipped(change.path, ground) && !isFree(change, ground, changed)) blockers.add(change.path);
  }
  for (const entry of ground.staged) {
    const change = changed.get(entry.path);
    const known =
      change !== undefined &&
      entry.stage === 0 &&
      [change.before, change.after].some((side) => isEntry(side, entry));
    if (!known) blockers.add(entry.path);
  }
  const present = new Set(ground.staged.map((entry) => entry.path));
  for (const { path, before, after } of changes) {
    // Neither old nor new: someone staged its removal.
    if (before !== null && after !== null && !present.has(path)) blockers.add(path);
  }
  return [...blockers].sort(comparePaths);
}

/** Whether the path may come to hold the new content: it holds the old, the new, or nothing of value. */
function isFree(change: TreeChange, ground: Ground, changed: ReadonlyMap<string, TreeChange>): boolean {
  const state = ground.states.get(change.path) ?? { kind: "missing" };
  if (change.before?.mode === SUBMODULE || change.after?.mode === SUBMODULE)
    return state.kind !== "file" && state.kind !== "other";
  switch (state.kind) {
    case "missing":
      // Deleted but not staged; taking it as free would bring back what the user removed.
      return change.before === null || change.after === null;
    case "file":
      return holds(state, change.before) || holds(state, change.after);
    case "folder":
      return (ground.inFolders.get(change.path) ?? []).every((path) => isExpected(path, ground, changed));
    case "behind-file":
      return parentsOf(change.path).some((path) => changed.get(path)?.after === null);
    case "behind-link":
      return (
        change.after === null || parentsOf(change.path).some((path) => changed.get(path)?.after === null)
      );
    case "other":
      return false;
  }
}

function isExpected(path: string, ground: Ground, changed: ReadonlyMap<string, TreeChange>): boolean {
  const change = changed.get(path);
  if (change === undefined) return false;
  return change.after === null || holds(ground.states.get(path) ?? { kind: "missing" }, change.after);
}

/** Same bytes, or the same but for line ends that a checkout may have changed. Modes are not worth a refusal. */
export function holds(state: FileState, entry: RawTreeEntry | null): boolean {
  return entry !== null && state.kind === "file" && (state.oid === entry.oid || state.lfOid === entry.oid);
}

export function isSkipped(path: string, ground: Pick<Ground, "staged">): boolean {
  return ground.staged.some((entry) => entry.path === path && entry.skipped);
}

export function isEntry(side: RawTreeEntry | null, entry: Pick<StagedEntry, "mode" | "oid">): boolean {
  return side !== null && side.oid === entry.oid && Number(side.mode) === Number(entry.mode);
}

function parentsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
