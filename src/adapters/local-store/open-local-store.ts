import { lstat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ArtifactStore, StoredStat } from "../../ports/artifact-store.ts";
import { putStored } from "./put-stored.ts";
import { listStored } from "./list-stored.ts";
import { putRecord, readRecord } from "./records.ts";
import { type Place, findStored, getStored, verifyStored } from "./read-stored.ts";
import { segmentsOf, unlessMissing } from "./safe-path.ts";

export interface LocalStoreOptions {
  /** Absolute folder that holds the files; made when it is missing. */
  readonly root: string;
  /** What addresses in manifests begin with: `file:.modeltrail/artifacts/`. */
  readonly uriBase: string;
  /** False: behave as on a file system without hard links; true. */
  readonly hardLinks?: boolean;
}

/** Models kept as plain, read-only files below one folder. */
export function openLocalStore(options: LocalStoreOptions): ArtifactStore {
  const { root, uriBase, hardLinks = true } = options;
  if (!isAbsolute(root)) {
    throw new ModeltrailError("INVALID_INPUT", `The store's folder ${root} is not an absolute path.`);
  }
  const place = { root, uriBase, hardLinks };
  const coded = <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> =>
    work().catch((error: unknown) => {
      signal?.throwIfAborted();
      throw codedError(error, root);
    });
  return {
    uriOf(key) {
      segmentsOf(key.endsWith("/") ? key.slice(0, -1) : key);
      return uriBase + key;
    },
    put: (key, file, transfer = {}) =>
      coded(transfer.signal, () => putStored(place, { key, file }, transfer)),
    stat: (key) => coded(undefined, () => statStored(place, key)),
    isPresent: () => coded(undefined, async () => (await lstat(root).catch(unlessMissing)) !== undefined),
    list: (folder, after) => coded(undefined, () => listStored(place, folder, after)),
    verify: (key, expected, transfer = {}) =>
      coded(transfer.signal, () => verifyStored(place, { key, expected }, transfer)),
    get: (key, expected, destination, transfer = {}) =>
      coded(transfer.signal, () => getStored(place, { key, expected, destination }, transfer)),
    putRecord: (key, text) => coded(undefined, () => putRecord(place, key, text)),
    readRecord: (key) => coded(undefined, () => readRecord(place, key)),
    close: () => Promise.resolve(),
  };
}

async function statStored(place: Place, key: string): Promise<StoredStat | undefined> {
  const found = await findStored(place, key);
  return found === undefined ? undefined : { sizeBytes: found.sizeBytes, checksum: undefined };
}

/** What the system says, with a code: about the store, or about the files that are copied from and to. */
function codedError(error: unknown, root: string): unknown {
  const { code, path = root } = error as NodeJS.ErrnoException;
  if (error instanceof ModeltrailError || code === undefined) return error;
  if (!path.startsWith(root))
    return new ModeltrailError("FILE_SYSTEM", `${path}: ${code}.`, { cause: error });
  if (code === "EACCES") return new ModeltrailError("FORBIDDEN", `No access to ${path}.`, { cause: error });
  return new ModeltrailError("STORAGE", `${path}: ${code}.`, { cause: error });
}
