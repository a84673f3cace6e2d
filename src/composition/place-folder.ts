import { realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { FolderPlace } from "../workflows/context.ts";
import { localRoot } from "./open-store.ts";

/** Tells what a folder would overwrite. `registry` is where relative `file:` addresses begin. */
export async function placeFolder(
  folder: string,
  storage: Registry["spec"]["storage"],
  around: { readonly repository: GitRepository; readonly registry: string },
): Promise<FolderPlace> {
  const { root, gitDir, commonDir } = around.repository;
  const target = await realPathOf(folder);
  const store = storage.uri.startsWith("file:")
    ? await realPathOf(localRoot(storage.uri, around.registry))
    : undefined;
  const isGit = overlaps(target, gitDir) || overlaps(target, commonDir);
  const holds = isGit
    ? "the Git repository"
    : store !== undefined && overlaps(target, store)
      ? "the registry's storage"
      : undefined;
  const inWorkTree =
    root !== undefined && isInside(root, target) ? relative(root, target).split(sep).join("/") : undefined;
  return { holds, inWorkTree };
}

function overlaps(a: string, b: string): boolean {
  return isInside(a, b) || isInside(b, a);
}

/** Whether a folder is another, or lies below it. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path without symbolic links, also when its last parts do not exist yet. */
async function realPathOf(path: string): Promise<string> {
  const absolute = resolve(path);
  const known = await realpath(absolute).catch(() => undefined);
  if (known !== undefined || dirname(absolute) === absolute) return known ?? absolute;
  return join(await realPathOf(dirname(absolute)), basename(absolute));
}
