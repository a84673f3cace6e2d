import { appendFile, mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { NativeGit } from "./native-process.ts";
import { chooseGit, type GitRepository, type OpenOptions, openRepository } from "./repository.ts";
import { isRefName } from "./ref-name.ts";
import { remoteFailure } from "./remote-failure.ts";
import { REMOTE } from "./remote-refs.ts";

const CONFIG =
  "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n";
const TRANSFER_TIMEOUT_MS = 1_800_000;

/** Makes a repository in `folder` (created when missing) whose HEAD is `branch`; opens the one that is there already. */
export async function initRepository(
  folder: string,
  branch: string,
  options: OpenOptions = {},
): Promise<GitRepository> {
  if (!isRefName(`refs/heads/${branch}`))
    throw new ModeltrailError("INVALID_INPUT", `not a name of a branch: ${JSON.stringify(branch)}`);
  const gitDir = join(folder, ".git");
  const known = await stat(gitDir).then(
    () => true,
    () => false,
  );
  if (!known) {
    await mkdir(folder, { recursive: true });
    await makeGitDir(folder, options);
    await writeFile(join(gitDir, "HEAD"), `ref: refs/heads/${branch}\n`);
  }
  return openRepository(folder, options);
}

/** Clones `url` into `folder`, which must be empty or missing, and checks out the remote's default branch. */
export async function cloneRepository(
  url: string,
  folder: string,
  options: OpenOptions = {},
): Promise<GitRepository> {
  if (url.startsWith("-") || /[\n\0]/.test(url))
    throw new ModeltrailError("INVALID_INPUT", "not an address of a repository");
  if ((await readdir(folder).catch(() => [])).length > 0) {
    throw new ModeltrailError("INVALID_INPUT", `${folder} is not empty`, {
      hint: "name a folder that does not exist yet",
    });
  }
  const env = options.env ?? process.env;
  const executable = await chooseGit(env, options.engine ?? "auto");
  if (executable === undefined) return cloneWithoutGit(url, folder, options);
  const git = new NativeGit(executable, env);
  const done = await git.run(["clone", "--quiet", "--origin", REMOTE, "--", url, resolve(folder)], {
    timeoutMs: TRANSFER_TIMEOUT_MS,
  });
  if (done.code !== 0) throw remoteFailure("clone from", done);
  return openRepository(folder, options);
}

/** `git init` runs where it can, for the user's templates. */
async function makeGitDir(folder: string, options: OpenOptions): Promise<void> {
  const env = options.env ?? process.env;
  const executable = await chooseGit(env, options.engine ?? "auto");
  if (executable !== undefined) {
    await new NativeGit(executable, env).must(["init", "--quiet", "--", resolve(folder)]);
    return;
  }
  const gitDir = join(folder, ".git");
  for (const part of ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"]) {
    await mkdir(join(gitDir, part), { recursive: true });
  }
  await writeFile(join(gitDir, "config"), CONFIG);
}

/** The folder is a usable repository at every step, so a clone that failed is finished by fetching again. */
async function cloneWithoutGit(url: string, folder: string, options: OpenOptions): Promise<GitRepository> {
  const made = await initRepository(folder, "main", options);
  const address = url.replace(/["\\]/g, "\\$&");
  const remote = `[remote "${REMOTE}"]\n\turl = "${address}"\n\tfetch = +refs/heads/*:refs/remotes/${REMOTE}/*\n`;
  await appendFile(join(made.gitDir, "config"), remote);
  const repository = await openRepository(folder, options);
  await repository.remote.fetch();
  const tracking = await repository.refs.symbolic(`refs/remotes/${REMOTE}/HEAD`);
  const tip = tracking === undefined ? undefined : await repository.refs.read(tracking);
  if (tracking === undefined || tip === undefined) return repository;
  const branch = tracking.slice(`refs/remotes/${REMOTE}/`.length);
  await writeFile(join(made.gitDir, "HEAD"), `ref: refs/heads/${branch}\n`);
  await appendFile(
    join(made.gitDir, "config"),
    `[branch "${branch}"]\n\tremote = ${REMOTE}\n\tmerge = refs/heads/${branch}\n`,
  );
  await repository.worktree.advance({
    name: `refs/heads/${branch}`,
    expected: null,
    value: tip,
    reason: "clone",
  });
  return repository;
}
