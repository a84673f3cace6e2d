import type { StoredPart } from "./api.ts";
import { PartHasher } from "./part-hasher.ts";
import { isDamaged } from "./s3-error.ts";
import { type LocalDigest, type StoreContext, type Upload, backOff } from "./store-context.ts";

/** What all buffers of one upload may hold together. */
const LANE_BYTES = 128 << 20;

export interface BegunUpload {
  readonly uploadId: string;
  /** Parts that the store holds already, by number. */
  readonly known: ReadonlyMap<number, StoredPart>;
  readonly partSize: number;
}

export interface SentParts {
  readonly local: LocalDigest;
  readonly parts: readonly StoredPart[];
}

/**
 * Reads the file once, in order, hashing on the way, while earlier parts are still being sent; each lane has one
 * buffer, used again and again. A part that the store holds already, by size and SHA-256, is not sent.
 */
export async function sendParts(store: StoreContext, upload: Upload, begun: BegunUpload): Promise<SentParts> {
  const { source } = upload;
  const { partSize } = begun;
  const hasher = new PartHasher();
  const lanes = new Lanes(store, upload, begun);
  for (let number = 1, offset = 0; offset < source.sizeBytes; number += 1, offset += partSize) {
    const buffer = await lanes.freeBuffer();
    if (buffer === undefined) break;
    try {
      const body = await source.read(buffer, offset, Math.min(partSize, source.sizeBytes - offset));
      lanes.send(number, body, hasher.add(body));
    } catch (error) {
      lanes.stop(error);
    }
  }
  const parts = await lanes.finish();
  return { local: hasher.finish(), parts };
}

class Lanes {
  readonly #store: StoreContext;
  readonly #upload: Upload;
  readonly #begun: BegunUpload;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #free: Buffer[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #parts: StoredPart[] = [];
  #unused: number;
  #failures: unknown[] = [];
  #doneBytes = 0;

  constructor(store: StoreContext, upload: Upload, begun: BegunUpload) {
    this.#store = store;
    this.#upload = upload;
    this.#begun = begun;
    const { signal } = upload.options;
    this.#signal = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    this.#unused = Math.max(1, Math.min(store.concurrency, Math.floor(LANE_BYTES / begun.partSize)));
  }

  /** Waits for a lane; undefined once something failed. */
  async freeBuffer(): Promise<Buffer | undefined> {
    if (this.#free.length === 0 && this.#unused > 0) {
      this.#unused -= 1;
      this.#free.push(Buffer.allocUnsafeSlow(this.#begun.partSize));
    }
    while (this.#free.length === 0 && this.#failures.length === 0) await Promise.race(this.#running);
    return this.#failures.length === 0 ? this.#free.pop() : undefined;
  }

  send(number: number, body: Buffer, sha256: Buffer): void {
    const sending = this.#sendOne(number, body, sha256)
      .catch((error: unknown) => this.stop(error))
      .finally(() => {
        this.#running.delete(sending);
        this.#free.push(Buffer.from(body.buffer, 0, this.#begun.partSize));
      });
    this.#running.add(sending);
  }

  /** Ends all lanes; what failed first is what `finish` rejects with. */
  stop(error: unknown): void {
    this.#failures.push(error);
    this.#stop.abort();
  }

  async finish(): Promise<readonly StoredPart[]> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
    return this.#parts.sort((a, b) => a.partNumber - b.partNumber);
  }

  async #sendOne(partNumber: number, body: Buffer, sha256: Buffer): Promise<void> {
    const checksum = sha256.toString("base64");
    const known = this.#begun.known.get(partNumber);
    const kept = known !== undefined && known.sizeBytes === body.length && known.checksum === checksum;
    const etag = kept ? known.etag : await this.#sendBytes(partNumber, body, sha256);
    this.#parts.push({ partNumber, etag, sizeBytes: body.length, checksum });
    this.#doneBytes += body.length;
    this.#upload.options.onProgress?.(this.#doneBytes);
  }

  async #sendBytes(partNumber: number, body: Buffer, sha256: Buffer): Promise<string> {
    const { uploadId } = this.#begun;
    for (let round = 1; ; round += 1) {
      try {
        const part = { uploadId, partNumber, body, sha256, signal: this.#signal };
        return await this.#store.api.uploadPart(this.#upload.key, part);
      } catch (error) {
        if (!isDamaged(error) || round >= this.#store.attempts) throw error;
        await backOff(round, this.#signal);
      }
    }
  }
}
