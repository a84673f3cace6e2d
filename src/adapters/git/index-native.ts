import { copyFile, mkdir, rename, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { IndexAccess, StagedChange, StagedEntry } from "./index-access.ts";
import type { Layout } from "./locate.ts";
import { scratchFolder } from "./lock-file.ts";
import type { NativeGit } from "./native-process.ts";

const PATHS_AT_ONCE = 200;
const ZERO = "0".repeat(40);

/** The index through git itself, on a copy: split and sparse indexes and their extensions are its business. */
export class NativeIndex implements IndexAccess {
  readonly #git: NativeGit;
  readonly #layout: Layout;

  constructor(git: NativeGit, layout: Layout) {
    this.#git = git;
    this.#layout = layout;
  }

  async entriesAt(paths: readonly string[]): Promise<readonly StagedEntry[]> {
    const entries: StagedEntry[] = [];
    for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
      const some = paths.slice(at, at + PATHS_AT_ONCE);
      const output = await this.#git.must(["ls-files", "-z", "-t", "--stage", "--", ...some]);
      for (const line of output.toString("utf8").split("\0")) {
        const row = /^(\S) (\d{6}) ([0-9a-f]{40}) (\d)\t(.*)$/s.exec(line);
        if (row === null) continue;
        const [, tag, mode = "", oid = "", stage, path = ""] = row;
        entries.push({ path, mode, oid, stage: Number(stage), skipped: tag === "S" });
      }
    }
    return entries;
  }

  async apply(changes: readonly StagedChange[]): Promise<void> {
    if (changes.length === 0) return;
    const skipped = (await this.entriesAt(changes.map((change) => change.path))).filter(
      (entry) => entry.skipped,
    );
    const index = join(this.#layout.gitDir, "index");
    await mkdir(scratchFolder(this.#layout.gitDir), { recursive: true });
    const copy = join(scratchFolder(this.#layout.gitDir), `index-${randomBytes(6).toString("hex")}`);
    try {
      await copyFile(index, copy).catch((cause: unknown) => {
        if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      });
      const env = { GIT_INDEX_FILE: copy };
      await this.#git.must(["update-index", "-z", "--index-info"], { env, input: renderIndexInfo(changes) });
      await this.#keepSkipped(env, changes, skipped);
      await this.#refresh(env, changes);
      await rename(copy, index);
    } finally {
      await rm(copy, { force: true });
      await rm(`${copy}.lock`, { force: true });
    }
  }

  async #keepSkipped(
    env: { readonly GIT_INDEX_FILE: string },
    changes: readonly StagedChange[],
    skipped: readonly StagedEntry[],
  ): Promise<void> {
    const written = new Set(changes.filter((change) => change.entry !== null).map((change) => change.path));
    const paths = skipped.map((entry) => entry.path).filter((path) => written.has(path));
    if (paths.length === 0) return;
    await this.#git.must(["update-index", "-z", "--skip-worktree", "--stdin"], {
      env,
      input: `${paths.join("\0")}\0`,
    });
  }

  /** Only so that the next `git status` need not read these files; it would find the same. */
  async #refresh(env: { readonly GIT_INDEX_FILE: string }, changes: readonly StagedChange[]): Promise<void> {
    const paths = changes.filter((change) => change.entry !== null).map((change) => change.path);
    const args = ["add", "--refresh", "--pathspec-from-file=-", "--pathspec-file-nul"];
    if (paths.length > 0) await this.#git.run(args, { env, input: `${paths.join("\0")}\0` });
  }
}

/** Removals first: a file may take the place of a folder. */
function renderIndexInfo(changes: readonly StagedChange[]): string {
  const removals = changes
    .filter((change) => change.entry === null)
    .map(({ path }) => `0 ${ZERO}\t${path}\0`);
  const writes = changes.flatMap(({ path, entry }) =>
    entry === null ? [] : [`${entry.mode} ${entry.oid}\t${path}\0`],
  );
  return [...removals, ...writes].join("");
}
