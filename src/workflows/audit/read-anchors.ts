import {
  ANCHOR_ROOT,
  anchorFolder,
  parseAnchor,
  parseAnchorKey,
  type FoundAnchor,
} from "../../audit/anchor.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";

const READ_TOGETHER = 8;
/** A store lists so many keys at once, as its port says. */
const PAGE = 10_000;
/** A store that names more keys below `.audit/` than this holds no anchors of ours alone. */
const MOST_PAGES = 100;
/** Of one branch; the older ones are not compared. */
const MOST_COMPARED = 10_000;

/** Which anchors of a store are wanted. */
export interface AnchorQuery {
  /** Of these audit branches alone; left out: of all. */
  readonly branches?: ReadonlySet<string>;
  /** `newer`: how many anchors of the branch are newer. */
  readonly isWanted?: (seq: number, newer: number) => boolean;
  /** Whether a store that is not there is one that cannot be reached, rather than one that holds nothing yet. */
  readonly mustBePresent?: boolean;
}

/** What a store holds of them. */
export interface StoredAnchors {
  readonly anchors: readonly FoundAnchor[];
  /** How many older ones were left out, since there are too many. */
  readonly older: number;
}

/** The anchors in a store. Rejects where it does not tell; what only cannot be read is among them. */
export async function readAnchors(
  context: Context,
  storage: Registry["spec"]["storage"],
  query: AnchorQuery = {},
): Promise<StoredAnchors> {
  return withStore(context, storage, async (store) => {
    if (query.mustBePresent === true) await requirePresent(store, storage.uri);
    const wanted: Numbered[] = [];
    let older = 0;
    for (const own of await listNumbered(store, query)) {
      older += Math.max(0, own.length - MOST_COMPARED);
      const newest = own.slice(-MOST_COMPARED);
      const { isWanted = () => true } = query;
      wanted.push(...newest.filter(({ seq }, at) => isWanted(seq, newest.length - at - 1)));
    }
    return { anchors: await mapBounded(wanted, READ_TOGETHER, (one) => readOne(store, one)), older };
  });
}

/** A folder that was given in full may be a disk that is not mounted; a relative one is no part of any clone. */
async function requirePresent(store: ArtifactStore, uri: string): Promise<void> {
  const isRelative = uri.startsWith("file:") && !uri.startsWith("file:/");
  if (isRelative || (await store.isPresent())) return;
  throw new ModeltrailError("STORAGE", `${uri} cannot be reached: there is no such folder on this machine.`, {
    hint: "Mount it where it belongs, or verify on a machine that has it.",
  });
}

/** Opens a store, and closes it again. */
export async function withStore<T>(
  context: Context,
  storage: Registry["spec"]["storage"],
  work: (store: ArtifactStore) => Promise<T>,
): Promise<T> {
  const store = await context.openStore(storage);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

type Numbered = Pick<FoundAnchor, "key" | "branch" | "seq">;

/** The keys of anchors by branch, ascending. */
async function listNumbered(
  store: ArtifactStore,
  { branches }: AnchorQuery,
): Promise<readonly (readonly Numbered[])[]> {
  const folders = branches === undefined ? [ANCHOR_ROOT] : [...branches].filter(isPlain).map(anchorFolder);
  const found = new Map<string, Numbered[]>();
  for (const folder of folders) {
    for (const key of await listAll(store, folder)) {
      const place = parseAnchorKey(key);
      if (place === undefined) continue;
      // Below the folder of a branch `a` lie those of a branch `a/b`.
      if (branches !== undefined && anchorFolder(place.branch) !== folder) continue;
      const own = found.get(place.branch) ?? [];
      found.set(place.branch, own);
      own.push({ ...place, key });
    }
  }
  return [...found.values()].map((own) => own.toSorted((a, b) => a.seq - b.seq));
}

/** No store has a key for any other, so nothing was ever anchored under it. */
function isPlain(branch: string): boolean {
  return branch.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}

async function listAll(store: ArtifactStore, folder: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const more = await store.list(folder, keys.at(-1));
    keys.push(...more);
    if (more.length < PAGE) return keys;
  }
  throw new ModeltrailError(
    "STORAGE",
    `${folder} holds more than ${keys.length} keys, too many to be anchors`,
  );
}

/** A store that answers, and says that there is nothing that can be read, has told what is there. */
async function readOne(store: ArtifactStore, found: Numbered): Promise<FoundAnchor> {
  try {
    const text = await store.readRecord(found.key);
    return { ...found, anchor: text === undefined ? undefined : parseAnchor(text) };
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "STORAGE") throw error;
    return { ...found, anchor: undefined, problem: `it cannot be read: ${error.message}` };
  }
}
