import { setTimeout as sleep } from "node:timers/promises";
import type { TransferOptions } from "../../ports/artifact-store.ts";
import type { ObjectHead, S3Api } from "./api.ts";
import type { LocalSource } from "./local-source.ts";

/** What one open store knows. */
export interface StoreContext {
  readonly api: S3Api;
  readonly bucket: string;
  readonly partSizeBytes: number;
  readonly concurrency: number;
  readonly attempts: number;
  /**
   * Whether the store takes `If-None-Match: *`. One that answers 501 is looked at before each write instead, which
   * leaves a moment in which two writers of one key may both believe to be first; remembered while it is open.
   */
  conditional: boolean;
}

/** A file on its way to a key. */
export interface Upload {
  readonly key: string;
  readonly source: LocalSource;
  readonly options: TransferOptions;
}

/** What a local file is, by our own hashing. */
export interface LocalDigest {
  readonly sizeBytes: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  /** What a store keeps when it gets the file in our parts. */
  readonly composite: string | undefined;
}

/** The checksum that a store names, unless it is one of parts that does not say so: that proves nothing. */
export function provingChecksum(checksum: string | undefined, type: string | undefined): string | undefined {
  return type === "COMPOSITE" && checksum?.includes("-") === false ? undefined : checksum;
}

/** A store's checksum of a whole object as we write it; undefined for one of parts. */
export function digestOf(head: ObjectHead): string | undefined {
  if (head.checksum === undefined || head.checksum.includes("-")) return undefined;
  return `sha256:${Buffer.from(head.checksum, "base64").toString("hex")}`;
}

/** Waits a little longer with every round, apart from others who wait for the same. */
export async function backOff(round: number, signal: AbortSignal | undefined): Promise<void> {
  const longest = Math.min(100 * 2 ** round, 5000);
  await sleep(longest / 2 + (Math.random() * longest) / 2, undefined, signal === undefined ? {} : { signal });
}
