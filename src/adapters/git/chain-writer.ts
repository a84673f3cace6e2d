import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { ForeseenCommit, PlacedLink } from "../../ports/chain-foresight.ts";
import type { ChainLink } from "../../ports/repository.ts";
import { encodeCommit } from "./commit-format.ts";
import { type PackRow, storeRows } from "./chain-pack.ts";
import { GrowingTree } from "./growing-tree.ts";
import type { Layout } from "./locate.ts";
import type { CachedObjects } from "./object-reader.ts";
import { makeObject, type NewObject, writeObjects } from "./object-writer.ts";

/** More go into one pack: five synced files a commit take minutes for thousands. */
const MOST_LOOSE = 8;

interface ChainPlace {
  readonly layout: Layout;
  readonly objects: CachedObjects;
  /** False where packs are not read. */
  readonly packs: boolean;
}

/** Writes commits one on the other; returns their ids. */
export async function writeChain(
  { layout, objects, packs }: ChainPlace,
  parent: string | undefined,
  links: readonly ChainLink[],
): Promise<readonly string[]> {
  const tree = await openTree(objects, parent);
  const rows: PackRow[] = [];
  const oids: string[] = [];
  for (const link of links) {
    const made = await makeLink(tree, oids.at(-1) ?? parent, link);
    rows.push(...made.rows, { object: made.commit });
    oids.push(made.commit.oid);
  }
  if (packs && links.length > MOST_LOOSE) await storeRows(layout, rows);
  else
    await writeObjects(
      layout,
      rows.map(({ object }) => object),
    );
  return oids;
}

/** What `writeChain` would make of each link on the parent that it names; where that is the link before, nothing is read. */
export async function foreseeLinks(
  objects: CachedObjects,
  placed: readonly PlacedLink[],
): Promise<readonly (ForeseenCommit | undefined)[]> {
  const foreseen: (ForeseenCommit | undefined)[] = [];
  let open: { readonly tree: GrowingTree; readonly tip: string } | undefined;
  for (const { parent, link } of placed) {
    const tree = open !== undefined && open.tip === parent ? open.tree : await openTree(objects, parent);
    const made = await makeLink(tree, parent, link).catch(refused);
    // A tree that was refused a link may have half of it.
    open = made === undefined ? undefined : { tree, tip: made.commit.oid };
    foreseen.push(made === undefined ? undefined : { oid: made.commit.oid, tree: made.tree });
  }
  return foreseen;
}

function refused(error: unknown): undefined {
  if (isModeltrailError(error) && error.code === "INVALID_INPUT") return undefined;
  throw error;
}

async function openTree(objects: CachedObjects, parent: string | undefined): Promise<GrowingTree> {
  return GrowingTree.open(
    objects,
    parent === undefined ? undefined : (await objects.readCommit(parent)).tree,
  );
}

interface MadeLink {
  readonly commit: NewObject;
  readonly tree: string;
  /** Files and trees of the commit, children first. */
  readonly rows: readonly PackRow[];
}

async function makeLink(
  tree: GrowingTree,
  parent: string | undefined,
  { files, message, author, committer }: ChainLink,
): Promise<MadeLink> {
  const blobs = files.map(({ path, content }) => ({ path, object: makeObject("blob", content) }));
  const grown = await tree.add(blobs.map(({ path, object }) => ({ path, oid: object.oid })));
  const top = grown.at(-1)?.object.oid ?? "";
  const parents = parent === undefined ? [] : [parent];
  const commit = makeObject("commit", encodeCommit({ tree: top, parents, message, author, committer }));
  return {
    commit,
    tree: top,
    rows: [
      ...blobs.map(({ object }) => ({ object })),
      ...grown.map(({ object, before }) => ({ object, like: before })),
    ],
  };
}
