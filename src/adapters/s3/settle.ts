import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { StoredFile } from "../../ports/artifact-store.ts";
import type { ObjectHead } from "./api.ts";
import { judge } from "./download.ts";
import { type LocalDigest, type StoreContext, backOff } from "./store-context.ts";

export interface Stored {
  readonly key: string;
  readonly local: LocalDigest;
  readonly signal: AbortSignal | undefined;
}

/** Compares what is stored with the local file: the same bytes are a success, others a CONFLICT. */
export async function settle(
  store: StoreContext,
  { key, local, signal }: Stored,
  found: { readonly head: ObjectHead; readonly uploaded: boolean },
): Promise<StoredFile> {
  const { digest, sizeBytes, composite } = local;
  const { head, uploaded } = found;
  const expected = { digest, sizeBytes, storedChecksum: composite };
  const result = await judge(store, { key, expected, head }, signal === undefined ? {} : { signal });
  if (!result.ok) {
    throw new ModeltrailError("CONFLICT", `Other bytes are stored under s3://${store.bucket}/${key}.`, {
      hint: "Nothing that is stored is ever overwritten: register the model under another version.",
    });
  }
  // Only what the store keeps and we computed ourselves proves anything later.
  const vouched = composite !== undefined && head.checksum === composite;
  return { digest, sizeBytes, uploaded, ...(vouched ? { storedChecksum: composite } : {}) };
}

/** Settles it with what is stored now; undefined when that is nothing. */
export async function settleNow(
  store: StoreContext,
  stored: Stored,
  uploaded: boolean,
): Promise<StoredFile | undefined> {
  const head = await store.api.head(stored.key, stored.signal);
  return head === undefined ? undefined : settle(store, stored, { head, uploaded });
}

/** Has the store vouch for what was written just now. */
export async function readBack(store: StoreContext, stored: Stored): Promise<StoredFile> {
  for (let round = 0; round < store.attempts; round += 1) {
    const settled = await settleNow(store, stored, true);
    if (settled !== undefined) return settled;
    await backOff(round, stored.signal);
  }
  throw new ModeltrailError(
    "STORAGE",
    `The store took s3://${store.bucket}/${stored.key} and says that nothing is there.`,
    { hint: "Run it again; if that is so again, the store loses what it was given." },
  );
}
