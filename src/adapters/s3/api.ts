import type { Readable } from "node:stream";

/** The requests that we make of a store, in our own words. Every one rejects with an S3Error. */
export interface S3Api {
  /** Undefined when the store says for certain that nothing is there. */
  head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined>;
  get(key: string, options: GetOptions): Promise<ObjectBody>;
  putObject(key: string, options: PutOptions): Promise<void>;
  createUpload(key: string, signal?: AbortSignal): Promise<CreatedUpload>;
  /** Answers the part's ETag. */
  uploadPart(key: string, options: PartOptions): Promise<string>;
  completeUpload(key: string, options: CompleteOptions): Promise<void>;
  abortUpload(key: string, uploadId: string): Promise<void>;
  /** Unfinished uploads of exactly this key that keep SHA-256 checksums, newest first. */
  listUploads(key: string, signal?: AbortSignal): Promise<readonly string[]>;
  /** Keys that begin with the prefix, at most `limit`, in the store's order. */
  listKeys(prefix: string, range: KeyRange): Promise<readonly string[]>;
  listParts(key: string, uploadId: string, signal?: AbortSignal): Promise<readonly StoredPart[]>;
  close(): void;
}

/** Which keys of a listing are wanted. */
export interface KeyRange {
  readonly limit: number;
  /** Only those that come after this key. */
  readonly after: string | undefined;
}

export interface S3Connection {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly forcePathStyle: boolean;
  readonly credentials: S3Credentials | undefined;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly attempts: number;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface ObjectHead {
  readonly sizeBytes: number;
  /** SHA-256 in base64, with `-<parts>` when it is one of parts. */
  readonly checksum: string | undefined;
}

export interface GetOptions {
  /** First byte wanted. */
  readonly offset: number;
  /** Only if the object is still this one. */
  readonly etag: string | undefined;
  readonly signal: AbortSignal | undefined;
}

export interface ObjectBody {
  readonly body: Readable;
  /** Where the body begins: 0 from a store that knows no ranges. */
  readonly offset: number;
  /** Size of the whole object; undefined when the store does not say. */
  readonly sizeBytes: number | undefined;
  readonly etag: string | undefined;
}

export interface PutOptions {
  readonly body: Buffer;
  readonly sha256: Buffer;
  /** Send `If-None-Match: *`. */
  readonly onlyNew: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface PartOptions {
  readonly uploadId: string;
  readonly partNumber: number;
  readonly body: Buffer;
  readonly sha256: Buffer;
  readonly signal: AbortSignal | undefined;
}

export interface CompleteOptions {
  readonly uploadId: string;
  readonly parts: readonly StoredPart[];
  readonly onlyNew: boolean;
  readonly signal: AbortSignal | undefined;
}

export interface CreatedUpload {
  readonly uploadId: string;
  /** More than 1: an earlier try may have left an upload behind. */
  readonly attempts: number;
}

export interface StoredPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly sizeBytes: number;
  /** SHA-256 in base64. */
  readonly checksum: string | undefined;
}
