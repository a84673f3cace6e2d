import { createHash } from "node:crypto";
import type { LocalFile, StoredFile, TransferOptions } from "../../ports/artifact-store.ts";
import { openSource } from "./local-source.ts";
import { isDamaged, isOvertaken, isUnconditional, isUnsettled } from "./s3-error.ts";
import { type Stored, readBack, settleNow } from "./settle.ts";
import { type StoreContext, type Upload, backOff } from "./store-context.ts";
import { uploadInParts } from "./upload-parts.ts";

/** Below this, sending the bytes in vain costs less than asking first whether they are there. */
const ASK_FIRST_BYTES = 1 << 20;

/** Uploads a file unless the same bytes are stored already. */
export async function upload(
  store: StoreContext,
  key: string,
  file: LocalFile,
  options: TransferOptions = {},
): Promise<StoredFile> {
  const source = await openSource(file);
  try {
    const whole = source.sizeBytes <= store.partSizeBytes;
    return await (whole ? uploadWhole : uploadInParts)(store, { key, source, options });
  } finally {
    await source.close();
  }
}

async function uploadWhole(store: StoreContext, { key, source, options }: Upload): Promise<StoredFile> {
  const { signal } = options;
  const body = await source.read(Buffer.allocUnsafeSlow(source.sizeBytes), 0, source.sizeBytes);
  await source.confirmUnchanged();
  const sha256 = createHash("sha256").update(body).digest();
  const local = { sizeBytes: body.length, digest: `sha256:${sha256.toString("hex")}`, composite: undefined };
  const stored = { key, local, signal };
  const done =
    (await mayBeThere(store, body.length, stored)) ?? (await putOnce(store, stored, { body, sha256 }));
  options.onProgress?.(body.length);
  return done;
}

async function mayBeThere(
  store: StoreContext,
  sizeBytes: number,
  stored: Stored,
): Promise<StoredFile | undefined> {
  return sizeBytes >= ASK_FIRST_BYTES ? settleNow(store, stored, false) : undefined;
}

/** The bytes of a small object. */
export interface Piece {
  readonly body: Buffer;
  readonly sha256: Buffer;
}

/** Writes a small object unless something is there; what is there decides. */
export async function putOnce(store: StoreContext, stored: Stored, piece: Piece): Promise<StoredFile> {
  const { key, signal } = stored;
  for (let round = 1; ; round += 1) {
    const onlyNew = store.conditional;
    const there = onlyNew ? undefined : await settleNow(store, stored, round > 1);
    if (there !== undefined) return there;
    try {
      await store.api.putObject(key, { ...piece, onlyNew, signal });
      return await readBack(store, stored);
    } catch (error) {
      if (onlyNew && isUnconditional(error)) {
        store.conditional = false;
        continue;
      }
      if (!isUnsettled(error)) throw error;
      // A 412 at the first try says that somebody else was first; after a lost answer that was ourselves.
      const settled = await settleNow(store, stored, error.attempts > 1 || error.status !== 412);
      if (settled !== undefined) return settled;
      if (round >= store.attempts || !(isOvertaken(error) || isDamaged(error))) throw error;
      await backOff(round, signal);
    }
  }
}
