import { randomUUID } from "node:crypto";
import { type FileHandle, lstat, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ExpectedFile, TransferOptions, Verification } from "../../ports/artifact-store.ts";
import type { ObjectHead } from "./api.ts";
import { type Received, receive } from "./receive.ts";
import { S3Error } from "./s3-error.ts";
import { type StoreContext, digestOf } from "./store-context.ts";

export interface Download {
  readonly key: string;
  readonly expected: ExpectedFile;
  readonly destination: string;
}

/** Downloads to a hidden name beside the destination, and renames what is whole and flushed. */
export async function download(
  store: StoreContext,
  wanted: Download,
  options: TransferOptions,
): Promise<void> {
  const { destination } = wanted;
  const hidden = join(dirname(destination), `.modeltrail-${randomUUID()}.part`);
  try {
    await refuseExisting(destination);
    const file = await open(hidden, "wx");
    try {
      await fill(store, wanted, { ...options, file });
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(hidden, destination);
    await syncFolder(dirname(destination));
  } catch (error) {
    await rm(hidden, { force: true });
    options.signal?.throwIfAborted();
    if (error instanceof ModeltrailError) throw error;
    throw new ModeltrailError("FILE_SYSTEM", `Cannot write ${destination}.`, { cause: error });
  }
}

async function fill(
  store: StoreContext,
  { key, expected }: Download,
  options: TransferOptions & { readonly file: FileHandle },
): Promise<void> {
  const received = await read(store, key, { ...options, limit: expected.sizeBytes });
  if (received === undefined) throw new ModeltrailError("NOT_FOUND", `Nothing is stored under ${key}.`);
  if (received.sizeBytes === expected.sizeBytes && received.digest === expected.digest) return;
  const found = received.sizeBytes === expected.sizeBytes ? received.digest : `${received.sizeBytes} bytes`;
  const wanted = received.sizeBytes === expected.sizeBytes ? expected.digest : `${expected.sizeBytes} bytes`;
  throw new ModeltrailError("DIGEST_MISMATCH", `${key} holds ${found}, not ${wanted}.`, {
    hint: "Run it again; if that is so again, what is stored is damaged.",
  });
}

/** Undefined when nothing is there. */
async function read(
  store: StoreContext,
  key: string,
  options: Parameters<typeof receive>[2],
): Promise<Received | undefined> {
  try {
    return await receive(store, key, options);
  } catch (error) {
    if (error instanceof S3Error && error.status === 404 && error.reason !== "NoSuchBucket") return undefined;
    throw error;
  }
}

async function refuseExisting(destination: string): Promise<void> {
  const there = await lstat(destination).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  if (there !== undefined) throw new ModeltrailError("FILE_SYSTEM", `${destination} exists already.`);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What stands under a key: proved by the checksum that the store keeps, else by reading all of it. */
export async function verify(
  store: StoreContext,
  wanted: { readonly key: string; readonly expected: ExpectedFile },
  options: TransferOptions,
): Promise<Verification> {
  const head = await store.api.head(wanted.key, options.signal);
  return head === undefined ? { ok: false, problem: "missing" } : judge(store, { ...wanted, head }, options);
}

/** The same for an object that was looked at already. */
export async function judge(
  store: StoreContext,
  {
    key,
    expected,
    head,
  }: { readonly key: string; readonly expected: ExpectedFile; readonly head: ObjectHead },
  options: TransferOptions,
): Promise<Verification> {
  if (head.sizeBytes !== expected.sizeBytes)
    return { ok: false, problem: "size", found: String(head.sizeBytes) };
  const kept = digestOf(head);
  if (kept === expected.digest) return { ok: true, by: "stored-checksum" };
  if (kept !== undefined) return { ok: false, problem: "digest", found: kept };
  const composite = expected.storedChecksum;
  if (composite !== undefined && composite === head.checksum) return { ok: true, by: "stored-checksum" };
  const received = await read(store, key, { ...options, limit: expected.sizeBytes, file: undefined });
  if (received === undefined) return { ok: false, problem: "missing" };
  if (received.sizeBytes !== expected.sizeBytes) {
    return { ok: false, problem: "size", found: String(received.sizeBytes) };
  }
  if (received.digest !== expected.digest) return { ok: false, problem: "digest", found: received.digest };
  return { ok: true, by: "hashing" };
}
