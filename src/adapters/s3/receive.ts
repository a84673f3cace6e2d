import { type Hash, createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { TransferOptions } from "../../ports/artifact-store.ts";
import { type S3Error, s3Error } from "./s3-error.ts";
import { type StoreContext, backOff } from "./store-context.ts";

const BATCH_BYTES = 1 << 20;

export interface Received {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/**
 * Reads a whole object, hashing it, and writes it to a file when one is given. A body that is cut is asked for
 * from where it was cut, of the same object, for as long as it gets on. Stops early when it is longer than `limit`
 * bytes, or is said to have another size: the sizes then differ.
 */
export async function receive(store: StoreContext, key: string, options: ReceiveOptions): Promise<Received> {
  const sink = new Sink(options);
  let etag: string | undefined;
  for (let fruitless = 0; ;) {
    const begin = sink.done;
    try {
      const answer = await store.api.get(key, { offset: begin, etag, signal: options.signal });
      etag = answer.etag;
      if (answer.sizeBytes !== undefined && answer.sizeBytes !== options.limit) {
        answer.body.destroy();
        return { digest: "", sizeBytes: answer.sizeBytes };
      }
      if (answer.offset !== begin) sink.restart();
      await sink.fill(answer.body);
      return sink.finish();
    } catch (error) {
      const cut = cutOff(error, key, options.signal);
      fruitless = sink.done - begin >= BATCH_BYTES ? 0 : fruitless + 1;
      if (fruitless >= store.attempts) throw cut;
      await backOff(fruitless, options.signal);
    }
  }
}

export interface ReceiveOptions extends TransferOptions {
  /** Bytes that are expected. */
  readonly limit: number;
  readonly file: FileHandle | undefined;
}

/** Errors of a body are the connection's; whatever else failed is thrown on. */
function cutOff(error: unknown, key: string, signal: AbortSignal | undefined): S3Error {
  signal?.throwIfAborted();
  if (error instanceof BodyError) return s3Error(error.cause, `read ${key}`);
  // The SDK has tried an unanswered request again already.
  throw error;
}

class BodyError extends Error {}

/** Hashes and writes in step, so that after a cut both stand at the same byte. */
class Sink {
  readonly #options: ReceiveOptions;
  #hash: Hash = createHash("sha256");
  done = 0;

  constructor(options: ReceiveOptions) {
    this.#options = options;
  }

  restart(): void {
    this.#hash = createHash("sha256");
    this.done = 0;
  }

  finish(): Received {
    return { digest: `sha256:${this.#hash.digest("hex")}`, sizeBytes: this.done };
  }

  async fill(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<void> {
    const chunks = body[Symbol.asyncIterator]();
    let writing: Promise<void> | undefined;
    try {
      for (;;) {
        const { batch, failure } = await nextBatch(chunks);
        await writing;
        writing = this.#take(batch);
        writing.catch(() => undefined); // It is awaited with the next batch; until then nobody listens.
        if (failure !== undefined) throw failure;
        if (batch.length === 0 || this.done > this.#options.limit) break;
      }
    } finally {
      body.destroy();
      await writing;
    }
  }

  async #take(batch: readonly Buffer[]): Promise<void> {
    const position = this.done;
    for (const chunk of batch) {
      this.#hash.update(chunk);
      this.done += chunk.length;
    }
    this.#options.onProgress?.(Math.min(this.done, this.#options.limit));
    await writeAll(this.#options.file, batch, position);
  }
}

interface Batch {
  readonly batch: readonly Buffer[];
  readonly failure: BodyError | undefined;
}

/** About a megabyte of chunks, empty at the end; what came before a cut is kept. */
async function nextBatch(chunks: AsyncIterator<Buffer>): Promise<Batch> {
  const batch: Buffer[] = [];
  let bytes = 0;
  try {
    while (bytes < BATCH_BYTES) {
      const next = await chunks.next();
      if (next.done === true) break;
      batch.push(next.value);
      bytes += next.value.length;
    }
    return { batch, failure: undefined };
  } catch (error) {
    return { batch, failure: new BodyError("cut", { cause: error }) };
  }
}

async function writeAll(
  file: FileHandle | undefined,
  batch: readonly Buffer[],
  position: number,
): Promise<void> {
  if (file === undefined || batch.length === 0) return;
  const total = batch.reduce((sum, chunk) => sum + chunk.length, 0);
  const { bytesWritten } = await file.writev(batch, position);
  if (bytesWritten === total) return;
  const rest = Buffer.concat(batch).subarray(bytesWritten);
  const { bytesWritten: more } = await file.write(rest, 0, rest.length, position + bytesWritten);
  if (more !== rest.length) throw Object.assign(new Error("short write"), { code: "ENOSPC" });
}
