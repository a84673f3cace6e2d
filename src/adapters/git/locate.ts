import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { type GitConfig, isTrue, lastValue, readConfigFiles } from "./config-file.ts";

/** Where a repository's parts lie. */
export interface Layout {
  readonly gitDir: string;
  readonly commonDir: string;
  readonly root: string | undefined;
  /** The repository's own configuration, without the user's. */
  readonly config: GitConfig;
}

/** The repository that a folder lies in, searched upwards as Git does. */
export async function locateRepository(folder: string): Promise<Layout> {
  const start = await realpath(folder).catch(() => resolve(folder));
  for (let at = start; ; at = dirname(at)) {
    const gitDir = await gitDirOf(join(at, ".git"));
    if (gitDir !== undefined) return layoutOf(gitDir, at);
    if (await isGitDir(at)) return layoutOf(at, undefined);
    if (dirname(at) === at) break;
  }
  throw new ModeltrailError("NOT_A_REPOSITORY", `${folder} is not inside a Git repository`, {
    hint: "go into one, or make one with `git init`",
  });
}

async function layoutOf(gitDir: string, folder: string | undefined): Promise<Layout> {
  const common = await readFile(join(gitDir, "commondir"), "utf8").catch(() => undefined);
  const commonDir = common === undefined ? gitDir : await realpath(resolve(gitDir, common.trim()));
  const config = await readConfigFiles([join(commonDir, "config")]);
  const bare = folder === undefined || (common === undefined && isTrue(lastValue(config, "core.bare")));
  return { gitDir, commonDir, root: bare ? undefined : folder, config };
}

async function gitDirOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return (await isGitDir(path)) ? path : undefined;
  const pointer = /^gitdir: (.+?)\s*$/.exec(await readFile(path, "utf8"))?.[1];
  const target = pointer === undefined ? undefined : resolve(dirname(path), pointer);
  if (target !== undefined && (await isGitDir(target))) return realpath(target);
  throw new ModeltrailError("NOT_A_REPOSITORY", `${path} does not point to a Git repository`, {
    hint: "a linked work tree whose repository moved is mended by `git worktree repair`",
  });
}

async function isGitDir(path: string): Promise<boolean> {
  const exists = async (name: string): Promise<boolean> =>
    (await stat(join(path, name)).catch(() => undefined)) !== undefined;
  if (!(await exists("HEAD"))) return false;
  return (await exists("commondir")) || ((await exists("objects")) && (await exists("refs")));
}
