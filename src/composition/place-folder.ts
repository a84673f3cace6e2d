import { relative, sep } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { FolderPlace } from "../workflows/context.ts";
import { localRoot } from "./open-store.ts";
import { isInside, realPathOf } from "./real-path.ts";
import { listWorkTrees } from "./work-trees.ts";

/** Tells what a folder would overwrite. `registry` is where relative `file:` addresses begin. */
export async function placeFolder(
  folder: string,
  storage: Registry["spec"]["storage"],
  around: { readonly repository: GitRepository; readonly registry: string },
): Promise<FolderPlace> {
  const { gitDir, commonDir } = around.repository;
  const target = await realPathOf(folder);
  const store = storage.uri.startsWith("file:")
    ? await realPathOf(localRoot(storage.uri, around.registry))
    : undefined;
  const isGit = overlaps(target, gitDir) || overlaps(target, commonDir);
  const workTrees = await listWorkTrees(around.repository);
  const holds = isGit
    ? "the Git repository"
    : store !== undefined && overlaps(target, store)
      ? "the registry's storage"
      : workTrees.some((tree) => isInside(target, tree))
        ? "a work tree of the registry"
        : undefined;
  // One may lie in another: the folder is in the innermost.
  const [own] = workTrees.filter((tree) => isInside(tree, target)).toSorted((a, b) => b.length - a.length);
  const inWorkTree = own === undefined ? undefined : relative(own, target).split(sep).join("/");
  return { holds, inWorkTree };
}

function overlaps(a: string, b: string): boolean {
  return isInside(a, b) || isInside(b, a);
}
