import { ModeltrailError } from "../../../diagnostics/errors.ts";
import type {
  Commit,
  HistoryRange,
  HistoryReader,
  HistoryStep,
  PathChange,
} from "../../../ports/repository.ts";
import { type AncestryQuery, findAhead, findMergeBase, isAncestorOf } from "./ancestry.ts";
import type { Source } from "./ask.ts";
import { Chains, type Link, readPlaces } from "./chain.ts";
import type { HostedObjects } from "../../../ports/hosted-repository.ts";
import { compareEntries, type Place, sortChanges } from "./places.ts";

const ABSENT: Place = null;
/** Of folders, for one page of a history. */
const MOST_ENTRIES = 100_000;
/** Sets of paths whose places are kept. */
const MOST_LOOKED = 20;

/** History by GitHub's API. What stands at the paths is compared along the first parents, so nothing is hidden by merges. */
export class ApiHistory implements HistoryReader {
  readonly #source: Source;
  readonly #objects: HostedObjects;
  readonly #chains: Chains;
  readonly #looked = new Map<string, Map<string, readonly Place[]>>();

  constructor(source: Source, objects: HostedObjects) {
    this.#source = source;
    this.#chains = new Chains(source);
    this.#objects = objects;
  }

  async *firstParent(from: string, options: HistoryRange = {}): AsyncGenerator<HistoryStep> {
    const { paths, until, limit = Infinity } = options;
    if (paths === undefined || paths.includes("")) throw wantsClone("the whole history of all files");
    let left = limit;
    for await (const pairs of this.#changed(from, paths, until)) {
      for (let at = 0; at < pairs.length;) {
        // No more than are wanted: each takes the reading of a commit and of folders.
        const some = pairs.slice(at, at + left);
        at += some.length;
        const steps = await this.#toSteps(some, paths);
        yield* steps;
        left -= steps.length;
        if (left <= 0) return;
      }
    }
  }

