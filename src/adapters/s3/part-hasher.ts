import { createHash } from "node:crypto";
import type { LocalDigest, Upload } from "./store-context.ts";

/** Hashes the parts of a file, in order: each of them, the whole, and what a store makes of the parts. */
export class PartHasher {
  readonly #whole = createHash("sha256");
  readonly #ofParts = createHash("sha256");
  #parts = 0;
  #sizeBytes = 0;

  /** The digest of this part. */
  add(part: Buffer): Buffer {
    this.#whole.update(part);
    const digest = createHash("sha256").update(part).digest();
    this.#ofParts.update(digest);
    this.#parts += 1;
    this.#sizeBytes += part.length;
    return digest;
  }

  finish(): LocalDigest {
    return {
      sizeBytes: this.#sizeBytes,
      digest: `sha256:${this.#whole.digest("hex")}`,
      composite: `${this.#ofParts.digest("base64")}-${this.#parts}`,
    };
  }
}

/** Hashes a file as `PartHasher` does, sending nothing. */
export async function hashInParts({ source, options }: Upload, partSize: number): Promise<LocalDigest> {
  const hasher = new PartHasher();
  const buffer = Buffer.allocUnsafeSlow(partSize);
  for (let offset = 0; offset < source.sizeBytes; offset += partSize) {
    options.signal?.throwIfAborted();
    hasher.add(await source.read(buffer, offset, Math.min(partSize, source.sizeBytes - offset)));
    options.onProgress?.(Math.min(offset + partSize, source.sizeBytes));
  }
  await source.confirmUnchanged();
  return hasher.finish();
}
