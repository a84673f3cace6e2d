import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { IndexAccess, StagedChange, StagedEntry } from "./index-access.ts";
import { encodeIndex, type IndexEntry, parseIndex } from "./index-format.ts";
import type { Layout } from "./locate.ts";
import { writeScratch } from "./lock-file.ts";

/** The index read and written by ourselves, in one pass however many paths change. */
export class IndexFile implements IndexAccess {
  readonly #layout: Layout;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  async entriesAt(paths: readonly string[]): Promise<readonly StagedEntry[]> {
    const wanted = new Set(paths);
    return (await this.#read()).flatMap((entry) => {
      const path = entry.rawPath.toString("utf8");
      if (!wanted.has(path) && !foldersOf(path).some((folder) => wanted.has(folder))) return [];
      return [{ path, mode: entry.mode, oid: entry.oid, stage: entry.stage, skipped: entry.skipped }];
    });
  }

  async apply(changes: readonly StagedChange[]): Promise<void> {
    if (changes.length === 0) return;
    const entries = await this.#read();
    const byPath = new Map(changes.map((change) => [change.path, change]));
    const kept = entries.filter((entry) => !byPath.has(entry.rawPath.toString("utf8")));
    const skipped = new Set(
      entries.filter((entry) => entry.skipped).map((entry) => entry.rawPath.toString("utf8")),
    );
    const added = changes.flatMap(({ path, entry }) =>
      entry === null ? [] : [newEntry(path, entry, skipped.has(path))],
    );
    const staged = await writeScratch(this.#layout.gitDir, encodeIndex([...kept, ...added]));
    await rename(staged, join(this.#layout.gitDir, "index"));
  }

  async #read(): Promise<readonly IndexEntry[]> {
    const bytes = await readFile(join(this.#layout.gitDir, "index")).catch(() => undefined);
    return bytes === undefined ? [] : parseIndex(bytes);
  }
}

/** Without the file's times and size Git compares contents once, and then fills them in by itself. */
function newEntry(
  path: string,
  entry: { readonly mode: string; readonly oid: string },
  skipped: boolean,
): IndexEntry {
  const rawPath = Buffer.from(path, "utf8");
  return {
    rawPath,
    ...entry,
    stage: 0,
    skipped,
    stat: Buffer.alloc(40),
    assumeValid: false,
    intentToAdd: false,
  };
}

function foldersOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, at) => parts.slice(0, at + 1).join("/"));
}
