import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Forge, NewProposal, Proposal, ProposalState } from "../../ports/forge.ts";
import type { Repository } from "../../ports/repository.ts";

/** Where proposals of a registry without pull requests live. */
export interface LocalForgeOptions {
  /** What the branches of this registry begin with: empty, or `<registry name>/`. */
  readonly branchPrefix: string;
  /** Share proposals through the remote. False keeps them on this machine. */
  readonly push: boolean;
}

const KINDS = ["promote", "rollback", "register", "yank", "retire"];
const HEADS = "refs/heads/";
/**
 * Rejected and superseded proposals, so that no commit is lost and a left-over branch is not taken for open. A
 * rejection that is shared is remembered by the remote alone, so that whoever reopens it does so for everybody.
 */
const REJECTED = "refs/modeltrail/closed/";
const REJECTED_REMOTELY = "refs/modeltrail/remote/closed/";
const SUPERSEDED = "refs/modeltrail/superseded/";

/**
 * Proposals as plain branches. With a remote the remote's branches are the proposals, and a branch of this
 * machine is one that is still to be pushed; without one they are branches of this repository.
 */
export function openLocalForge(repository: Repository, options: LocalForgeOptions): Forge {
  return new LocalForge(repository, options);
}

class LocalForge implements Forge {
  readonly #repository: Repository;
  readonly #options: LocalForgeOptions;

  constructor(repository: Repository, options: LocalForgeOptions) {
    this.#repository = repository;
    this.#options = options;
  }

  async listOpen(): Promise<readonly Proposal[]> {
    const { refs } = this.#repository;
    const tracking = await this.#trackingPrefix();
    const heads = new Map<string, string>();
    for (const kind of KINDS) {
      const folder = `${this.#options.branchPrefix}${kind}/`;
      for (const { name, oid } of await refs.list(`${HEADS}${folder}`))
        heads.set(name.slice(HEADS.length), oid);
      if (tracking === undefined) continue;
      for (const { name, oid } of await refs.list(`${tracking}${folder}`))
        heads.set(name.slice(tracking.length), oid);
    }
    const open: Proposal[] = [];
    for (const [branch, head] of heads)
      if (!(await this.#isClosed(branch, head))) open.push({ branch, head });
    return open.toSorted((a, b) => (a.branch < b.branch ? -1 : 1));
  }

  async find(branch: string): Promise<ProposalState> {
    const { refs } = this.#repository;
    const tracking = await this.#trackingPrefix();
    const remote = tracking === undefined ? undefined : await refs.read(`${tracking}${branch}`);
    const head = remote ?? (await refs.read(`${HEADS}${branch}`));
    if (head !== undefined && !(await this.#isClosed(branch, head))) return { state: "open", head };
    const rejected = await this.#rejectedAt(branch);
    return rejected === undefined ? { state: "none" } : { state: "rejected", head: rejected };
  }

  async publish({ branch, head }: NewProposal, expected: string | null): Promise<void> {
    const { refs } = this.#repository;
    const name = `${HEADS}${branch}`;
    const tracking = await this.#trackingPrefix();
    const remote = tracking === undefined ? undefined : await refs.read(`${tracking}${branch}`);
    const local = await refs.read(name);
    if (
      (remote ?? local ?? null) !== expected &&
      !(await this.#isLeftOver(branch, remote ?? local, expected))
    ) {
      throw new ModeltrailError("CONFLICT", `${branch} was moved by somebody else`, {
        hint: "Run the command again.",
      });
    }
    if (!this.#options.push) {
      if (local !== head)
        await refs.update({ name, expected: local ?? null, value: head, reason: "modeltrail: propose" });
      await this.#forget(branch);
      return;
    }
    if (remote === head) return;
    if (local !== head)
      await refs.update({ name, expected: local ?? null, value: head, reason: "modeltrail: propose" });
    await this.#forget(branch);
    await this.#repository.remote.push([{ name, expected: remote ?? null, value: head }]);
    await this.#dropLocal(name, head);
  }

  async close(branch: string, head: string, why: "rejected" | "superseded" | "merged"): Promise<void> {
    const { refs } = this.#repository;
    const name = `${HEADS}${branch}`;
    if (why === "superseded") await this.#remember(`${SUPERSEDED}${branch}`, head);
    if (why === "rejected" && !this.#options.push) await this.#remember(`${REJECTED}${branch}`, head);
    const tracking = await this.#trackingPrefix();
    const remote = tracking === undefined ? undefined : await refs.read(`${tracking}${branch}`);
    if (this.#options.push) {
      const memory = why === "rejected" ? await this.#rejectionUpdate(branch, head) : [];
      const branchUpdate = remote === undefined ? [] : [{ name, expected: head, value: null }];
      if (memory.length + branchUpdate.length > 0)
        await this.#repository.remote.push([...memory, ...branchUpdate]);
    }
    await this.#dropLocal(name, head);
  }

  /** `refs/remotes/<remote>/`; undefined when proposals stay on this machine and none was ever fetched. */
  async #trackingPrefix(): Promise<string | undefined> {
    const remote = await this.#repository.remote.describe();
    return remote === undefined ? undefined : `refs/remotes/${remote.name}/`;
  }

  async #rejectedAt(branch: string): Promise<string | undefined> {
    const { refs } = this.#repository;
    return (await refs.read(`${REJECTED}${branch}`)) ?? (await refs.read(`${REJECTED_REMOTELY}${branch}`));
  }

  async #isClosed(branch: string, head: string): Promise<boolean> {
    const { refs } = this.#repository;
    return (await this.#rejectedAt(branch)) === head || (await refs.read(`${SUPERSEDED}${branch}`)) === head;
  }

  /** A branch that `find` did not count as open, because it stands at a closed proposal's commit. */
  async #isLeftOver(branch: string, head: string | undefined, expected: string | null): Promise<boolean> {
    return expected === null && head !== undefined && this.#isClosed(branch, head);
  }

  async #remember(name: string, head: string): Promise<void> {
    const { refs } = this.#repository;
    const before = await refs.read(name);
    if (before !== head)
      await refs.update({ name, expected: before ?? null, value: head, reason: "modeltrail: close" });
  }

  /** The push that lets everybody know of a rejection; none when the remote knows. */
  async #rejectionUpdate(
    branch: string,
    head: string,
  ): Promise<readonly { name: string; expected: string | null; value: string | null }[]> {
    const known = await this.#repository.refs.read(`${REJECTED_REMOTELY}${branch}`);
    return known === head ? [] : [{ name: `${REJECTED}${branch}`, expected: known ?? null, value: head }];
  }

  /** Proposed again: what was remembered of the branch goes, here and on the remote. */
  async #forget(branch: string): Promise<void> {
    const { refs, remote } = this.#repository;
    for (const name of [`${REJECTED}${branch}`, `${SUPERSEDED}${branch}`]) {
      const here = await refs.read(name);
      if (here !== undefined)
        await refs.update({ name, expected: here, value: null, reason: "modeltrail: reopen" });
    }
    const there = await refs.read(`${REJECTED_REMOTELY}${branch}`);
    if (there === undefined || !this.#options.push) return;
    await remote.push([{ name: `${REJECTED}${branch}`, expected: there, value: null }]);
  }

  /** A branch of this machine that is shared now, or closed, unless it moved or is checked out. */
  async #dropLocal(name: string, head: string): Promise<void> {
    const { refs } = this.#repository;
    if ((await refs.read(name)) !== head || (await refs.head()).branch === name) return;
    await refs.update({ name, expected: head, value: null, reason: "modeltrail: done" });
  }
}
