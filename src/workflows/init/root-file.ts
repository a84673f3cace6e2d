import { ModeltrailError } from "../../diagnostics/errors.ts";
import { decodeExact } from "../audit/exact-text.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder } from "../read/trees.ts";

const MOST_BYTES = 3 * 1024 * 1024;

/**
 * A file of the repository, every byte of it; undefined when it is not there. Rejects with INVALID_INPUT for a link, for
 * what is too large to be one, and for what is not UTF-8.
 */
export async function readRootFile(
  { repository }: Context,
  root: string | undefined,
  path: string,
): Promise<string | undefined> {
  const entry = root === undefined ? undefined : await entryAt(repository, root, path);
  if (entry === undefined) return undefined;
  if (isFolder(entry) || !entry.mode.startsWith("100"))
    throw new ModeltrailError("INVALID_INPUT", `${path} is no plain file`, {
      hint: "Make it one, or remove it.",
    });
  const [bytes] = await repository.objects.readBlobs([entry.oid], MOST_BYTES);
  if (bytes === "too-large" || bytes === undefined)
    throw new ModeltrailError("INVALID_INPUT", `${path} is larger than 3 MiB`, {
      hint: "GitHub reads no more.",
    });
  const text = decodeExact(bytes);
  if (text !== undefined) return text;
  throw new ModeltrailError("INVALID_INPUT", `${path} is not UTF-8, so not every byte of it could be kept`, {
    hint: "Save it as UTF-8, which is how GitHub reads it, and commit.",
  });
}

/** Rejects with INVALID_INPUT where something else stands in the place of a folder that files are to be written to. */
export async function requireFolders(
  { repository }: Context,
  root: string | undefined,
  paths: readonly string[],
): Promise<void> {
  const folders = new Set(
    paths.flatMap((path) => {
      const names = path.split("/").slice(0, -1);
      return names.map((_, index) => names.slice(0, index + 1).join("/"));
    }),
  );
  if (root === undefined) return;
  for (const folder of folders) {
    const entry = await entryAt(repository, root, folder);
    if (entry !== undefined && !isFolder(entry))
      throw new ModeltrailError(
        "INVALID_INPUT",
        `${folder} is no folder, and files are to be written to it`,
        {
          hint: "Move or remove what stands there, commit, and run this again.",
        },
      );
  }
}
