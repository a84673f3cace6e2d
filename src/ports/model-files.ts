/**
 * The local disk as the source of models that are registered and as the target of pulls. Rejects with a
 * ModeltrailError: INVALID_INPUT for what may not be a model, NOT_FOUND for a path that is not there, FILE_SYSTEM
 * for anything that the system says.
 */
export interface ModelFiles {
  /**
   * Lists a model: one file, or a folder with all files below it. Refuses, naming the path, whatever could not be
   * pulled again alike everywhere: links and special files, names that are not plain NFC UTF-8, names equal when
   * case-folded, more than 2,500 files, or none. `.git` and empty folders are skipped.
   */
  scan(path: string): Promise<ScannedModel>;
  /** The first bytes of a file, fewer when it is shorter. */
  readHead(absolutePath: string, bytes: number): Promise<Uint8Array>;
  /** True when the scanned files are exactly these, by names, sizes, and the hash of every byte. */
  holds(scanned: ScannedModel, files: readonly ExpectedModelFile[], options?: MatchOptions): Promise<boolean>;
  /** True when the folder holds exactly these files, proved by hashing all of them; false when it does not exist. */
  matches(destination: string, files: readonly ExpectedModelFile[], options?: MatchOptions): Promise<boolean>;
  /**
   * Begins to fill a folder out of sight, next to `destination`. Refused with INVALID_INPUT when something is
   * there already (an empty folder is nothing), unless forced. What killed processes left behind is removed.
   */
  prepareFolder(destination: string, options?: PrepareOptions): Promise<StagedFolder>;
}

export interface ScannedModel {
  readonly kind: "file" | "folder";
  /** The base name of the path. */
  readonly name: string;
  /** Sorted by the bytes of `path`. */
  readonly files: readonly ScannedFile[];
}

export interface ScannedFile {
  /** Relative to the folder, with `/`; the name when the model is one file. */
  readonly path: string;
  readonly absolutePath: string;
  readonly sizeBytes: number;
}

export interface ExpectedModelFile {
  /** Relative, with `/`. */
  readonly path: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface MatchOptions {
  readonly signal?: AbortSignal;
}

export interface PrepareOptions {
  /** Replace what stands at the destination; it stays until the new folder is whole. */
  readonly force?: boolean;
}

/** A folder that nobody sees before `commit`. */
export interface StagedFolder {
  /** Where to write a file of this relative path; makes the folders above it. INVALID_INPUT when it leads outside. */
  place(path: string): Promise<string>;
  /** Flushes the folder and renames it to the destination: there whole, or not at all. */
  commit(): Promise<void>;
  /** Removes what was staged. Safe to call twice, and after `commit`. */
  discard(): Promise<void>;
}
