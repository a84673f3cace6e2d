import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { TransferOptions } from "../../ports/artifact-store.ts";

const BUFFER_BYTES = 1 << 20;

export interface Hashed {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** Opens a file for reading, but never through a link, and without waiting for the other end of a pipe. */
export function openPlain(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}

/** Hashes what the handle reads, from the beginning, and writes it to the other where one is given. */
export async function hashedCopy(
  from: FileHandle,
  to: FileHandle | undefined,
  options: TransferOptions = {},
): Promise<Hashed> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  let done = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const { bytesRead } = await from.read(buffer, 0, buffer.length, done);
    if (bytesRead === 0) return { digest: `sha256:${hash.digest("hex")}`, sizeBytes: done };
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    if (to !== undefined) await writeAll(to, chunk, done);
    done += bytesRead;
    options.onProgress?.(done);
  }
}

async function writeAll(to: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    const { bytesWritten } = await to.write(chunk, written, chunk.length - written, position + written);
    written += bytesWritten;
  }
}

/** Hashes a stored file. */
export async function hashFile(path: string, options: TransferOptions = {}): Promise<Hashed> {
  const file = await openPlain(path);
  try {
    return await hashedCopy(file, undefined, options);
  } finally {
    await file.close();
  }
}

/** Makes a folder's entries last through a power cut, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
