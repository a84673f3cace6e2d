import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Closing, Forge, NewProposal, Proposal, ProposalState, Published } from "../../ports/forge.ts";
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
 * machine is one that is still to be pushed; where nothing is pushed, this machine's branch comes first.
 */
export function openLocalForge(repository: Repository, options: LocalForgeOptions): Forge {
  return new LocalForge(repository, options);
}

interface Standing {
  readonly local: string | undefined;
  readonly remote: string | undefined;
  readonly head: string | undefined;
}

class LocalForge implements Forge {
  readonly pullRequests = undefined;
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
      const local = (await refs.list(`${HEADS}${folder}`)).map(
        ({ name, oid }) => [name.slice(HEADS.length), oid] as const,
      );
      const remote =
        tracking === undefined
          ? []
          : (await refs.list(`${tracking}${folder}`)).map(
              ({ name, oid }) => [name.slice(tracking.length), oid] as const,
            );
      const ordered = this.#options.push ? [...local, ...remote] : [...remote, ...local];
      for (const [branch, head] of ordered) heads.set(branch, head);
    }
    const open: Proposal[] = [];
    for (const [branch, head] of heads)
      if (!(await this.#isClosed(branch, head))) open.push({ branch, head });
    return open.toSorted((a, b) => (a.branch < b.branch ? -1 : 1));
  }

  async find(branch: string): Promise<ProposalState> {
    const { head } = await this.#stands(branch);
    if (head !== undefined && !(await this.#isClosed(branch, head))) return { state: "open", head };
    const rejected = await this.#rejectedAt(branch);
    return rejected === undefined ? { state: "none" } : { state: "rejected", head: rejected };
  }

  async publish(proposal: NewProposal, expected: string | null): Promise<Published> {
    await this.#publish(proposal, expected);
    return { head: proposal.head, warnings: [] };
  }

  async #publish({ branch, head }: NewProposal, expected: string | null): Promise<void> {
    const standing = await this.#stands(branch);
    if ((standing.head ?? null) !== expected && !(await this.#isLeftOver(branch, standing.head, expected))) {
      throw new ModeltrailError("CONFLICT", `${branch} was moved by somebody else`, {
        hint: "Run the command again.",
      });
    }
    if (this.#options.push) return this.#share(branch, head, standing);
    await this.#moveLocal(branch, head, standing.local);
    await this.#forgetHere(branch);
  }

  /** Pushes by id: the branch of this machine, if there is one, has nothing to add any more. */
  async #share(branch: string, head: string, { local, remote, head: seen }: Standing): Promise<void> {
    const name = `${HEADS}${branch}`;
    if (remote !== head) {
      const reopened = await this.#reopenUpdate(branch);
      try {
        await this.#repository.remote.push([{ name, expected: remote ?? null, value: head }, ...reopened]);
      } catch (error) {
        // Kept here, so that running again finishes it; but a race was decided, and the loser's is nobody's.
        const lost = isModeltrailError(error) && error.code === "CONFLICT";
        if (!lost && (local === undefined || local === seen)) await this.#keep(branch, head, local);
        throw error;
      }
      await this.#forgetHere(branch);
    }
    if (local !== undefined) await this.#dropStale(branch, { head, local, examined: local === seen });
  }

  /** The branch of this machine moves, and the files with it where it is checked out. */
  async #moveLocal(branch: string, head: string, local: string | undefined): Promise<void> {
    if (local === head) return;
    await this.#repository.worktree.advance({
      name: `${HEADS}${branch}`,
      expected: local ?? null,
      value: head,
      reason: "modeltrail: propose",
    });
  }

  /** As far as that can be done: what matters to the caller is why the push failed. */
  async #keep(branch: string, head: string, local: string | undefined): Promise<void> {
    await this.#moveLocal(branch, head, local).catch((error: unknown) => {
      if (!isModeltrailError(error)) throw error;
    });
  }

  /**
   * A branch of this machine beside the shared one: it goes when the caller has looked at it, or when merging it
   * would change nothing. What a person added stays; one that is checked out stays too, but is no proposal.
   */
  async #dropStale(
    branch: string,
    { head, local, examined }: { readonly head: string; readonly local: string; readonly examined: boolean },
  ): Promise<void> {
    const name = `${HEADS}${branch}`;
    if (local !== head && !examined && !(await this.#addsNothing(local, head))) return;
    await this.#dropLocal(name, local);
    if (local !== head && (await this.#repository.refs.read(name)) === local)
      await this.#remember(`${SUPERSEDED}${branch}`, local);
  }

  async #addsNothing(local: string, head: string): Promise<boolean> {
    const { history, writer, objects } = this.#repository;
    const base = await history.mergeBase(head, local);
    if (base === undefined) return false;
    const merged = await writer.mergeTrees(base, head, local);
    return "tree" in merged && merged.tree === (await objects.readCommit(head)).tree;
  }

  async close(branch: string, head: string, { why }: Closing): Promise<void> {
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

  /** Where a proposal's branch is, here and on the remote; `head` is the one that counts. */
  async #stands(branch: string): Promise<Standing> {
    const { refs } = this.#repository;
    const tracking = await this.#trackingPrefix();
    const remote = tracking === undefined ? undefined : await refs.read(`${tracking}${branch}`);
    const local = await refs.read(`${HEADS}${branch}`);
    return { local, remote, head: this.#options.push ? (remote ?? local) : (local ?? remote) };
  }

  /** Proposed again: what was remembered of the branch goes, here... */
  async #forgetHere(branch: string): Promise<void> {
    const { refs } = this.#repository;
    for (const name of [`${REJECTED}${branch}`, `${SUPERSEDED}${branch}`]) {
      const here = await refs.read(name);
      if (here !== undefined)
        await refs.update({ name, expected: here, value: null, reason: "modeltrail: reopen" });
    }
  }

  /** ...and on the remote, with the push that proposes it. */
  async #reopenUpdate(branch: string): Promise<readonly { name: string; expected: string; value: null }[]> {
    const there = await this.#repository.refs.read(`${REJECTED_REMOTELY}${branch}`);
    return there === undefined ? [] : [{ name: `${REJECTED}${branch}`, expected: there, value: null }];
  }

  /** A branch of this machine that is shared now, or closed, unless it moved or is checked out. */
  async #dropLocal(name: string, head: string): Promise<void> {
    const { refs, worktree } = this.#repository;
    if ((await refs.read(name)) !== head || (await refs.head()).branch === name) return;
    try {
      await worktree.requireNotElsewhere(name);
    } catch (error) {
      if (isModeltrailError(error) && error.code === "CONFLICT") return;
      throw error;
    }
    await refs.update({ name, expected: head, value: null, reason: "modeltrail: done" });
  }
}
