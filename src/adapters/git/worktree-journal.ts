import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Layout } from "./locate.ts";
import { writeScratch } from "./lock-file.ts";
import { isOid } from "./object-format.ts";
import { isRefName } from "./ref-name.ts";

/** A move of the checked-out branch that was begun. */
export interface Journal {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string;
}

export async function readJournal(layout: Layout): Promise<Journal | undefined> {
  const text = await readFile(pathOf(layout), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Journal, unknown>>;
    const { ref, from, to } = value;
    if (typeof ref !== "string" || !isRefName(ref) || typeof to !== "string" || !isOid(to)) return undefined;
    return from === null || (typeof from === "string" && isOid(from)) ? { ref, from, to } : undefined;
  } catch {
    return undefined;
  }
}

export async function writeJournal(layout: Layout, journal: Journal): Promise<void> {
  await mkdir(dirname(pathOf(layout)), { recursive: true });
  await rename(await writeScratch(layout.gitDir, `${JSON.stringify(journal)}\n`), pathOf(layout));
}

export async function removeJournal(layout: Layout): Promise<void> {
  await rm(pathOf(layout), { force: true });
}

function pathOf(layout: Layout): string {
  return join(layout.gitDir, "modeltrail", "advance.json");
}
