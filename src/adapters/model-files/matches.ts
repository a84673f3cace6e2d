import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ExpectedModelFile, MatchOptions, ScannedFile } from "../../ports/model-files.ts";
import { walk } from "./walk.ts";

/** Whether a folder holds these files and no others, proved by hashing them. */
export async function folderMatches(
  destination: string,
  expected: readonly ExpectedModelFile[],
  options: MatchOptions,
): Promise<boolean> {
  const files = await plainFiles(destination);
  return files !== undefined && filesMatch(files, expected, options);
}

/** Whether these are the files, and all of them. */
export async function filesMatch(
  files: readonly ScannedFile[],
  expected: readonly ExpectedModelFile[],
  options: MatchOptions,
): Promise<boolean> {
  const found = new Map(files.map((file) => [file.path, file]));
  const wanted = new Set(expected.map((file) => file.path));
  if (found.size !== expected.length || wanted.size !== expected.length) return false;
  // Sizes cost nothing, so they are compared before anything is hashed.
  if (expected.some((file) => found.get(file.path)?.sizeBytes !== file.sizeBytes)) return false;
  for (const { path, digest } of expected) {
    if ((await hashFile(found.get(path)?.absolutePath ?? "", options)) !== digest) return false;
  }
  return true;
}

/** Undefined when it is no folder of plain files. */
async function plainFiles(folder: string): Promise<readonly ScannedFile[] | undefined> {
  try {
    return (await lstat(folder)).isDirectory() ? await walk(folder, { skip: new Set() }) : undefined;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const foreign = error instanceof ModeltrailError && error.code === "INVALID_INPUT";
    if (missing || foreign) return undefined;
    throw error;
  }
}

async function hashFile(path: string, { signal }: MatchOptions): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(
    createReadStream(path, { highWaterMark: 1 << 20 }),
    hash,
    signal === undefined ? {} : { signal },
  );
  return `sha256:${hash.digest("hex")}`;
}
