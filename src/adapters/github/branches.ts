import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { BranchTip } from "../../ports/forge.ts";
import type { Repository } from "../../ports/repository.ts";

/** One move of a branch of the remote; null stands for "there is none". */
export interface BranchMove {
  readonly branch: string;
  readonly expected: string | null;
  readonly value: string | null;
}

/** The remote's branches through Git: what was fetched last, and pushes with leases. */
export class RemoteBranches {
  readonly #repository: Repository;
  #remote: Promise<string> | undefined;

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Where a branch stood when it was fetched last. */
  async tip(branch: string): Promise<string | undefined> {
    const remote = await (this.#remote ??= this.#nameRemote());
    return this.#repository.refs.read(`refs/remotes/${remote}/${branch}`);
  }

  /** The branches under a folder, `promote/staging/`, as they were fetched last. */
  async list(folder: string): Promise<readonly BranchTip[]> {
    const remote = await (this.#remote ??= this.#nameRemote());
    const tracking = `refs/remotes/${remote}/`;
    const refs = await this.#repository.refs.list(`${tracking}${folder}`);
    return refs.map(({ name, oid }) => ({ branch: name.slice(tracking.length), head: oid }));
  }

  async #nameRemote(): Promise<string> {
    const remote = await this.#repository.remote.describe();
    if (remote !== undefined) return remote.name;
    throw new ModeltrailError("NOT_FOUND", "this clone has no remote, so there is nothing to push to", {
      hint: "Add one: git remote add origin <address>.",
    });
  }

  /** Where a branch stands; fetches unless that is where the API says, so that its commit is here, too. */
  async tipOnceAt(branch: string, said: string): Promise<string | undefined> {
    if ((await this.tip(branch)) !== said) await this.refresh();
    return this.tip(branch);
  }

  /** True for a branch that was made, and its commit was not: it stands at a commit of the base. */
  async isHalfMade(tip: string, base: string): Promise<boolean> {
    const main = await this.tip(base);
    return main !== undefined && (await this.#repository.history.isAncestor(tip, main));
  }

  async refresh(): Promise<void> {
    await this.#repository.remote.fetch();
  }

  /** Pushes with a lease; a reply that was lost, or a race for the same goal, is settled by looking. */
  async move({ branch, expected, value }: BranchMove): Promise<void> {
    try {
      await this.#repository.remote.push([{ name: `refs/heads/${branch}`, expected, value }]);
    } catch (error) {
      const isOpen = isModeltrailError(error) && (error.code === "NETWORK" || error.code === "CONFLICT");
      if (!isOpen || !(await this.#stands(branch, value))) throw error;
    }
  }

  async #stands(branch: string, value: string | null): Promise<boolean> {
    try {
      await this.refresh();
    } catch (error) {
      if (isModeltrailError(error)) return false;
      throw error;
    }
    return ((await this.tip(branch)) ?? null) === value;
  }
}
