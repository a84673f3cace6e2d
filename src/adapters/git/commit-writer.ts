import type { CommitWriter, NewCommit, Signature } from "../../ports/repository.ts";
import { encodeCommit } from "./commit-format.ts";
import type { Identity } from "./identity.ts";
import type { Layout } from "./locate.ts";
import { mergeTrees } from "./merge-trees.ts";
import type { CachedObjects } from "./object-reader.ts";
import { makeObject, type NewObject, writeObjects } from "./object-writer.ts";
import { buildTree } from "./tree-builder.ts";

/** Writes commits as loose objects: no index, no process, no ref. */
export class LooseCommitWriter implements CommitWriter {
  readonly #layout: Layout;
  readonly #objects: CachedObjects;
  readonly #identity: Identity;
  readonly #written: () => void;

  /** `written` is called when objects were added, for who keeps track of what is there. */
  constructor(parts: { layout: Layout; objects: CachedObjects; identity: Identity; written: () => void }) {
    this.#layout = parts.layout;
    this.#objects = parts.objects;
    this.#identity = parts.identity;
    this.#written = parts.written;
  }

  identity(): Promise<{ readonly author: Signature; readonly committer: Signature }> {
    return this.#identity.read();
  }

  async commit(commit: NewCommit): Promise<string> {
    const [first] = commit.parents;
    const base = first === undefined ? undefined : (await this.#objects.readCommit(first)).tree;
    const blobs: NewObject[] = [];
    const edits = commit.edits.map(({ path, content }) => {
      if (content === null) return { path, entry: null };
      const blob = makeObject("blob", content);
      blobs.push(blob);
      return { path, entry: { mode: "100644", oid: blob.oid } };
    });
    const tree = await buildTree(this.#objects, base, edits);
    return this.#store([...blobs, ...tree.objects], { ...commit, tree: tree.oid });
  }

  async commitTree(commit: Omit<NewCommit, "edits"> & { readonly tree: string }): Promise<string> {
    // A commit of a tree that is not there would be damage that shows only later.
    await this.#objects.readTrees([commit.tree]);
    return this.#store([], commit);
  }

  async mergeTrees(
    base: string,
    ours: string,
    theirs: string,
  ): Promise<{ readonly tree: string } | { readonly conflicts: readonly string[] }> {
    const [common, mine, other] = await this.#objects.readCommits([base, ours, theirs]);
    const merged = await mergeTrees(this.#objects, {
      base: common?.tree,
      ours: mine?.tree,
      theirs: other?.tree,
    });
    if ("conflicts" in merged) return merged;
    const tree = await buildTree(this.#objects, mine?.tree, merged.edits);
    await writeObjects(this.#layout, tree.objects);
    this.#written();
    return { tree: tree.oid };
  }

  async #store(
    objects: readonly NewObject[],
    commit: Omit<NewCommit, "edits"> & { readonly tree: string },
  ): Promise<string> {
    const object = makeObject("commit", encodeCommit(commit));
    await writeObjects(this.#layout, [...objects, object]);
    this.#written();
    return object.oid;
  }
}
