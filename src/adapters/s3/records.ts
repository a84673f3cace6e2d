import { createHash } from "node:crypto";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { StoreContext } from "./store-context.ts";
import { putOnce } from "./upload.ts";

/** As the port says. */
const MOST_BYTES = 64 * 1024;

/** Stores a small text under a key, once. */
export async function putRecord(store: StoreContext, key: string, text: string): Promise<void> {
  const body = Buffer.from(text, "utf8");
  const sha256 = createHash("sha256").update(body).digest();
  const local = { sizeBytes: body.length, digest: `sha256:${sha256.toString("hex")}`, composite: undefined };
  await putOnce(store, { key, local, signal: undefined }, { body, sha256 });
}

export async function readRecord({ api, bucket }: StoreContext, key: string): Promise<string | undefined> {
  const head = await api.head(key);
  if (head === undefined) return undefined;
  const { body } = await api.get(key, { offset: 0, etag: undefined, signal: undefined });
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size > MOST_BYTES) {
      body.destroy();
      throw new ModeltrailError("STORAGE", `s3://${bucket}/${key} is larger than any record.`);
    }
    parts.push(bytes);
  }
  return Buffer.concat(parts).toString("utf8");
}
