import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Place } from "./read-stored.ts";
import { findFolder, segmentsOf, splitRoot, unlessMissing } from "./safe-path.ts";

/** As the port says. */
const LIST_LIMIT = 10_000;
/** More are not looked at, whichever are wanted. */
const MOST_FILES = 1_000_000;

/** Everything below a folder's key that is no folder itself: links and the like are names that somebody put there. */
export async function listStored(place: Place, folder: string, after = ""): Promise<readonly string[]> {
  const key = folder.replace(/\/$/, "");
  const segments = segmentsOf(key);
  const { base, segments: own } = splitRoot(place.root, place.uriBase);
  const above = await findFolder(base, [...own, ...segments.slice(0, -1)]);
  const top = above === undefined ? undefined : join(above, segments.at(-1) ?? "");
  if (top === undefined || (await lstat(top).catch(unlessMissing))?.isDirectory() !== true) return [];
  const keys: string[] = [];
  let level: readonly string[] = [""];
  while (level.length > 0 && keys.length < MOST_FILES) {
    const next: string[] = [];
    for (const path of level) {
      for (const entry of await readdir(join(top, path), { withFileTypes: true })) {
        const name = path === "" ? entry.name : `${path}/${entry.name}`;
        if (entry.isDirectory()) next.push(name);
        else keys.push(`${key}/${name}`);
      }
    }
    level = next;
  }
  return keys
    .filter((found) => found > after)
    .toSorted()
    .slice(0, LIST_LIMIT);
}
