import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { ownName } from "./incoming.ts";
import { makeRoot, putStored } from "./put-stored.ts";
import { findStored, type Place } from "./read-stored.ts";
import { INCOMING, makeFolder, segmentsOf } from "./safe-path.ts";

/** As the port says. */
const MOST_BYTES = 64 * 1024;

/** Stores a small text under a key, once. */
export async function putRecord(place: Place, key: string, text: string): Promise<void> {
  segmentsOf(key);
  const bytes = Buffer.from(text, "utf8");
  const incoming = await makeFolder(await makeRoot(place), [INCOMING]);
  const path = join(incoming, ownName());
  try {
    await writeFile(path, bytes, { flag: "wx" });
    await putStored(place, { key, file: { path, sizeBytes: bytes.length } }, {});
  } finally {
    await rm(path, { force: true });
  }
}

export async function readRecord(place: Place, key: string): Promise<string | undefined> {
  const found = await findStored(place, key);
  if (found === undefined) return undefined;
  if (found.sizeBytes <= MOST_BYTES) return readFile(found.path, "utf8");
  throw new ModeltrailError("STORAGE", `${found.path} is larger than any record.`);
}
