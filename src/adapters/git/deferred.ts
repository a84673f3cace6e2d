import type { CommitWriter, HistoryReader, Remote, WorkTree } from "../../ports/repository.ts";

/** Runs a loader once, however often its part is asked for. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => (loaded ??= load());
}

/*
 * The parts of a repository, each read from disk when it is first used: most commands answer from refs and
 * objects alone, and should not wait for the code of pushes and work trees.
 */

export function deferHistory(part: () => Promise<HistoryReader>): HistoryReader {
  return {
    async *firstParent(from, options) {
      yield* (await part()).firstParent(from, options);
    },
    at: async (from, seconds) => (await part()).at(from, seconds),
    mergeBase: async (a, b) => (await part()).mergeBase(a, b),
    isAncestor: async (ancestor, of) => (await part()).isAncestor(ancestor, of),
    ahead: async (base, head, most) => (await part()).ahead(base, head, most),
  };
}

export function deferWriter(part: () => Promise<CommitWriter>): CommitWriter {
  return {
    identity: async () => (await part()).identity(),
    commit: async (commit) => (await part()).commit(commit),
    mergeTrees: async (base, ours, theirs) => (await part()).mergeTrees(base, ours, theirs),
    chain: async (parent, links) => (await part()).chain(parent, links),
    foresee: async (placed) => (await part()).foresee(placed),
    commitTree: async (commit) => (await part()).commitTree(commit),
  };
}

export function deferRemote(part: () => Promise<Remote>): Remote {
  return {
    describe: async () => (await part()).describe(),
    fetch: async () => (await part()).fetch(),
    deepen: async () => (await part()).deepen(),
    push: async (updates) => (await part()).push(updates),
  };
}

export function deferWorkTree(root: string | undefined, part: () => Promise<WorkTree>): WorkTree {
  return {
    root,
    list: async (folder) => (await part()).list(folder),
    read: async (path, maxBytes) => (await part()).read(path, maxBytes),
    isDirty: async () => (await part()).isDirty(),
    blockers: async (from, to) => (await part()).blockers(from, to),
    requireNotElsewhere: async (branch) => (await part()).requireNotElsewhere(branch),
    advance: async (update) => (await part()).advance(update),
    recover: async () => (await part()).recover(),
  };
}
