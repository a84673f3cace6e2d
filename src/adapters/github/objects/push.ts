import { isModeltrailError, ModeltrailError } from "../../../diagnostics/errors.ts";
import type { Remote, RefUpdate } from "../../../ports/repository.ts";
import { GitHubError } from "../errors.ts";
import type { Source } from "./ask.ts";
import { type ApiRefs, REMOTE } from "./refs.ts";
import type { HostedObjects } from "../../../ports/hosted-repository.ts";
import type { Uploads } from "./upload.ts";

const NONE = "0".repeat(40);
const HEADS = "refs/heads/";

const UPDATE = `mutation ($repository: ID!, $updates: [RefUpdate!]!) {
  updateRefs(input: { repositoryId: $repository, refUpdates: $updates }) { clientMutationId }
}`;

type Move = Omit<RefUpdate, "reason">;

interface RemoteParts {
  readonly source: Source;
  readonly objects: HostedObjects;
  readonly refs: ApiRefs;
  readonly uploads: Uploads;
  /** The repository's address. */
  readonly url: string;
}

/** Pushes without Git: commits by the Git data API, branches by `updateRefs`, which moves all or none, each with a lease. */
export class ApiRemote implements Remote {
  readonly #source: Source;
  readonly #objects: HostedObjects;
  readonly #refs: ApiRefs;
  readonly #uploads: Uploads;
  readonly #url: string;

  constructor({ source, objects, refs, uploads, url }: RemoteParts) {
    this.#source = source;
    this.#objects = objects;
    this.#refs = refs;
    this.#uploads = uploads;
    this.#url = url;
  }

  describe(): Promise<{ readonly name: string; readonly url: string }> {
    return Promise.resolve({ name: REMOTE, url: this.#url });
  }

  fetch(): Promise<void> {
    return this.#refs.refresh();
  }

  /** The host's history is whole. */
  deepen(): Promise<void> {
    return Promise.resolve();
  }

  async push(updates: readonly Move[]): Promise<void> {
    for (const { name, value } of updates) {
      if (!name.startsWith(HEADS)) throw notABranch(name);
      if (value !== null) await this.#upload(value);
    }
    const { id } = await this.#refs.look();
    try {
      await this.#source.api.graphql(UPDATE, { repository: id, updates: updates.map(toUpdate) });
    } catch (error) {
      await this.#settle(updates, error);
    }
    for (const { name, value } of updates) this.#refs.remember(name.slice(HEADS.length), value);
  }

  /** The port promises the very commit that was handed in. */
  async #upload(commit: string): Promise<void> {
    if (!(await this.#objects.isOwn(commit))) return;
    if ((await this.#uploads.bring(commit)) === commit) return;
    throw new ModeltrailError("GIT", `GitHub wrote the commit ${commit.slice(0, 12)} in another way`, {
      hint: "Push from a clone: nothing was changed.",
    });
  }

  /** What became of a push that failed, or whose reply was lost, is told by where the branches stand. */
  async #settle(updates: readonly Move[], error: unknown): Promise<void> {
    if (!(error instanceof GitHubError)) throw error;
    if (["CREDENTIALS", "FORBIDDEN", "RATE_LIMITED"].includes(error.code)) throw error;
    const tips = await this.#tips(updates, error);
    const isDone = updates.every(({ value }, at) => tips[at] === value);
    if (isDone) return;
    const moved = updates.find(({ expected }, at) => tips[at] !== expected);
    if (moved !== undefined) throw conflict(moved, error);
    if (error.code === "NETWORK") throw error;
    // Every lease holds, and still GitHub refuses.
    throw new ModeltrailError("FORBIDDEN", `GitHub does not take the push: ${error.said}`, {
      hint: "A rule of the repository keeps branches of these names from being made, moved or deleted.",
      cause: error,
    });
  }

  async #tips(updates: readonly Move[], cause: GitHubError): Promise<readonly (string | null)[]> {
    try {
      await this.#refs.refresh();
      const names = updates.map(({ name }) => `refs/remotes/${REMOTE}/${name.slice(HEADS.length)}`);
      const tips: (string | null)[] = [];
      for (const name of names) tips.push((await this.#refs.read(name)) ?? null);
      return tips;
    } catch (error) {
      // What could not be looked at is as open as before.
      throw isModeltrailError(error) ? cause : error;
    }
  }
}

function toUpdate({ name, expected, value }: Move): object {
  return { name, beforeOid: expected ?? NONE, afterOid: value ?? NONE, force: true };
}

function conflict({ name }: Move, cause: GitHubError): ModeltrailError {
  return new ModeltrailError("CONFLICT", `${name.slice(HEADS.length)} was moved by somebody else`, {
    hint: "Run the command again.",
    cause,
  });
}

function notABranch(name: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${name} is no branch, and without a clone only branches are pushed`, {
    hint: "Work in a clone.",
  });
}
