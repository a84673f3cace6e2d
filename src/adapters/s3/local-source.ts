import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import type { BigIntStats } from "node:fs";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { LocalFile } from "../../ports/artifact-store.ts";

/** A local file that must stay the same while it is uploaded. */
export interface LocalSource {
  readonly sizeBytes: number;
  /** Fills the beginning of the buffer from `offset` on; the slice that was filled. */
  read(buffer: Buffer, offset: number, length: number): Promise<Buffer>;
  /** Rejects with INVALID_INPUT when the file is not what it was when it was opened. */
  confirmUnchanged(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the file; rejects with INVALID_INPUT when it is a link, is no file, or has another size than was said. */
export async function openSource(file: LocalFile): Promise<LocalSource> {
  const handle = await openPlain(file.path);
  try {
    const before = await handle.stat({ bigint: true });
    if (!before.isFile()) throw new ModeltrailError("INVALID_INPUT", `${file.path} is not a regular file.`);
    if (before.size !== BigInt(file.sizeBytes)) throw changed(file.path);
    return sourceOf(file, handle, before);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function sourceOf(file: LocalFile, handle: FileHandle, before: BigIntStats): LocalSource {
  return {
    sizeBytes: file.sizeBytes,
    async read(buffer, offset, length) {
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle.read(buffer, done, length - done, offset + done);
        if (bytesRead === 0) throw changed(file.path);
        done += bytesRead;
      }
      return buffer.subarray(0, length);
    },
    async confirmUnchanged() {
      const now = await handle.stat({ bigint: true });
      const same =
        now.size === before.size && now.mtimeNs === before.mtimeNs && now.ctimeNs === before.ctimeNs;
      if (!same) throw changed(file.path);
    },
    close: () => handle.close(),
  };
}

async function openPlain(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOOP") {
      throw new ModeltrailError(
        "INVALID_INPUT",
        `${path} is a symbolic link: give the file that it leads to.`,
      );
    }
    throw new ModeltrailError("FILE_SYSTEM", `Cannot read ${path}.`, { cause: error });
  }
}

function changed(path: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${path} changed while it was read.`, {
    hint: "Wait until whatever writes it has finished, then run it again.",
  });
}
