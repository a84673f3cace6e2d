import {
  anchorFolder,
  anchorKey,
  parseAnchor,
  renderAnchor,
  type Anchor,
  type FoundAnchor,
} from "../../audit/anchor.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import type { AuditPlace } from "./place.ts";

const READ_TOGETHER = 8;

/** What became of the anchor of a run. */
export type AnchorState = "written" | "failed" | "skipped";

/**
 * Writes the last entry's digest to the artifact store, once. A store that holds something else for that entry is
 * AUDIT_FORGED; one that cannot be reached is a warning, since what was recorded stands.
 */
export async function writeAnchor(context: Context, place: AuditPlace, anchor: Anchor): Promise<AnchorState> {
  const { branch } = place;
  try {
    await withStore(context, place, (store) =>
      store.putRecord(anchorKey(branch, anchor.seq), renderAnchor(anchor)),
    );
    return "written";
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    if (error.code === "CONFLICT") throw forged(place, anchor, error);
    context.notices.warn(
      `the audit history is recorded, but not anchored in storage: ${error.message} modeltrail audit record tries again`,
    );
    return "failed";
  }
}

/** The anchors of a branch; undefined, with a warning, when storage does not tell. */
export async function readAnchors(
  context: Context,
  place: AuditPlace,
): Promise<readonly FoundAnchor[] | undefined> {
  try {
    return await withStore(context, place, async (store) => {
      const keys = await store.list(anchorFolder(place.branch));
      return mapBounded(keys, READ_TOGETHER, async (key) => {
        const text = await store.readRecord(key);
        return { key, anchor: text === undefined ? undefined : parseAnchor(text) };
      });
    });
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(`the anchors in storage were not compared: ${error.message}`);
    return undefined;
  }
}

async function withStore<T>(
  context: Context,
  { registry }: AuditPlace,
  work: (store: ArtifactStore) => Promise<T>,
): Promise<T> {
  const store = await context.openStore(registry.spec.storage);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function forged({ branch }: AuditPlace, { seq }: Anchor, cause: unknown): ModeltrailError {
  return new ModeltrailError(
    "AUDIT_FORGED",
    `storage holds another anchor for entry ${seq} of ${branch}: the branch was rewritten after it was anchored`,
    {
      cause,
      hint: "modeltrail audit verify names what differs. Do not delete the anchor: it is the evidence.",
    },
  );
}
