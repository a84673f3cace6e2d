import { ModeltrailError } from "../../diagnostics/errors.ts";
import { NativeBatch } from "./native-batch.ts";
import { type ListedPart, listTree } from "./native-listing.ts";
import type { NativeGit } from "./native-process.ts";
import { requireOid } from "./object-format.ts";
import type { ObjectSource, StoredObject } from "./object-source.ts";

const FETCH_TIMEOUT_MS = 300_000;

/** Objects by one persistent `git cat-file --batch`. */
export class NativeSource implements ObjectSource {
  readonly #git: NativeGit;
  readonly #batch: NativeBatch;
  readonly #promisor: string | undefined;
  readonly #fetched = new Set<string>();

  /** `promisor` is the remote of a partial clone, where missing objects come from. */
  constructor(git: NativeGit, promisor: string | undefined) {
    this.#git = git;
    this.#batch = new NativeBatch(git);
    this.#promisor = promisor;
  }

  async readMany(oids: readonly string[], maxBytes: number): Promise<readonly StoredObject[]> {
    if (oids.length === 0) return [];
    for (const oid of oids) requireOid(oid);
    if (this.#promisor !== undefined && oids.length > 1) await this.#prefetch(this.#promisor, oids);
    const replies = await this.#batch.ask(oids, maxBytes);
    return replies.map((reply, at) => {
      if (reply.kind === "object") return reply;
      throw new ModeltrailError("GIT", `object ${oids[at] ?? ""} is missing from the repository`, {
        hint: "`git fsck` says what is damaged; a fresh clone mends it",
      });
    });
  }

  listTree(tree: string, path: string): AsyncIterable<ListedPart> | undefined {
    requireOid(tree);
    // Where trees may be missing, git would ask the remote for one after the other.
    return this.#promisor === undefined ? listTree(this.#git, tree, path) : undefined;
  }

  async readRevision(revision: string): Promise<StoredObject | undefined> {
    const [reply] = await this.#batch.ask([`${revision}^{commit}`], Number.MAX_SAFE_INTEGER);
    if (reply?.kind === "ambiguous") throw ambiguousRevision(revision);
    return reply?.kind === "object" ? reply : undefined;
  }

  refresh(): void {
    // git notices new packs by itself.
  }

  close(): Promise<void> {
    return this.#batch.close();
  }

  /**
   * A partial clone would ask its remote once for each missing blob; one request for all is what git's own
   * checkout does. A failure is left to the read that follows, which says what is missing.
   */
  async #prefetch(remote: string, oids: readonly string[]): Promise<void> {
    const wanted = oids.filter((oid) => !this.#fetched.has(oid));
    if (wanted.length < 2) return;
    for (const oid of wanted) this.#fetched.add(oid);
    const quiet = ["--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--filter=blob:none"];
    const args = ["-c", "fetch.negotiationAlgorithm=noop", "fetch", remote, ...quiet, "--stdin"];
    await this.#git.run(args, { input: `${wanted.join("\n")}\n`, timeoutMs: FETCH_TIMEOUT_MS });
  }
}

export function ambiguousRevision(revision: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${JSON.stringify(revision)} names several objects`, {
    hint: "give more digits, or the full name of the ref",
  });
}
