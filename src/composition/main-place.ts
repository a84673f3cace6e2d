import { basename, dirname, join, resolve } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";

/**
 * Where relative storage begins, whichever work tree is at hand: in the main one, which linked ones share; where there
 * is none, in the bare repository itself, or beside one that is a folder `.git`. Rejects with USAGE where nothing says
 * where the main one is: another place would be another registry's worth of artifacts.
 */
export async function findMainPlace({
  root,
  gitDir,
  commonDir,
}: Pick<GitRepository, "root" | "gitDir" | "commonDir">): Promise<string> {
  if (root !== undefined && gitDir === commonDir) return root;
  if (basename(commonDir) === ".git") return dirname(commonDir);
  if (root === undefined) return commonDir;
  const { isTrue, lastValue, readConfigFiles } = await import("../adapters/git/config-file.ts");
  const config = await readConfigFiles([join(commonDir, "config"), join(commonDir, "config.worktree")]);
  if (isTrue(lastValue(config, "core.bare"))) return commonDir;
  // Git says it for submodules; for `git init --separate-git-dir` nobody does.
  const named = lastValue(config, "core.worktree");
  if (named !== undefined) return resolve(commonDir, named);
  throw new ModeltrailError(
    "USAGE",
    `${commonDir} does not say where its main work tree is, in which the artifacts of this registry lie`,
    {
      hint: "Say it: git config core.worktree <main work tree>. Or name storage with an absolute path in spec.storage.uri.",
    },
  );
}
