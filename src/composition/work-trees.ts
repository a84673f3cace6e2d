import { access, readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import { realPathOf } from "./real-path.ts";

/** The work trees of a repository, links resolved: the one at hand, the main one, and those of `git worktree add`. */
export async function listWorkTrees({
  root,
  commonDir,
}: Pick<GitRepository, "root" | "commonDir">): Promise<readonly string[]> {
  const main = basename(commonDir) === ".git" ? [dirname(commonDir)] : [];
  const found = [...(root === undefined ? [] : [root]), ...main, ...(await listLinked(commonDir))];
  return [...new Set(await Promise.all(found.map(realPathOf)))];
}

/** Git keeps the way to each one's `.git` file, absolute or from the folder that says it, also when that is gone. */
async function listLinked(commonDir: string): Promise<readonly string[]> {
  const folder = join(commonDir, "worktrees");
  const names = await readdir(folder).catch(() => []);
  const found: string[] = [];
  for (const name of names) {
    const way = await readFile(join(folder, name, "gitdir"), "utf8").catch(() => "");
    const pointer = resolve(folder, name, way.trim());
    if (basename(pointer) === ".git" && (await isThere(pointer))) found.push(dirname(pointer));
  }
  return found;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
