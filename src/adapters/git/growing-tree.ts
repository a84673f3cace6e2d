import { ModeltrailError } from "../../diagnostics/errors.ts";
import { encodeTree, isTreeMode, type RawTreeEntry } from "./object-format.ts";
import { makeObject, type NewObject } from "./object-writer.ts";
import { requirePath } from "./tree-builder.ts";

interface TreeReader {
  readTrees(oids: readonly string[]): Promise<readonly (readonly RawTreeEntry[])[]>;
}

/** A new version of a tree, and the one that it took the place of in the same chain. */
export interface GrownTree {
  readonly object: NewObject;
  readonly before: NewObject | undefined;
}

const PLAIN = /^[!-~]+$/;

/**
 * A tree that commit after commit adds files to, kept in memory: each version costs what was added and a copy of the
 * folder's bytes, where reading, sorting and writing a folder of thousands anew takes milliseconds.
 */
export class GrowingTree {
  readonly #reader: TreeReader;
  #entries: RawTreeEntry[];
  readonly #folders = new Map<string, GrowingTree>();
  #last: NewObject | undefined;

  private constructor(reader: TreeReader, entries: readonly RawTreeEntry[]) {
    this.#reader = reader;
    this.#entries = [...entries];
  }

  static async open(reader: TreeReader, oid: string | undefined): Promise<GrowingTree> {
    const [entries = []] = oid === undefined ? [] : await reader.readTrees([oid]);
    return new GrowingTree(reader, entries);
  }

  /** Puts files in; returns the trees that this changed, children first: the last is the whole. */
  async add(
    files: readonly { readonly path: string; readonly oid: string }[],
  ): Promise<readonly GrownTree[]> {
    for (const { path } of files) requirePath(path);
    return this.#add(files.map(({ path, oid }) => ({ parts: path.split("/"), oid })));
  }

  async #add(
    files: readonly { readonly parts: readonly string[]; readonly oid: string }[],
  ): Promise<readonly GrownTree[]> {
    const grown: GrownTree[] = [];
    const below = new Map<string, { parts: readonly string[]; oid: string }[]>();
    const own: RawTreeEntry[] = [];
    for (const { parts, oid } of files) {
      const [name = "", ...rest] = parts;
      if (rest.length === 0) own.push({ name, mode: "100644", oid });
      else below.set(name, [...(below.get(name) ?? []), { parts: rest, oid }]);
    }
    for (const [name, inside] of below) {
      const trees = await (await this.#folder(name)).#add(inside);
      grown.push(...trees);
      own.push({ name, mode: "040000", oid: trees.at(-1)?.object.oid ?? "" });
    }
    const before = this.#last;
    this.#last = makeObject("tree", this.#put(own, before));
    return [...grown, { object: this.#last, before }];
  }

  async #folder(name: string): Promise<GrowingTree> {
    const known = this.#folders.get(name);
    if (known !== undefined) return known;
    const entry = this.#entries.find((one) => one.name === name);
    if (entry !== undefined && !isTreeMode(entry.mode))
      throw new ModeltrailError("INVALID_INPUT", `nothing can be written below ${name}: it is a file`);
    const folder = await GrowingTree.open(this.#reader, entry?.oid);
    this.#folders.set(name, folder);
    return folder;
  }

  #put(added: readonly RawTreeEntry[], before: NewObject | undefined): Uint8Array {
    const [only] = added;
    if (added.length === 1 && only !== undefined && before !== undefined && this.#comesLast(only)) {
      this.#entries.push(only);
      return Buffer.concat([before.body, encodeTree([only])]);
    }
    const names = new Set(added.map(({ name }) => name));
    this.#entries = [...this.#entries.filter(({ name }) => !names.has(name)), ...added];
    this.#entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return encodeTree(this.#entries);
  }

  /** Of plain files with plain names, the order of trees is the order of texts. */
  #comesLast({ name, mode }: RawTreeEntry): boolean {
    const last = this.#entries.at(-1);
    if (last === undefined || isTreeMode(mode) || isTreeMode(last.mode)) return false;
    return PLAIN.test(name) && PLAIN.test(last.name) && name > last.name;
  }
}
