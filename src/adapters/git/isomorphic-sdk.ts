import type * as Sdk from "isomorphic-git";

/** The part of a file system that isomorphic-git reads packs through. */
export interface PackFileSystem {
  readonly promises: Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;
}

export interface PackedObject {
  readonly type: string;
  readonly body: Buffer;
}

export interface PackPlace {
  readonly fs: PackFileSystem;
  readonly gitDir: string;
  /** Holds parsed pack indexes; one per repository, or every read would parse them again. */
  readonly cache: object;
}

type UsedSdk = Pick<typeof Sdk, "readObject" | "indexPack">;

/** The only door to isomorphic-git, and it opens when first used: loading it costs more than most commands. */
let loaded: Promise<UsedSdk> | undefined;

function load(): Promise<UsedSdk> {
  // A CommonJS module: what it exports is its default.
  loaded ??= import("isomorphic-git").then((module) => module.default);
  return loaded;
}

/** Undefined when no pack holds the object. */
export async function readPackedObject(place: PackPlace, oid: string): Promise<PackedObject | undefined> {
  const sdk = await load();
  try {
    const { fs, gitDir, cache } = place;
    const read = await sdk.readObject({ fs: fs as never, gitdir: gitDir, cache, oid, format: "content" });
    return { type: read.type, body: Buffer.from(read.object as Uint8Array) };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "NotFoundError") return undefined;
    throw error;
  }
}

/** Writes the `.idx` of a pack that lies in `folder`. */
export async function indexPack(place: PackPlace, folder: string, name: string): Promise<void> {
  const sdk = await load();
  const { fs, gitDir, cache } = place;
  await sdk.indexPack({ fs: fs as never, dir: folder, gitdir: gitDir, cache, filepath: name });
}

interface ParsedPack {
  readDepth?: number;
  offsetCache?: Record<string, unknown>;
}

/**
 * isomorphic-git keeps the bases of deltas only once a counter is set that it forgets to set for packs read from
 * disk; without it every read inflates whole chains again. It then keeps them for ever, so we bound that too.
 */
export async function tameDeltaCache(cache: object, maxObjects: number): Promise<void> {
  const key = Object.getOwnPropertySymbols(cache).find((symbol) => symbol.description === "PackfileCache");
  const packs: unknown = key === undefined ? undefined : (cache as Record<symbol, unknown>)[key];
  if (!(packs instanceof Map)) return;
  for (const promised of packs.values()) {
    const pack = (await promised) as ParsedPack;
    if (typeof pack.readDepth !== "number" || Number.isNaN(pack.readDepth)) pack.readDepth = 0;
    if (pack.offsetCache !== undefined && Object.keys(pack.offsetCache).length > maxObjects)
      pack.offsetCache = {};
  }
}
