import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { ScannedModel } from "../../ports/model-files.ts";
import { artifactKey } from "../../registry/layout.ts";
import { mapBounded } from "../bounded.ts";

/** The place in storage that a version would take. */
export interface Room {
  readonly model: string;
  readonly version: string;
  readonly scanned: ScannedModel;
}

const AT_ONCE = 8;

/**
 * A key that keeps these files from being all there is in the version's folder: a left-over of an attempt with other
 * files, or one of the same name with other bytes. Left-overs of these very files are none.
 */
export async function findObstacle(store: ArtifactStore, room: Room): Promise<string | undefined> {
  const folder = artifactKey(room.model, room.version);
  const files = new Map(room.scanned.files.map((file) => [`${folder}${file.path}`, file]));
  const keys = await store.list(folder);
  const stray = keys.find((key) => !files.has(key));
  if (stray !== undefined) return stray;
  const refused = await mapBounded(keys, AT_ONCE, async (key) => {
    const file = files.get(key);
    if (file === undefined) return key;
    // What is there already is compared, and never written.
    return (await holdsOther(store, key, { path: file.absolutePath, sizeBytes: file.sizeBytes }))
      ? key
      : undefined;
  });
  return refused.find((key) => key !== undefined);
}

async function holdsOther(
  store: ArtifactStore,
  key: string,
  file: { readonly path: string; readonly sizeBytes: number },
): Promise<boolean> {
  try {
    await store.put(key, file);
    return false;
  } catch (error) {
    if (isModeltrailError(error) && error.code === "CONFLICT") return true;
    throw error;
  }
}

/** Rejects with VERSION_TAKEN when storage holds anything else under a number. */
export async function requireRoom(store: ArtifactStore, room: Room): Promise<void> {
  const obstacle = await findObstacle(store, room);
  if (obstacle === undefined) return;
  throw new ModeltrailError(
    "VERSION_TAKEN",
    `storage holds other files under ${room.model} ${room.version} already, such as ${store.uriOf(obstacle)}`,
    {
      hint: "An attempt that never became a version has left them, or one is under way. Take another number with --version, or leave --version out, which skips this one.",
    },
  );
}

/** Rejects with CONFLICT when somebody stored other files under the same number in the meantime. */
export async function requireAlone(store: ArtifactStore, room: Room): Promise<void> {
  const folder = artifactKey(room.model, room.version);
  const files = new Set(room.scanned.files.map((file) => `${folder}${file.path}`));
  const stray = (await store.list(folder)).find((key) => !files.has(key));
  if (stray === undefined) return;
  throw new ModeltrailError(
    "CONFLICT",
    `somebody else stored ${store.uriOf(stray)} while ${room.model} ${room.version} was uploaded`,
    { hint: "Run the command again without --version; it takes the next number." },
  );
}
