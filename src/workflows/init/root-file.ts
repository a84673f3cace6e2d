import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { entryAt, isFolder } from "../read/trees.ts";

const MOST_BYTES = 3 * 1024 * 1024;

/** A file of the repository; undefined when it is not there. Rejects for a link, or what is too large to be one. */
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
  return new TextDecoder().decode(bytes);
}
