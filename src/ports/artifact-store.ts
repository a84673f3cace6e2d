/**
 * Where the bytes of models are kept. Implementations are held to `test/contracts/artifact-store.contract.ts`.
 *
 * Keys are relative to the registry's prefix (`fraud-detector/1.4.0/model.onnx`), built by `registry/layout`,
 * never taken from a manifest. Nothing that is stored is ever overwritten. Every method rejects with a
 * ModeltrailError: CREDENTIALS or FORBIDDEN when the store will not tell, NETWORK when it cannot be reached in
 * bounded time, STORAGE for anything else it says, CONFLICT when other bytes stand under a key.
 */
export interface ArtifactStore {
  /** The address under which a key is found, as manifests hold it; ends with `/` for a folder's key. */
  uriOf(key: string): string;
  /**
   * Uploads one local file unless the same bytes are there already, hashing on the way, then has the store
   * vouch for it. Rejects with CONFLICT when other bytes are there, and with INVALID_INPUT when the file
   * changed while it was read. Killed half-way, a second call goes on where it can.
   */
  put(key: string, file: LocalFile, options?: TransferOptions): Promise<StoredFile>;
  /** What is stored under a key; undefined only when the store says for certain that there is nothing. */
  stat(key: string): Promise<StoredStat | undefined>;
  /**
   * Whether the store is there at all. One that makes its place with the first thing that is put there says no before,
   * and counts as empty everywhere else; whether a bucket is there is told by every other call.
   */
  isPresent(): Promise<boolean>;
  /**
   * The keys of everything that is stored below a folder's key (which ends with `/`), however deep, sorted; none when
   * there is no such folder. At most 10,000: four times what a version may hold, and more is only ever wrong. `after`: only
   * the keys that come after this one, which is how more are read.
   */
  list(folder: string, after?: string): Promise<readonly string[]>;
  /**
   * Proves that the bytes under a key have this digest and size: by the checksum that the store keeps where
   * that is proof, else by reading and hashing all of it.
   */
  verify(key: string, expected: ExpectedFile, options?: TransferOptions): Promise<Verification>;
  /**
   * Writes the bytes under a key to `destination`, a path that does not exist yet; there only when whole and
   * equal to `expected`, and flushed to disk. Rejects with DIGEST_MISMATCH otherwise, NOT_FOUND when absent.
   */
  get(key: string, expected: ExpectedFile, destination: string, options?: TransferOptions): Promise<void>;
  /**
   * Stores a small text under a key, once. The same text there already is a success; rejects with CONFLICT when another
   * is there. For what no model's name can be in front of: the audit history's anchors, below `.audit/`.
   */
  putRecord(key: string, text: string): Promise<void>;
  /** The text under such a key; undefined only when the store says for certain that there is none. At most 64 KiB. */
  readRecord(key: string): Promise<string | undefined>;
  /** Drops connections. Safe to call twice. */
  close(): Promise<void>;
}

export interface LocalFile {
  /** Absolute path. */
  readonly path: string;
  readonly sizeBytes: number;
}

export interface StoredFile {
  /** `sha256:` and 64 hexadecimal digits, of the whole file. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** The composite checksum, base64 and `-<parts>`, when the store keeps the file in parts. */
  readonly storedChecksum?: string;
  /** False when the same bytes were there before. */
  readonly uploaded: boolean;
}

export interface StoredStat {
  readonly sizeBytes: number;
  /** SHA-256 in base64 as the store vouches for it; with `-<parts>` when composite; undefined when it does not. */
  readonly checksum: string | undefined;
}

export interface ExpectedFile {
  readonly digest: string;
  readonly sizeBytes: number;
  readonly storedChecksum?: string | undefined;
}

/** The outcome of a check: how it was proved, or what is wrong. */
export type Verification =
  | { readonly ok: true; readonly by: "stored-checksum" | "hashing" }
  | { readonly ok: false; readonly problem: "missing" | "size" | "digest"; readonly found?: string };

export interface TransferOptions {
  /** Called with the bytes of this file that are done, now and then. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}
