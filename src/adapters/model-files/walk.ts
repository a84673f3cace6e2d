import type { Stats } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ScannedFile } from "../../ports/model-files.ts";
import { parseName, refuseLongPath } from "./file-name.ts";

export const MAX_FILES = 2500;

export interface WalkOptions {
  /** Names of entries that are passed over wherever they stand. */
  readonly skip: ReadonlySet<string>;
}

/** All files below a folder, in no order; INVALID_INPUT for anything that is neither file nor folder. */
export async function walk(root: string, { skip }: WalkOptions): Promise<readonly ScannedFile[]> {
  const files: ScannedFile[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const absolute = join(root, folder);
    for (const entry of await readdir(absolute, { withFileTypes: true, encoding: "buffer" })) {
      const name = parseName(entry.name, absolute);
      if (skip.has(name)) continue;
      const path = folder + name;
      refuseLongPath(path);
      const absolutePath = join(absolute, name);
      const found = await lstat(absolutePath);
      if (found.isDirectory()) folders.push(`${path}/`);
      else files.push({ path, absolutePath, sizeBytes: plainSize(absolutePath, found) });
      if (files.length > MAX_FILES || folders.length > MAX_FILES) throw tooMany(root);
    }
  }
  return files;
}

/** The size of a regular file; INVALID_INPUT for anything else. */
export function plainSize(path: string, found: Stats): number {
  if (found.isFile()) return found.size;
  const link = found.isSymbolicLink();
  throw new ModeltrailError(
    "INVALID_INPUT",
    `${path} is ${link ? "a symbolic link" : "not a regular file"}.`,
    {
      hint: link
        ? "Put the file that it leads to in its place, or give that one."
        : "Remove it from the model.",
    },
  );
}

function tooMany(root: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${root} holds more than ${MAX_FILES} files or folders.`, {
    hint: "Pack them into fewer files, a tar archive say.",
  });
}
