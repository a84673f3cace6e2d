import { MAX_ENTRY_BYTES, parseAuditPath } from "../../audit/entry.ts";
import type { Commit, PathChange } from "../../ports/repository.ts";
import type { Context } from "../context.ts";

/** A commit of the audit branch, and the files that it brought. */
export interface BranchStep {
  readonly commit: Commit;
  readonly changes: readonly PathChange[];
  /** The texts of added files that have a place on the branch; undefined for one that is too long. */
  readonly texts: ReadonlyMap<string, string | undefined>;
}

const BATCH = 200;

/** The audit branch from its tip, newest first, with what every commit added; reads in batches. */
export async function* readBranch(context: Context, tip: string): AsyncGenerator<BranchStep> {
  let batch: { readonly commit: Commit; readonly changes: readonly PathChange[] }[] = [];
  for await (const step of context.repository.history.firstParent(tip)) {
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
  const decoder = new TextDecoder();
  return steps.map(({ commit, changes }) => ({
    commit,
    changes,
    texts: new Map(
      changes.filter(isAdded).map(({ path, after }) => {
        const bytes = byId.get(after ?? "");
        return [path, bytes === undefined || bytes === "too-large" ? undefined : decoder.decode(bytes)];
      }),
    ),
  }));
}

function isAdded({ path, before, after }: PathChange): boolean {
  return before === null && after !== null && parseAuditPath(path) !== undefined;
}
