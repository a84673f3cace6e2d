import { relative, sep } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { FolderPlace } from "../workflows/context.ts";
import { localRoot } from "./open-store.ts";
import { isInside, realPathOf } from "./real-path.ts";

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
