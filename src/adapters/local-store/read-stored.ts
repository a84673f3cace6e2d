import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ExpectedFile, TransferOptions, Verification } from "../../ports/artifact-store.ts";
import { type Hashed, hashFile, hashedCopy, openPlain, syncFolder } from "./hashed-copy.ts";
import { ownName } from "./incoming.ts";
import { findFolder, segmentsOf, splitRoot, unlessMissing } from "./safe-path.ts";

export interface Place {
  /** Absolute. */
  readonly root: string;
  readonly uriBase: string;
  readonly hardLinks: boolean;
}

export interface Found {
  readonly path: string;
  readonly sizeBytes: number;
}

export interface Copy {
  readonly key: string;
  readonly expected: ExpectedFile;
  readonly destination: string;
}

/** What stands under a key; undefined when that is nothing. */
export async function findStored(place: Place, key: string): Promise<Found | undefined> {
  const segments = segmentsOf(key);
  const { base, segments: own } = splitRoot(place.root, place.uriBase);
  const folder = await findFolder(base, [...own, ...segments.slice(0, -1)]);
  if (folder === undefined) return undefined;
  const path = join(folder, segments.at(-1) ?? "");
  const there = await lstat(path).catch(unlessMissing);
  if (there === undefined || there.isDirectory()) return undefined;
  if (!there.isFile()) {
    throw new ModeltrailError("STORAGE", `${path} is no regular file.`, {
      hint: "The store follows no links: remove it.",
    });
  }
  return { path, sizeBytes: there.size };
}

export async function verifyStored(
  place: Place,
  { key, expected }: Pick<Copy, "key" | "expected">,
  options: TransferOptions,
): Promise<Verification> {
  const found = await findStored(place, key);
  if (found === undefined) return { ok: false, problem: "missing" };
  if (found.sizeBytes !== expected.sizeBytes)
    return { ok: false, problem: "size", found: String(found.sizeBytes) };
  const { digest } = await hashFile(found.path, options);
  return digest === expected.digest
    ? { ok: true, by: "hashing" }
    : { ok: false, problem: "digest", found: digest };
}

/** Copies to a hidden name beside the destination, and renames what is whole and flushed. */
export async function getStored(
  place: Place,
  { key, expected, destination }: Copy,
  options: TransferOptions,
): Promise<void> {
  const found = await findStored(place, key);
  if (found === undefined) throw new ModeltrailError("NOT_FOUND", `Nothing is stored under ${key}.`);
  if ((await lstat(destination).catch(unlessMissing)) !== undefined) {
    throw new ModeltrailError("FILE_SYSTEM", `${destination} exists already.`);
  }
  const hidden = join(dirname(destination), `.modeltrail-${ownName()}.part`);
  const stored = await openPlain(found.path);
  try {
    const copied = await copyTo(hidden, stored, options);
    if (copied.digest !== expected.digest || copied.sizeBytes !== expected.sizeBytes) {
      throw new ModeltrailError("DIGEST_MISMATCH", `${key} holds ${copied.digest}, not ${expected.digest}.`, {
        hint: "What is stored was changed or damaged: restore it from a copy, or yank the version.",
      });
    }
    await rename(hidden, destination);
    await syncFolder(dirname(destination));
  } finally {
    await stored.close();
    await rm(hidden, { force: true });
  }
}

/** Writes a new, flushed file with what the handle reads. */
export async function copyTo(path: string, from: FileHandle, options: TransferOptions): Promise<Hashed> {
  const to = await open(path, "wx");
  try {
    const copied = await hashedCopy(from, to, options);
    await to.sync();
    return copied;
  } finally {
    await to.close();
  }
}
