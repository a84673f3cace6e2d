import type { ChainLink } from "../../ports/repository.ts";
import { encodeCommit } from "./commit-format.ts";
import { type PackRow, storeRows } from "./chain-pack.ts";
import { GrowingTree } from "./growing-tree.ts";
import type { Layout } from "./locate.ts";
import type { CachedObjects } from "./object-reader.ts";
import { makeObject, writeObjects } from "./object-writer.ts";

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
  const base = parent === undefined ? undefined : (await objects.readCommit(parent)).tree;
  const tree = await GrowingTree.open(objects, base);
  const rows: PackRow[] = [];
  const oids: string[] = [];
  let last = parent;
  for (const { files, message, author, committer } of links) {
    const blobs = files.map(({ path, content }) => ({ path, object: makeObject("blob", content) }));
    const grown = await tree.add(blobs.map(({ path, object }) => ({ path, oid: object.oid })));
    const commit = makeObject(
      "commit",
      encodeCommit({
        tree: grown.at(-1)?.object.oid ?? "",
        parents: last === undefined ? [] : [last],
        message,
        author,
        committer,
      }),
    );
    rows.push(
      ...blobs.map(({ object }) => ({ object })),
      ...grown.map(({ object, before }) => ({ object, like: before })),
      { object: commit },
    );
    oids.push(commit.oid);
    last = commit.oid;
  }
  if (packs && links.length > MOST_LOOSE) await storeRows(layout, rows);
  else
    await writeObjects(
      layout,
      rows.map(({ object }) => object),
    );
  return oids;
}
