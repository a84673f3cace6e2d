import type { BigIntStats } from "node:fs";
import { type FileHandle, chmod, mkdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { LocalFile, StoredFile, TransferOptions } from "../../ports/artifact-store.ts";
import { type Hashed, hashFile, hashedCopy, openPlain, syncFolder } from "./hashed-copy.ts";
import { ownName, removeLeftovers } from "./incoming.ts";
import { publish } from "./publish.ts";
import { type Found, type Place, copyTo, findStored } from "./read-stored.ts";
import { INCOMING, makeFolder, segmentsOf, splitRoot } from "./safe-path.ts";

/** A local file on its way to a key. */
export interface Put {
  readonly key: string;
  readonly file: LocalFile;
}

/** Copies the file into the store unless it is there already: out of sight, read back, then under its name. */
export async function putStored(
  place: Place,
  { key, file }: Put,
  options: TransferOptions,
): Promise<StoredFile> {
  segmentsOf(key);
  const there = await findStored(place, key);
  if (there !== undefined) {
    const source = await readSource(file, (handle) => hashedCopy(handle, undefined, options));
    return compare(there, source, key);
  }
  const root = await makeRoot(place);
  const incoming = await makeFolder(root, [INCOMING]);
  await removeLeftovers(incoming);
  const temporary = join(incoming, ownName());
  try {
    const copied = await readSource(file, (handle) => copyTo(temporary, handle, options));
    await readBack(temporary, copied, options);
    return await publishAs(place, { key, root, temporary, copied });
  } finally {
    await rm(temporary, { force: true });
  }
}

export async function makeRoot({ root, uriBase }: Place): Promise<string> {
  const { base, segments } = splitRoot(root, uriBase);
  await mkdir(base, { recursive: true });
  return makeFolder(base, segments);
}

interface Publication {
  readonly key: string;
  readonly root: string;
  readonly temporary: string;
  readonly copied: Hashed;
}

async function publishAs(place: Place, { key, root, temporary, copied }: Publication): Promise<StoredFile> {
  const segments = segmentsOf(key);
  const folder = await makeFolder(root, segments.slice(0, -1));
  const final = join(folder, segments.at(-1) ?? "");
  if (!(await publish(temporary, final, { links: place.hardLinks }))) {
    const first = await findStored(place, key);
    if (first === undefined) throw conflict(key);
    return compare(first, copied, key);
  }
  for (let made = folder; made.length >= root.length; made = dirname(made)) await syncFolder(made);
  return { ...copied, uploaded: true };
}

async function readBack(temporary: string, copied: Hashed, options: TransferOptions): Promise<void> {
  await chmod(temporary, 0o444);
  const written = await hashFile(temporary, options.signal === undefined ? {} : { signal: options.signal });
  if (written.digest === copied.digest && written.sizeBytes === copied.sizeBytes) return;
  throw new ModeltrailError("STORAGE", `${temporary} does not read as it was written: the disk is damaged.`);
}

async function compare(there: Found, local: Hashed, key: string): Promise<StoredFile> {
  if (there.sizeBytes !== local.sizeBytes) throw conflict(key);
  const { digest } = await hashFile(there.path);
  if (digest !== local.digest) throw conflict(key);
  return { ...local, uploaded: false };
}

function conflict(key: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `Other bytes are stored under ${key}.`, {
    hint: "Nothing that is stored is ever overwritten: register the model under another version.",
  });
}

/** Reads a local file that must be what it is said to be, and stay so while it is read. */
async function readSource(file: LocalFile, read: (handle: FileHandle) => Promise<Hashed>): Promise<Hashed> {
  const handle = await openPlain(file.path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ELOOP" ? notPlain(file.path) : unreadable(file.path, error);
  });
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) throw notPlain(file.path);
    if (before.size !== BigInt(file.sizeBytes)) throw changed(file.path);
    const hashed = await read(handle);
    const same = isUnchanged(before, await handle.stat({ bigint: true }));
    if (!same || hashed.sizeBytes !== file.sizeBytes) throw changed(file.path);
    return hashed;
  } finally {
    await handle.close();
  }
}

function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  return before.size === now.size && before.mtimeNs === now.mtimeNs && before.ctimeNs === now.ctimeNs;
}

function unreadable(path: string, cause: unknown): ModeltrailError {
  return new ModeltrailError("FILE_SYSTEM", `Cannot read ${path}.`, { cause });
}

function notPlain(path: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${path} is a link or no regular file.`);
}

function changed(path: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${path} changed while it was read.`, {
    hint: "Wait until whatever writes it has finished, then run it again.",
  });
}
