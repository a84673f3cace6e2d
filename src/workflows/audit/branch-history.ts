import { MAX_ENTRY_BYTES, parseAuditPath } from "../../audit/entry.ts";
import type { Commit, PathChange } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import { decodeExact } from "./exact-text.ts";

/** A commit of the audit branch, and the files that it brought. */
export interface BranchStep {
  readonly commit: Commit;
  readonly changes: readonly PathChange[];
  /** The added files that have a place on the branch, by path. */
  readonly files: ReadonlyMap<string, BranchFile>;
}

/** A file of the branch as it was read. */
export interface BranchFile {
  /** Undefined for one that is longer than any that a recorder writes. */
  readonly bytes: Uint8Array | undefined;
  /** Undefined also for what is no UTF-8; a mark at its beginning is part of it. */
  readonly text: string | undefined;
}

const BATCH = 200;

/** The audit branch from its tip, newest first, with what every commit added; reads in batches, `limit` commits at most. */
export async function* readBranch(context: Context, tip: string, limit?: number): AsyncGenerator<BranchStep> {
  let batch: { readonly commit: Commit; readonly changes: readonly PathChange[] }[] = [];
  for await (const step of context.repository.history.firstParent(
    tip,
    limit === undefined ? {} : { limit },
  )) {
    batch.push(step);
    if (batch.length < BATCH) continue;
    yield* await withTexts(context, batch);
    batch = [];
  }
  yield* await withTexts(context, batch);
}

async function withTexts(
  { repository }: Context,
  steps: readonly { readonly commit: Commit; readonly changes: readonly PathChange[] }[],
): Promise<readonly BranchStep[]> {
  const added = steps.flatMap(({ changes }) => changes.filter(isAdded));
  const oids = added.map(({ after }) => after ?? "");
  const blobs = await repository.objects.readBlobs(oids, MAX_ENTRY_BYTES);
  const byId = new Map(oids.map((oid, index) => [oid, blobs[index]]));
  return steps.map(({ commit, changes }) => ({
    commit,
    changes,
    files: new Map(changes.filter(isAdded).map(({ path, after }) => [path, readFile(byId.get(after ?? ""))])),
  }));
}

function readFile(blob: Uint8Array | "too-large" | undefined): BranchFile {
  const bytes = blob === "too-large" ? undefined : blob;
  return { bytes, text: bytes === undefined ? undefined : decodeExact(bytes) };
}

function isAdded({ path, before, after }: PathChange): boolean {
  return before === null && after !== null && parseAuditPath(path) !== undefined;
}
