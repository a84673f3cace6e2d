import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ModelFiles, StagedFolder } from "../../ports/model-files.ts";
import { filesMatch, folderMatches } from "./matches.ts";
import { readHead, scanModel } from "./scan.ts";
import { stageFolder } from "./staged-folder.ts";

/** Models on the local disk. */
export function openModelFiles(): ModelFiles {
  return {
    scan: (path) => coded(() => scanModel(path)),
    readHead: (absolutePath, bytes) => coded(() => readHead(absolutePath, bytes)),
    holds: (scanned, files, options = {}) =>
      coded(() => filesMatch(scanned.files, files, options), options.signal),
    matches: (destination, files, options = {}) =>
      coded(() => folderMatches(destination, files, options), options.signal),
    prepareFolder: (destination, options = {}) =>
      coded(async () => codedFolder(await stageFolder(destination, options))),
  };
}

function codedFolder(folder: StagedFolder): StagedFolder {
  return {
    place: (path) => coded(() => folder.place(path)),
    commit: () => coded(() => folder.commit()),
    discard: () => coded(() => folder.discard()),
  };
}

/** An abort is thrown as the caller gave it; what the system says gets a code. */
async function coded<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    const { code, path = "a file" } = error as NodeJS.ErrnoException;
    if (error instanceof ModeltrailError || code === undefined) throw error;
    if (code === "ENOENT")
      throw new ModeltrailError("NOT_FOUND", `${path} does not exist.`, { cause: error });
    throw new ModeltrailError("FILE_SYSTEM", `${path}: ${code}.`, { cause: error });
  }
}
