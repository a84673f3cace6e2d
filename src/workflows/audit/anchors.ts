import {
  anchorFolder,
  anchorKey,
  parseAnchor,
  parseAnchorKey,
  renderAnchor,
  type Anchor,
  type FoundAnchor,
} from "../../audit/anchor.ts";
import { entryPath, MAX_ENTRY_BYTES } from "../../audit/entry.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { entryAt, isFolder } from "../read/trees.ts";
import type { AuditPlace } from "./place.ts";

const READ_TOGETHER = 8;

/** What became of the anchor of a run. */
export type AnchorState = "written" | "failed" | "skipped";

/**
 * Writes the last entry's digest to the artifact store, once. A store that holds something else for that entry is
 * AUDIT_FORGED; one that cannot be reached is a warning, since what was recorded stands.
 */
export async function writeAnchor(context: Context, place: AuditPlace, anchor: Anchor): Promise<AnchorState> {
  const { branch } = place;
  try {
    await withStore(context, place, (store) =>
      store.putRecord(anchorKey(branch, anchor.seq), renderAnchor(anchor)),
    );
    return "written";
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    if (error.code === "CONFLICT") throw forged(place, anchor, error);
    context.notices.warn(
      `the audit history is recorded, but not anchored in storage: ${error.message} modeltrail audit record tries again`,
    );
    return "failed";
  }
}

/** The anchors of a branch by number; undefined, with a warning, when storage does not tell. */
export async function readAnchors(
  context: Context,
  place: AuditPlace,
  isWanted: (seq: number, newer: number) => boolean = () => true,
): Promise<readonly FoundAnchor[] | undefined> {
  try {
    return await withStore(context, place, async (store) => {
      const keys = await store.list(anchorFolder(place.branch));
      const found = keys.flatMap((key) => {
        const seq = parseAnchorKey(place.branch, key);
        return seq === undefined ? [] : [{ key, seq }];
      });
      const wanted = found.filter(({ seq }, index) => isWanted(seq, found.length - index - 1));
      return mapBounded(wanted, READ_TOGETHER, async ({ key, seq }) => {
        const text = await store.readRecord(key);
        return { key, seq, anchor: text === undefined ? undefined : parseAnchor(text) };
      });
    });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(`the anchors in storage were not compared: ${error.message}`);
    return undefined;
  }
}

/** How many anchors before those of a run are compared before it is published. */
const LOOK_BACK = 8;

/** What a run is about to publish. */
export interface Unpublished {
  /** The tip that the branch is to have. */
  readonly tip: string;
  /** Its last entry. */
  readonly last: Anchor;
  /** Number of the first entry that the run adds; one more than the last where it adds none. */
  readonly first: number;
}

/**
 * Holds anchors against what is about to be published: the newest, and all from the first new entry on. Rejects with
 * AUDIT_FORGED where one differs, or with CONFLICT when that is because another recorder was quicker.
 */
export async function requireAnchorsKept(
  context: Context,
  place: AuditPlace,
  { tip, last, first }: Unpublished,
): Promise<void> {
  const isWanted = (seq: number, newer: number): boolean => seq >= first || newer < LOOK_BACK;
  const anchors = (await readAnchors(context, place, isWanted)) ?? [];
  const digests = await digestEntries(
    context,
    tip,
    anchors.map(({ seq }) => seq),
  );
  const differing = anchors.find(
    ({ seq, anchor }) =>
      anchor?.seq !== seq ||
      anchor.entry !== digests.get(seq) ||
      (seq === last.seq && anchor.commit !== last.commit),
  );
  if (differing === undefined) return;
  if (await hasMoved(context, place))
    throw new ModeltrailError("CONFLICT", `another recorder has written to ${place.branch} meanwhile`);
  throw forged(place, differing);
}

/** Of the entries that stand on a tip. */
async function digestEntries(
  { repository }: Context,
  tip: string,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, string>> {
  const { tree } = await repository.objects.readCommit(tip);
  const found: { readonly seq: number; readonly oid: string }[] = [];
  for (const seq of numbers) {
    const entry = await entryAt(repository, tree, entryPath(seq));
    if (entry !== undefined && !isFolder(entry)) found.push({ seq, oid: entry.oid });
  }
  const blobs = await repository.objects.readBlobs(
    found.map(({ oid }) => oid),
    MAX_ENTRY_BYTES,
  );
  return new Map(found.map(({ seq }, at) => [seq, sha256Hex(blobs[at] ?? "")]));
}

/** Anchors are written after their entries are published, so whoever wrote one has moved the branch before. */
async function hasMoved({ repository }: Context, place: AuditPlace): Promise<boolean> {
  const { ref, branch, push, localTip, remoteTip } = place;
  if (!push) return (await repository.refs.read(ref)) !== localTip;
  await repository.remote.fetch();
  const remote = (await repository.remote.describe())?.name ?? "";
  return (await repository.refs.read(`refs/remotes/${remote}/${branch}`)) !== remoteTip;
}

async function withStore<T>(
  context: Context,
  { registry }: AuditPlace,
  work: (store: ArtifactStore) => Promise<T>,
): Promise<T> {
  const store = await context.openStore(registry.spec.storage);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function forged({ branch }: AuditPlace, { seq }: Pick<Anchor, "seq">, cause?: unknown): ModeltrailError {
  return new ModeltrailError(
    "AUDIT_FORGED",
    `storage holds another anchor for entry ${seq} of ${branch}: the branch was rewritten after it was anchored`,
    {
      cause,
      hint: "modeltrail audit verify names what differs. Do not delete the anchor: it is the evidence.",
    },
  );
}
