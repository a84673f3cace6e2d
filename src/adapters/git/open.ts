import type { GitRepository, OpenOptions } from "./repository.ts";

/** The door to this adapter: what the rest of the program imports. */
export { type GitRepository, openRepository } from "./repository.ts";

/** Makes a repository in `folder` (created when missing) whose HEAD is `branch`; opens the one that is there already. */
export async function initRepository(
  folder: string,
  branch: string,
  options?: OpenOptions,
): Promise<GitRepository> {
  return (await import("./create.ts")).initRepository(folder, branch, options);
}

/** Clones `url` into `folder`, which must be empty or missing, and checks out the remote's default branch. */
export async function cloneRepository(
  url: string,
  folder: string,
  options?: OpenOptions,
): Promise<GitRepository> {
  return (await import("./create.ts")).cloneRepository(url, folder, options);
}
