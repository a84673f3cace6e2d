import type { GitRepository } from "../adapters/git/open.ts";
import type { Context, Notices } from "../workflows/context.ts";

/** Where a registry is, and what surrounds the work on it. */
export interface OpenContextOptions {
  /** The registry's folder, or its address; left out: the folder nearest upwards from `cwd` that holds modeltrail.yaml. */
  readonly registry?: string | undefined;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly notices: Notices;
  readonly now: () => Date;
  /** The default branch, where the host itself has said which it is; left out: what `origin/HEAD` names. */
  readonly defaultBranch?: string | undefined;
}

/** The context of a command, with the repository to close when it is done. */
export interface OpenedContext extends Context {
  readonly repository: GitRepository;
}