  async at(from: string, seconds: number): Promise<string | undefined> {
    let at: string | undefined = from;
    while (at !== undefined && (await this.#objects.isOwn(at))) {
      const commit = await this.#objects.readCommit(at);
      if (commit.committer.seconds <= seconds) return at;
      at = commit.parents[0];
    }
    if (at === undefined) return undefined;
    for await (const links of this.#chains.read(at, [])) {
      const found = links.find((link) => link.seconds <= seconds);
      if (found !== undefined) return found.oid;
    }
    return undefined;
  }

  mergeBase(a: string, b: string): Promise<string | undefined> {
    return findMergeBase(this.#query, a, b);
  }

  isAncestor(ancestor: string, of: string): Promise<boolean> {
    return isAncestorOf(this.#query, ancestor, of);
  }

  ahead(base: string, head: string, most: number): Promise<readonly string[] | undefined> {
    return findAhead(this.#query, { base, head, most });
  }

  get #query(): AncestryQuery {
    return { api: this.#source.api, objects: this.#objects };
  }

  /**
   * The same, where most commits have nothing to do with the paths: one folder around them tells which may. Who asks for
   * a version's file asks for its model next, and finds the walk made.
   */
  async *#changed(
    from: string,
    paths: readonly string[],
    until: string | undefined,
  ): AsyncGenerator<readonly Pair[]> {
    const around = folderAround(paths);
    for await (const pairs of this.#pairs(from, around === undefined ? paths : [around], until))
      yield around === undefined ? pairs : (await this.#lookInside(pairs, paths)).filter(differs);
  }

  /** The same pairs with what stood at the paths themselves. */
  async #lookInside(pairs: readonly Pair[], paths: readonly string[]): Promise<readonly Pair[]> {
    const oids = [...new Set(pairs.flatMap(({ link, parent }) => [link.oid, parent ?? link.oid]))];
    const places = await this.#placesAt(oids, paths);
    const absent = paths.map(() => ABSENT);
    return pairs.map(({ link, parent }) => ({
      link: { ...link, places: places.get(link.oid) ?? absent },
      parent,
      before: (parent === undefined ? undefined : places.get(parent)) ?? absent,
    }));
  }

  async #placesAt(
    oids: readonly string[],
    paths: readonly string[],
  ): Promise<ReadonlyMap<string, readonly Place[]>> {
    const places = new Map<string, readonly Place[]>();
    for (const oid of oids)
      if (await this.#objects.isOwn(oid)) places.set(oid, await this.#ownPlaces(oid, paths));
    const known = this.#knownAt(paths);
    const others = oids.filter((oid) => !places.has(oid));
    const unknown = others.filter((oid) => !known.has(oid));
    const found = await readPlaces(this.#source, unknown, paths);
    for (const [at, oid] of unknown.entries()) known.set(oid, found[at] ?? []);
    for (const oid of others) places.set(oid, known.get(oid) ?? []);
    return places;
  }

  /** What was looked up for the same paths: one command judges the same change a few times. */
  #knownAt(paths: readonly string[]): Map<string, readonly Place[]> {
    const key = paths.join("\0");
    const known = this.#looked.get(key) ?? new Map<string, readonly Place[]>();
    if (known.size === 0 && this.#looked.size >= MOST_LOOKED) this.#looked.clear();
    this.#looked.set(key, known);
    return known;
  }

  /** Commits where something at the paths differs from their first parent, page by page. */
  async *#pairs(
    from: string,
    paths: readonly string[],
    until: string | undefined,
  ): AsyncGenerator<readonly Pair[]> {
    let last: Link | undefined;
    for await (const links of this.#links(from, paths)) {
      const pairs: Pair[] = [];
      for (const link of links) {
        if (last !== undefined) pairs.push({ link: last, parent: link.oid, before: link.places });
        if (link.oid === until) {
          yield pairs.filter(differs);
          return;
        }
        last = link;
      }
      yield pairs.filter(differs);
    }
    const absent = paths.map(() => ABSENT);
    if (last !== undefined) yield [{ link: last, parent: undefined, before: absent }].filter(differs);
  }

  /** Commits of this machine come one by one, since GitHub does not have them. */
  async *#links(from: string, paths: readonly string[]): AsyncGenerator<readonly Link[]> {
    let at: string | undefined = from;
    while (at !== undefined && (await this.#objects.isOwn(at))) {
      const { oid, parents, committer }: Commit = await this.#objects.readCommit(at);
      const places = await this.#ownPlaces(oid, paths);
      at = parents[0];
      yield [{ oid, isFirst: at === undefined, seconds: committer.seconds, places }];
    }
    if (at !== undefined) yield* this.#chains.read(at, paths);
  }

  async #ownPlaces(oid: string, paths: readonly string[]): Promise<readonly Place[]> {
    const { tree } = await this.#objects.readCommit(oid);
    return Promise.all(paths.map((path) => this.#placeAt(tree, path)));
  }

  async #placeAt(tree: string, path: string): Promise<Place> {
    let place: Place = { oid: tree, mode: "040000" };
    for (const name of path.split("/")) {
      if (place?.mode !== "040000") return null;
      const [entries = []]: readonly (readonly { name: string; mode: string; oid: string }[])[] =
        await this.#objects.readTrees([place.oid]);
      place = entries.find((entry) => entry.name === name) ?? null;
    }
    return place;
  }

  /** Asked for together, so that what a page needs takes few requests. */
  async #toSteps(pairs: readonly Pair[], paths: readonly string[]): Promise<readonly HistoryStep[]> {
    if (pairs.length === 0) return [];
    await this.#requireSmall(pairs, paths);
    const [commits, changes] = await Promise.all([
      this.#objects.readCommits(pairs.map(({ link }) => link.oid)),
      Promise.all(pairs.map((pair) => this.#changesOf(pair, paths))),
    ]);
    return commits.flatMap((commit, at) => {
      const found = changes[at] ?? [];
      return found.length === 0 ? [] : [{ commit, changes: found }];
    });
  }

  /** A folder of thousands comes whole for each commit that changed something in it. */
  async #requireSmall(pairs: readonly Pair[], paths: readonly string[]): Promise<void> {
    const folders = pairs[0]?.link.places.filter((place) => place?.mode === "040000") ?? [];
    if (folders.length === 0) return;
    const trees = await this.#objects.readTrees(folders.flatMap((folder) => folder?.oid ?? []));
    const entries = Math.max(...trees.map((tree) => tree.length));
    if (entries * pairs.length > MOST_ENTRIES)
      throw wantsClone(`the history of the ${entries} entries of ${paths.join(", ")}`);
  }

  async #changesOf({ link, before }: Pair, paths: readonly string[]): Promise<readonly PathChange[]> {
    const changes = await Promise.all(
      paths.map((path, at) =>
        compareEntries(this.#objects, path, {
          before: before[at] ?? ABSENT,
          after: link.places[at] ?? ABSENT,
        }),
      ),
    );
    return sortChanges(changes.flat());
  }
}

/** A commit, and what stood at the paths in its first parent. */
interface Pair {
  readonly link: Link;
  /** Undefined for a first commit. */
  readonly parent: string | undefined;
  readonly before: readonly Place[];
}

/**
 * The folder that holds all of the paths, or, for one path, the folder above its own. Undefined where that is so near to
 * the root that most commits change something in it.
 */
function folderAround(paths: readonly string[]): string | undefined {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const ends = others.map((other) => first.findIndex((name, at) => other[at] !== name));
  const depth =
    others.length === 0 ? first.length - 1 : Math.min(...ends.map((end) => (end < 0 ? first.length : end)));
  return depth < 2 ? undefined : first.slice(0, depth).join("/");
}

function differs({ link, before }: Pair): boolean {
  return link.places.some((place, at) => place?.oid !== before[at]?.oid || place?.mode !== before[at]?.mode);
}

function wantsClone(what: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${what} takes a clone, and this works without one`, {
    hint: "Ask for less (one model, say), or clone the repository and run the command in it.",
  });
}
