import type { HistoryRange, HistoryReader, HistoryStep } from "../../ports/repository.ts";
import { ahead, isAncestor, mergeBase } from "./ancestry.ts";
import type { Layout } from "./locate.ts";
import type { CachedObjects } from "./object-reader.ts";
import { readShallow, shallowClone } from "./shallow.ts";
import { diffTrees, toPathChange } from "./tree-diff.ts";

/** History by our own walk over commits and the trees that differ; right for shallow clones, needs no process. */
export class WalkedHistory implements HistoryReader {
  readonly #objects: CachedObjects;
  readonly #layout: Layout;

  constructor(objects: CachedObjects, layout: Layout) {
    this.#objects = objects;
    this.#layout = layout;
  }

  async *firstParent(from: string, options: HistoryRange = {}): AsyncGenerator<HistoryStep> {
    const shallow = await readShallow(this.#layout);
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    let at: string | undefined = from;
    while (at !== undefined && at !== options.until) {
      const commit = await this.#objects.readCommit(at);
      const parent: string | undefined = commit.parents[0];
      // Without its parent, what the boundary's commit changed is not known either.
      if (parent !== undefined && shallow.has(at)) throw shallowClone(this.#layout);
      const before = parent === undefined ? undefined : (await this.#objects.readCommit(parent)).tree;
      const changes = await diffTrees(this.#objects, { before, after: commit.tree }, options.paths);
      if (options.paths === undefined || changes.length > 0) {
        yield { commit, changes: changes.map(toPathChange) };
        left -= 1;
      }
      at = left > 0 ? parent : undefined;
    }
  }

  async at(from: string, seconds: number): Promise<string | undefined> {
    const shallow = await readShallow(this.#layout);
    let at: string | undefined = from;
    while (at !== undefined) {
      const commit = await this.#objects.readCommit(at);
      if (commit.committer.seconds <= seconds) return at;
      if (commit.parents.length > 0 && shallow.has(at)) throw shallowClone(this.#layout);
      at = commit.parents[0];
    }
    return undefined;
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    const shallow = await readShallow(this.#layout);
    const answer = await mergeBase(this.#objects, { a, b, shallow });
    if (answer === "shallow") throw shallowClone(this.#layout);
    return answer.base;
  }

  async isAncestor(ancestor: string, of: string): Promise<boolean> {
    const shallow = await readShallow(this.#layout);
    const answer = await isAncestor(this.#objects, { ancestor, of, shallow });
    if (answer === "shallow") throw shallowClone(this.#layout);
    return answer;
  }

  async ahead(base: string, head: string, most: number): Promise<readonly string[] | undefined> {
    const shallow = await readShallow(this.#layout);
    const oids = await ahead(this.#objects, { base, head, shallow });
    if (oids === "shallow") throw shallowClone(this.#layout);
    return oids.length > most ? undefined : oids;
  }
}
