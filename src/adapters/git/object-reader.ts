import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Commit, ObjectReader, ReadCounters } from "../../ports/repository.ts";
import type { TreeFolder } from "../../ports/tree-listing.ts";
import { parseCommit } from "./commit-format.ts";
import type { ListedPart } from "./native-listing.ts";
import { type ObjectType, parseTree, type RawTreeEntry } from "./object-format.ts";
import type { ObjectSource, StoredObject } from "./object-source.ts";

const MAX_CACHED_COMMITS = 4000;
const MAX_CACHED_ENTRIES = 60_000;
/** Bodies of one batch are in memory together, so batches are kept small. */
const BATCH = 128;
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** The port's reader over any source: parses, counts, and keeps what is small and asked for again. */
export class CachedObjects implements ObjectReader {
  readonly counters: ReadCounters = { commits: 0, trees: 0, blobs: 0 };
  readonly #source: ObjectSource;
  readonly #commits = new Map<string, Commit>();
  readonly #trees = new Map<string, readonly RawTreeEntry[]>();
  #cachedEntries = 0;

  constructor(source: ObjectSource) {
    this.#source = source;
  }

  async readCommit(oid: string): Promise<Commit> {
    const [commit] = await this.readCommits([oid]);
    if (commit === undefined) throw new ModeltrailError("GIT", `commit ${oid} was not read`);
    return commit;
  }

  async readCommits(oids: readonly string[]): Promise<readonly Commit[]> {
    const found = new Map<string, Commit>();
    for (const oid of oids) {
      const known = this.#commits.get(oid);
      if (known !== undefined) found.set(oid, known);
    }
    const missing = [...new Set(oids)].filter((oid) => !found.has(oid));
    for (const object of await this.#source.readMany(missing, UNBOUNDED))
      found.set(object.oid, this.#keepCommit(object));
    return oids.map((oid) => demand(found.get(oid), oid));
  }

  async readRevision(revision: string): Promise<string | undefined> {
    const object = await this.#source.readRevision(revision);
    if (object !== undefined && !this.#commits.has(object.oid)) this.#keepCommit(object);
    return object?.oid;
  }

  async readTrees(oids: readonly string[]): Promise<readonly (readonly RawTreeEntry[])[]> {
    const found = new Map<string, readonly RawTreeEntry[]>();
    for (const oid of oids) {
      const known = this.#trees.get(oid);
      if (known !== undefined) found.set(oid, known);
    }
    const missing = [...new Set(oids)].filter((oid) => !found.has(oid));
    for await (const objects of this.#readBatches(missing, UNBOUNDED)) {
      for (const object of objects) {
        const entries = parseTree(object.oid, bodyOf(object, "tree"));
        this.counters.trees++;
        found.set(object.oid, entries);
        this.#keepTree(object.oid, entries);
      }
    }
    return oids.map((oid) => demand(found.get(oid), oid));
  }

  listFolders(tree: string, path: string): AsyncIterable<readonly TreeFolder[]> | undefined {
    const parts = this.#source.listTree?.(tree, path);
    return parts === undefined ? undefined : this.#countTrees(tree, parts);
  }

  async *#countTrees(top: string, parts: AsyncIterable<ListedPart>): AsyncGenerator<readonly TreeFolder[]> {
    const seen = new Set<string>();
    const count = (oid: string): void => {
      if (seen.has(oid) || this.#trees.has(oid)) return;
      seen.add(oid);
      this.counters.trees++;
    };
    count(top);
    for await (const { folders, trees } of parts) {
      for (const oid of trees) count(oid);
      yield folders;
    }
  }

  async readBlobs(oids: readonly string[], maxBytes: number): Promise<readonly (Uint8Array | "too-large")[]> {
    const found = new Map<string, Uint8Array | "too-large">();
    for await (const objects of this.#readBatches([...new Set(oids)], maxBytes)) {
      for (const object of objects) {
        if (object.type !== "blob") throw wrongType(object, "blob");
        this.counters.blobs++;
        found.set(
          object.oid,
          object.body === "too-large" || object.body.length <= maxBytes ? object.body : "too-large",
        );
      }
    }
    return oids.map((oid) => demand(found.get(oid), oid));
  }

  /** One batch ahead: while its objects are looked at, the next ones are on their way. */
  async *#readBatches(oids: readonly string[], maxBytes: number): AsyncGenerator<readonly StoredObject[]> {
    const batches = inBatches(oids);
    let coming = batches[0] === undefined ? undefined : this.#source.readMany(batches[0], maxBytes);
    for (let at = 1; coming !== undefined; at += 1) {
      const objects = await coming;
      const next = batches[at];
      coming = next === undefined ? undefined : this.#source.readMany(next, maxBytes);
      // It is awaited in the next round; a failure before that must not count as unhandled.
      coming?.catch(() => undefined);
      yield objects;
    }
  }

  #keepCommit(object: StoredObject): Commit {
    const commit = parseCommit(object.oid, bodyOf(object, "commit"));
    this.counters.commits++;
    if (this.#commits.size >= MAX_CACHED_COMMITS) dropOldest(this.#commits);
    this.#commits.set(commit.oid, commit);
    return commit;
  }

  #keepTree(oid: string, entries: readonly RawTreeEntry[]): void {
    if (entries.length > MAX_CACHED_ENTRIES / 2) return;
    this.#trees.set(oid, entries);
    this.#cachedEntries += entries.length;
    while (this.#cachedEntries > MAX_CACHED_ENTRIES)
      this.#cachedEntries -= dropOldest(this.#trees)?.length ?? 0;
  }
}

function inBatches(oids: readonly string[]): string[][] {
  const batches: string[][] = [];
  for (let at = 0; at < oids.length; at += BATCH) batches.push(oids.slice(at, at + BATCH));
  return batches;
}

function bodyOf(object: StoredObject, type: ObjectType): Buffer {
  if (object.type !== type || object.body === "too-large") throw wrongType(object, type);
  return object.body;
}

function wrongType(object: StoredObject, type: ObjectType): ModeltrailError {
  return new ModeltrailError("GIT", `object ${object.oid} is a ${object.type}, not a ${type}`);
}

function demand<T>(value: T | undefined, oid: string): T {
  if (value === undefined) throw new ModeltrailError("GIT", `object ${oid} was not read`);
  return value;
}

function dropOldest<T>(map: Map<string, T>): T | undefined {
  const [oldest] = map;
  if (oldest === undefined) return undefined;
  map.delete(oldest[0]);
  return oldest[1];
}
