import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { RefStore, RefUpdate, WorkTree, WorkTreeFile } from "../../ports/repository.ts";
import { lastValue, isTrue } from "./config-file.ts";
import type { IndexAccess } from "./index-access.ts";
import type { Layout } from "./locate.ts";
import { releaseDeadLock, sweepScratch, takeLock } from "./lock-file.ts";
import type { CachedObjects } from "./object-reader.ts";
import { movedRef } from "./moved-ref.ts";
import { diffTrees, type TreeChange } from "./tree-diff.ts";
import { findBlockers, type Ground, holds, isEntry, isSkipped } from "./worktree-blockers.ts";
import { type FileState, listFiles, putFile, readPlainFile, removeFile, stateOf } from "./worktree-files.ts";
import { readJournal, removeJournal, writeJournal } from "./worktree-journal.ts";

interface WorkTreeParts {
  readonly layout: Layout;
  readonly objects: CachedObjects;
  readonly refs: RefStore;
  readonly index: IndexAccess;
  readonly isDirty: () => Promise<boolean | undefined>;
}

/** The files and the index of one work tree, moved from commit to commit by their differences. */
export class FileWorkTree implements WorkTree {
  readonly root: string | undefined;
  readonly #parts: WorkTreeParts;

  constructor(parts: WorkTreeParts) {
    this.root = parts.layout.root;
    this.#parts = parts;
  }

  async list(folder: string): Promise<readonly WorkTreeFile[]> {
    return listFiles(this.#root(), folder.replace(/^\.?\/*$/, ""));
  }

  async read(path: string, maxBytes: number): Promise<Uint8Array | "too-large"> {
    return readPlainFile(this.#root(), path, maxBytes);
  }

  async isDirty(): Promise<boolean | undefined> {
    return this.root === undefined ? false : this.#parts.isDirty();
  }

  async blockers(from: string | undefined, to: string): Promise<readonly string[]> {
    if (this.root === undefined) return [];
    const changes = await this.#changes(from ?? null, to);
    return findBlockers(changes, await this.#survey(changes));
  }

  async advance(update: RefUpdate & { readonly value: string }): Promise<void> {
    await this.recover();
    await this.requireNotElsewhere(update.name);
    const { refs, layout } = this.#parts;
    if (this.root === undefined || (await refs.head()).branch !== update.name) return refs.update(update);
    const lock = await takeLock(layout.gitDir, join(layout.gitDir, "index.lock"));
    try {
      // Only now is it certain that nobody switches branches under us.
      if ((await refs.head()).branch !== update.name) return await refs.update(update);
      await this.#move(update);
    } finally {
      await lock.release();
    }
  }

  async recover(): Promise<void> {
    const { layout, refs } = this.#parts;
    if (this.root === undefined) return;
    if ((await readJournal(layout)) === undefined) return this.#releaseDeadLocks();
    const lock = await takeLock(layout.gitDir, join(layout.gitDir, "index.lock"));
    try {
      const journal = await readJournal(layout);
      if (journal === undefined) return;
      const head = await refs.head();
      if (head.branch === journal.ref && head.commit === journal.to) {
        const changes = await this.#changes(journal.from, journal.to);
        await this.#apply(changes, await this.#survey(changes));
      }
      await removeJournal(layout);
      await sweepScratch(layout.gitDir);
    } finally {
      await lock.release();
    }
    await this.#releaseDeadLocks();
  }

  /** What a process held that was killed before or after it wrote the journal. */
  async #releaseDeadLocks(): Promise<void> {
    const { layout, refs } = this.#parts;
    await releaseDeadLock(layout.gitDir, join(layout.gitDir, "index.lock"));
    const { branch } = await refs.head();
    if (branch !== undefined)
      await releaseDeadLock(layout.commonDir, join(layout.commonDir, `${branch}.lock`));
  }

  async #move(update: RefUpdate & { readonly value: string }): Promise<void> {
    const { layout, refs } = this.#parts;
    // Files follow the ref, so those of another commit would pass for local changes.
    const current = (await refs.head()).commit ?? null;
    if (current !== update.expected) throw movedRef(update, current);
    const changes = await this.#changes(update.expected, update.value);
    const ground = await this.#survey(changes);
    const blockers = findBlockers(changes, ground);
    if (blockers.length > 0) throw dirty(blockers);
    await writeJournal(layout, { ref: update.name, from: update.expected, to: update.value });
    try {
      await refs.update(update);
    } catch (error) {
      await removeJournal(layout);
      throw error;
    }
    await this.#apply(changes, ground);
    await removeJournal(layout);
  }

  /** Brings files and index entries that hold the old content to the new; anything else is left alone. */
  async #apply(changes: readonly TreeChange[], ground: Ground): Promise<void> {
    const { layout, objects, index } = this.#parts;
    const root = this.#root();
    const blocked = new Set(findBlockers(changes, ground));
    const open = changes.filter(
      (change) => !isSkipped(change.path, ground) && !blocked.has(change.path) && isStillOld(change, ground),
    );
    for (const { path, after } of open) if (after === null) await removeFile(root, path);
    const writes = open.flatMap(({ path, after }) =>
      after === null ? [] : [{ path, mode: after.mode, oid: after.oid }],
    );
    for (const { path, mode, oid } of writes) {
      const [content] =
        mode === "160000" ? [new Uint8Array()] : await objects.readBlobs([oid], Number.MAX_SAFE_INTEGER);
      if (content === undefined || content === "too-large")
        throw new ModeltrailError("GIT", `blob ${oid} was not read`);
      await putFile({ root, gitDir: layout.gitDir }, { path, mode, content });
    }
    const staged = new Map(ground.staged.map((entry) => [entry.path, entry]));
    const stale = changes.filter(({ path, before, after }) => {
      const entry = staged.get(path);
      if (entry === undefined) return before === null && after !== null;
      return entry.stage === 0 && isEntry(before, entry) && !isEntry(after, entry);
    });
    await index.apply(stale.map(({ path, after }) => ({ path, entry: after })));
  }

