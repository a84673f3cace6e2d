import { constants } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ScannedFile, ScannedModel } from "../../ports/model-files.ts";
import { parseName, refuseCollisions } from "./file-name.ts";
import { plainSize, walk } from "./walk.ts";

const SKIPPED: ReadonlySet<string> = new Set([".git"]);

/** Lists a model: one file, or all files of a folder. */
export async function scanModel(path: string): Promise<ScannedModel> {
  const absolutePath = resolve(path);
  const name = basename(absolutePath);
  const found = await lstat(absolutePath);
  if (!found.isDirectory()) {
    const sizeBytes = plainSize(absolutePath, found);
    const file = { path: parseName(Buffer.from(name), dirname(absolutePath)), absolutePath, sizeBytes };
    return { kind: "file", name, files: [file] };
  }
  const files = sortByBytes(await walk(absolutePath, { skip: SKIPPED }));
  if (files.length === 0) {
    throw new ModeltrailError("INVALID_INPUT", `${absolutePath} holds no files.`, {
      hint: "Give the model's own folder.",
    });
  }
  refuseCollisions(files.map((file) => file.path));
  return { kind: "folder", name, files };
}

function sortByBytes(files: readonly ScannedFile[]): readonly ScannedFile[] {
  const keyed = files.map((file) => ({ file, bytes: Buffer.from(file.path) }));
  return keyed.sort((a, b) => Buffer.compare(a.bytes, b.bytes)).map(({ file }) => file);
}

export async function readHead(absolutePath: string, bytes: number): Promise<Uint8Array> {
  const file = await open(
    absolutePath,
    constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
  );
  try {
    const head = Buffer.alloc(bytes);
    let done = 0;
    while (done < bytes) {
      const { bytesRead } = await file.read(head, done, bytes - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return new Uint8Array(head.buffer, head.byteOffset, done);
  } finally {
    await file.close();
  }
}
