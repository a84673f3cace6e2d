import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ForeseenCommit, PlacedLink } from "../../ports/chain-foresight.ts";
import type { ChainLink, CommitWriter, NewCommit, Signature } from "../../ports/repository.ts";
import { encodeCommit } from "./commit-format.ts";
import type { Identity } from "./identity.ts";
import type { Layout } from "./locate.ts";
import { mergeTrees } from "./merge-trees.ts";
import type { NativeGit } from "./native-process.ts";
import type { CachedObjects } from "./object-reader.ts";
import { makeObject, type NewObject, writeObjects } from "./object-writer.ts";
import { buildTree } from "./tree-builder.ts";

interface WriterParts {
  readonly layout: Layout;
  readonly objects: CachedObjects;
  readonly identity: Identity;
  /** Signs commits, for users who want that; without it they are refused. */
  readonly git: NativeGit | undefined;
  /** False where only loose objects are read. */
  readonly packs?: boolean;
  /** Called when objects were added, for who keeps track of what is there. */
  readonly written: () => void;
}

/** Writes commits as loose objects: no index, no ref, and no process but for signatures. */
export class LooseCommitWriter implements CommitWriter {
  readonly #layout: Layout;
  readonly #objects: CachedObjects;
  readonly #identity: Identity;
  readonly #git: NativeGit | undefined;
  readonly #packs: boolean;
  readonly #written: () => void;

  constructor(parts: WriterParts) {
    this.#layout = parts.layout;
    this.#objects = parts.objects;
    this.#identity = parts.identity;
    this.#git = parts.git;
    this.#packs = parts.packs ?? true;
    this.#written = parts.written;
  }

  async identity(): Promise<{ readonly author: Signature; readonly committer: Signature }> {
    const who = await this.#identity.read();
    // Who asks is about to write; before it has done work in vain.
    await this.#signer();
    return who;
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

  async chain(parent: string | undefined, links: readonly ChainLink[]): Promise<readonly string[]> {
    const { writeChain } = await import("./chain-writer.ts");
    const place = { layout: this.#layout, objects: this.#objects, packs: this.#packs };
    const oids = await writeChain(place, parent, links);
    this.#written();
    return oids;
  }

  async foresee(placed: readonly PlacedLink[]): Promise<readonly (ForeseenCommit | undefined)[]> {
    const { foreseeLinks } = await import("./chain-writer.ts");
    return foreseeLinks(this.#objects, placed);
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
    const signer = await this.#signer();
    const object = makeObject("commit", encodeCommit(commit));
    await writeObjects(this.#layout, signer === undefined ? [...objects, object] : objects);
    const oid = signer === undefined ? object.oid : await writeSigned(signer, commit);
    this.#written();
    return oid;
  }

  /** The git that signs; undefined when commits are not to be signed. Rejects when they are, and nobody can. */
  async #signer(): Promise<NativeGit | undefined> {
    if (!(await this.#identity.signsCommits())) return undefined;
    if (this.#git !== undefined) return this.#git;
    throw new ModeltrailError(
      "GIT",
      "commits are to be signed here (commit.gpgSign), and only git can do that",
      {
        hint: "install git, or run `git config commit.gpgSign false`",
      },
    );
  }
}

async function writeSigned(
  git: NativeGit,
  commit: Omit<NewCommit, "edits"> & { readonly tree: string },
): Promise<string> {
  return (await import("./signed-commit.ts")).writeSignedCommit(git, commit);
}
