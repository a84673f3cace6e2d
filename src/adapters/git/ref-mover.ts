import { open, readdir, readFile, rename, rm, rmdir, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { RefUpdate } from "../../ports/repository.ts";
import type { Identity } from "./identity.ts";
import { takeLock, writeScratch } from "./lock-file.ts";
import { movedRef } from "./moved-ref.ts";
import { requireOid } from "./object-format.ts";
import { withoutPackedRef } from "./packed-refs.ts";
import type { RefFiles } from "./ref-files.ts";
import { requireRefName } from "./ref-name.ts";
import { appendReflog, deleteReflog } from "./reflog.ts";

/** Moves refs by compare-and-swap under the same locks that Git takes. */
export class RefMover {
  readonly #files: RefFiles;
  readonly #identity: Identity;

  constructor(files: RefFiles, identity: Identity) {
    this.#files = files;
    this.#identity = identity;
  }

  async update(update: RefUpdate): Promise<void> {
    requireRefName(update.name);
    if (update.value !== null) requireOid(update.value);
    if (update.expected !== null) requireOid(update.expected);
    const path = this.#files.pathOf(update.name);
    await this.#requireFreeName(update);
    const lock = await takeLock(this.#files.layout.commonDir, `${path}.lock`);
    try {
      await this.#requireExpected(update);
      if (update.value !== null) await this.#write(update, update.value);
      else if (update.expected !== null) await this.#delete(update.name);
    } finally {
      await lock.release();
    }
    if (update.value === null) await this.#pruneFolders(dirname(path));
  }

  async #requireExpected(update: RefUpdate): Promise<void> {
    const content = await this.#files.content(update.name);
    if (content !== undefined && "target" in content) {
      throw new ModeltrailError("CONFLICT", `${update.name} is a symbolic ref, and is not moved`);
    }
    const current = content?.oid ?? null;
    if (current === update.expected) return;
    throw movedRef(update, current);
  }

  async #write(update: RefUpdate, value: string): Promise<void> {
    const { layout } = this.#files;
    const path = this.#files.pathOf(update.name);
    const staged = await writeScratch(layout.commonDir, `${value}\n`);
    try {
      await rename(staged, path).catch(async (cause: unknown) => {
        // An empty folder that a deleted ref left, as Git leaves them too.
        const code = (cause as NodeJS.ErrnoException).code;
        if (code !== "EISDIR" && code !== "ENOTEMPTY" && code !== "EEXIST") throw cause;
        await removeEmptyFolders(path);
        await rename(staged, path);
      });
    } catch (cause) {
      await unlink(staged).catch(() => undefined);
      throw new ModeltrailError("CONFLICT", `${update.name} cannot be written to ${path}`, { cause });
    }
    await syncFolder(dirname(path));
    const who = await this.#identity.forReflog();
    await appendReflog(layout, update.name, {
      before: update.expected,
      after: value,
      who,
      reason: update.reason,
    });
  }

  /** The packed value goes first: the other way round, it would show again for a moment. */
  async #delete(name: string): Promise<void> {
    const { layout, packed } = this.#files;
    if ((await packed.read()).has(name)) {
      const lock = await takeLock(layout.commonDir, `${packed.path}.lock`);
      try {
        const text = await readFile(packed.path, "utf8");
        await rename(await writeScratch(layout.commonDir, withoutPackedRef(text, name)), packed.path);
        await syncFolder(layout.commonDir);
      } finally {
        await lock.release();
      }
    }
    await rm(this.#files.pathOf(name), { force: true });
    await deleteReflog(layout, name);
  }

  /** A ref cannot be both a file and a folder of refs. */
  async #requireFreeName(update: RefUpdate): Promise<void> {
    if (update.value === null) return;
    const parts = update.name.split("/");
    for (let count = 3; count < parts.length; count++) {
      const parent = parts.slice(0, count).join("/");
      if ((await this.#files.content(parent)) !== undefined) throw nameTaken(update.name, parent);
    }
    const [below] = await this.#files.list(`${update.name}/`);
    if (below !== undefined) throw nameTaken(update.name, below.name);
  }

  /** Fails harmlessly where another process has just put something in: its lock keeps the folder. */
  async #pruneFolders(from: string): Promise<void> {
    const top = join(this.#files.layout.commonDir, "refs");
    for (let folder = from; dirname(folder) !== top && folder.startsWith(top); folder = dirname(folder)) {
      if (
        !(await rmdir(folder).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  }
}

function nameTaken(name: string, other: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${name} cannot be made, because ${other} exists`, {
    hint: `rename or delete ${other}`,
  });
}

async function removeEmptyFolders(path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) return;
  for (const name of await readdir(path)) await removeEmptyFolders(join(path, name));
  await rmdir(path);
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
