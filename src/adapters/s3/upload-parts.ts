import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { StoredFile } from "../../ports/artifact-store.ts";
import type { StoredPart } from "./api.ts";
import { hashInParts } from "./part-hasher.ts";
import { S3Error, isDamaged, isOvertaken, isUnconditional, isUnsettled } from "./s3-error.ts";
import { type SentParts, sendParts } from "./send-parts.ts";
import { type Stored, readBack, settle, settleNow } from "./settle.ts";
import { type StoreContext, type Upload, backOff } from "./store-context.ts";

const MAX_PARTS = 10_000;
const MIB = 1 << 20;

/**
 * Uploads a large file in parts. An unfinished upload that a killed process left behind is gone on with; one of
 * ours that fails is left for the next call, unless nothing can come of it any more.
 */
export async function uploadInParts(store: StoreContext, upload: Upload): Promise<StoredFile> {
  const { key, source, options } = upload;
  const { signal } = options;
  const partSize = partSizeOf(store, source.sizeBytes);
  for (let round = 1; ; round += 1) {
    const head = await store.api.head(key, signal);
    if (head !== undefined) {
      const local = await hashInParts(upload, partSize);
      return settle(store, { key, local, signal }, { head, uploaded: round > 1 });
    }
    const begun = round === 1 ? await goOn(store, key, signal) : await beginAnew(store, key, signal);
    try {
      const sent = await sendParts(store, upload, { ...begun, partSize });
      await source.confirmUnchanged();
      const stored = await complete(
        store,
        { key, local: sent.local, signal },
        { ...sent, uploadId: begun.uploadId },
      );
      await dropAll(store, key, begun.others);
      return stored;
    } catch (error) {
      const again = round < store.attempts && (isOvertaken(error) || isDamaged(error));
      if (again || isHopeless(error)) await dropAll(store, key, [begun.uploadId]);
      if (!again) throw error;
      await backOff(round, signal);
    }
  }
}

function partSizeOf(store: StoreContext, sizeBytes: number): number {
  if (sizeBytes <= store.partSizeBytes * MAX_PARTS) return store.partSizeBytes;
  return Math.ceil(sizeBytes / MAX_PARTS / MIB) * MIB;
}

/** No later call could finish an upload that failed like this. */
function isHopeless(error: unknown): boolean {
  return error instanceof ModeltrailError && (error.code === "CONFLICT" || error.code === "INVALID_INPUT");
}

interface Begun {
  readonly uploadId: string;
  readonly known: ReadonlyMap<number, StoredPart>;
  /** Left-over uploads of the same key: of no use once the file is stored. */
  readonly others: readonly string[];
}

async function goOn(store: StoreContext, key: string, signal: AbortSignal | undefined): Promise<Begun> {
  const unfinished = await listUnfinished(store, key, signal);
  for (const uploadId of unfinished) {
    const parts = await orNone(store.api.listParts(key, uploadId, signal));
    if (parts.length === 0 || parts.some((part) => part.checksum === undefined)) continue;
    const others = unfinished.filter((other) => other !== uploadId);
    return { uploadId, known: new Map(parts.map((part) => [part.partNumber, part])), others };
  }
  const begun = await beginAnew(store, key, signal);
  return { ...begun, others: [...unfinished, ...begun.others] };
}

async function beginAnew(store: StoreContext, key: string, signal: AbortSignal | undefined): Promise<Begun> {
  const { uploadId, attempts } = await store.api.createUpload(key, signal);
  // A lost answer leaves an upload that nobody knows of.
  const all = attempts > 1 ? await listUnfinished(store, key, signal) : [];
  return { uploadId, known: new Map(), others: all.filter((other) => other !== uploadId) };
}

function listUnfinished(
  store: StoreContext,
  key: string,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  return orNone(store.api.listUploads(key, signal));
}

/** Not being allowed to list, or a store that cannot, only costs the going on. */
async function orNone<T>(listed: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await listed;
  } catch (error) {
    if (error instanceof S3Error && (error.code === "FORBIDDEN" || error.code === "STORAGE")) return [];
    throw error;
  }
}

/** Tidying up after the work is done, or has failed for another reason, changes nothing about either. */
async function dropAll(store: StoreContext, key: string, uploadIds: readonly string[]): Promise<void> {
  for (const uploadId of uploadIds) {
    await store.api.abortUpload(key, uploadId).catch(() => undefined);
  }
}

async function complete(
  store: StoreContext,
  stored: Stored,
  upload: SentParts & { readonly uploadId: string },
): Promise<StoredFile> {
  const { key, signal } = stored;
  const onlyNew = store.conditional;
  const there = onlyNew ? undefined : await settleNow(store, stored, false);
  if (there !== undefined) {
    await dropAll(store, key, [upload.uploadId]);
    return there;
  }
  try {
    await store.api.completeUpload(key, { uploadId: upload.uploadId, parts: upload.parts, onlyNew, signal });
  } catch (error) {
    if (onlyNew && isUnconditional(error)) {
      store.conditional = false;
      return complete(store, stored, upload);
    }
    if (!isUnsettled(error)) throw error;
    const settled = await settleNow(store, stored, error.attempts > 1 || error.status !== 412);
    if (settled === undefined) throw error;
    await dropAll(store, key, [upload.uploadId]);
    return settled;
  }
  return readBack(store, stored);
}