  async #changes(from: string | null, to: string): Promise<readonly TreeChange[]> {
    const { objects } = this.#parts;
    const before = from === null ? undefined : (await objects.readCommit(from)).tree;
    return diffTrees(objects, { before, after: (await objects.readCommit(to)).tree });
  }

  async #survey(changes: readonly TreeChange[]): Promise<Ground> {
    const root = this.#root();
    const states = new Map<string, FileState>();
    const inFolders = new Map<string, readonly string[]>();
    for (const { path } of changes) {
      const state = await stateOf(root, path);
      states.set(path, state);
      if (state.kind === "folder")
        inFolders.set(
          path,
          (await listFiles(root, path)).map((file) => `${path}/${file.path}`),
        );
    }
    return {
      states,
      inFolders,
      staged: await this.#parts.index.entriesAt(changes.map((change) => change.path)),
    };
  }

  /** A branch that another work tree shows must not move under its files. */
  async requireNotElsewhere(name: string): Promise<void> {
    for (const { gitDir, folder } of await otherWorkTrees(this.#parts.layout)) {
      const head = await readFile(join(gitDir, "HEAD"), "utf8").catch(() => "");
      if (head.trim() !== `ref: ${name}`) continue;
      throw new ModeltrailError("CONFLICT", `${name} is checked out in ${folder}`, {
        hint: "run the command there, or check out another branch there",
      });
    }
  }

  #root(): string {
    if (this.root !== undefined) return this.root;
    throw new ModeltrailError("INVALID_INPUT", "a bare repository has no work tree", {
      hint: "name a commit with --ref",
    });
  }
}

/** Whether the old content stands there still; in front of a new file, whether nothing of value does. */
function isStillOld({ path, before, after }: TreeChange, ground: Ground): boolean {
  const state = ground.states.get(path) ?? { kind: "missing" };
  if (state.kind === "file") {
    const remoded = before?.mode !== after?.mode && state.mode !== after?.mode;
    return holds(state, before) && (!holds(state, after) || remoded);
  }
  if (state.kind === "missing") return before === null && after !== null;
  return after !== null || state.kind === "folder";
}

async function otherWorkTrees(
  layout: Layout,
): Promise<readonly { readonly gitDir: string; readonly folder: string }[]> {
  const others: { gitDir: string; folder: string }[] = [];
  const mainIsBare = isTrue(lastValue(layout.config, "core.bare"));
  if (layout.gitDir !== layout.commonDir && !mainIsBare) {
    others.push({ gitDir: layout.commonDir, folder: dirname(layout.commonDir) });
  }
  const linked = join(layout.commonDir, "worktrees");
  for (const name of await readdir(linked).catch(() => [])) {
    const gitDir = join(linked, name);
    const pointer = await readFile(join(gitDir, "gitdir"), "utf8").catch(() => "");
    if (gitDir !== layout.gitDir) others.push({ gitDir, folder: dirname(pointer.trim()) });
  }
  return others;
}

function dirty(paths: readonly string[]): ModeltrailError {
  const shown = paths.slice(0, 5).join(", ") + (paths.length > 5 ? ` and ${paths.length - 5} more` : "");
  return new ModeltrailError("DIRTY_WORKTREE", `changes that are in no commit stand in the way: ${shown}`, {
    hint: "commit or stash them (`git stash -u`), then run the command again",
  });
}
