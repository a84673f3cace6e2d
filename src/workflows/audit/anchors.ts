import { anchorKey, renderAnchor, type Anchor, type FoundAnchor } from "../../audit/anchor.ts";
import { entryPath, MAX_ENTRY_BYTES, parseAuditPath } from "../../audit/entry.ts";
import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";
import { entryAt, isFolder } from "../read/trees.ts";
import { isHeldBy } from "./other-way.ts";
import type { AuditPlace } from "./place.ts";
import { readAnchors, withStore } from "./read-anchors.ts";

/** What became of the anchor of a run. */
export type AnchorState = "written" | "failed" | "skipped";

/**
 * Writes the last entry's digest to the artifact store, once. A store that holds something else for that entry is
 * AUDIT_FORGED; one that cannot be reached is a warning, since what was recorded stands.
 */
export async function writeAnchor(context: Context, place: AuditPlace, anchor: Anchor): Promise<AnchorState> {
  const { branch, registry } = place;
  const key = anchorKey(branch, anchor.seq);
  try {
    await withStore(context, registry.spec.storage, (store) => store.putRecord(key, renderAnchor(anchor)));
    return "written";
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    if (error.code === "CONFLICT")
      throw new ModeltrailError("AUDIT_FORGED", `storage holds something else as anchor ${key}`, {
        cause: error,
        hint: "modeltrail audit verify names what differs. Do not delete the anchor: it is the evidence.",
      });
    context.notices.warn(
      `the audit history is recorded, but not anchored in storage: ${error.message} modeltrail audit record tries again`,
    );
    return "failed";
  }
}

/** How many anchors before those of a run are compared before it is published. */
const LOOK_BACK = 8;

/** What a run is about to publish. */
export interface Unpublished {
  /** The tip that the branch is to have. */
  readonly tip: string;
  /** Number of the first entry that the run adds; one more than the last where it adds none. */
  readonly first: number;
}

/**
 * Holds anchors against what is about to be published: the newest, and all from the first new entry on. Rejects with
 * AUDIT_FORGED where one differs or cannot be read, or with CONFLICT when that is because another recorder was quicker.
 */
export async function requireAnchorsKept(
  context: Context,
  place: AuditPlace,
  { tip, first }: Unpublished,
): Promise<void> {
  const anchors = await readNewest(context, place, first);
  const standing = await readStanding(context, tip, new Set(anchors.map(({ seq }) => seq)));
  const differing = anchors.find(({ seq, anchor }) => {
    const entry = standing.get(seq);
    return anchor?.seq !== seq || anchor.entry !== entry?.digest || anchor.commit !== entry.commit;
  });
  if (differing === undefined) return;
  if (await hasMoved(context, place))
    throw new ModeltrailError("CONFLICT", `another recorder has written to ${place.branch} meanwhile`);
  throw await refuse(context, place, differing, standing.get(differing.seq));
}

async function readNewest(
  context: Context,
  { branch, registry }: AuditPlace,
  first: number,
): Promise<readonly FoundAnchor[]> {
  try {
    const { anchors } = await readAnchors(context, registry.spec.storage, {
      branches: new Set([branch]),
      isWanted: (seq, newer) => seq >= first || newer < LOOK_BACK,
    });
    return anchors;
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    context.notices.warn(`the anchors in storage were not compared: ${error.message}`);
    return [];
  }
}

interface Standing {
  readonly digest: string;
  readonly commit: string;
}

/** The entries of these numbers as they stand on a tip, with the commits that brought them. */
async function readStanding(
  { repository }: Context,
  tip: string,
  numbers: ReadonlySet<number>,
): Promise<ReadonlyMap<number, Standing>> {
  const { tree } = await repository.objects.readCommit(tip);
  const oids = new Map<number, string>();
  for (const seq of numbers) {
    const entry = await entryAt(repository, tree, entryPath(seq));
    if (entry !== undefined && !isFolder(entry)) oids.set(seq, entry.oid);
  }
  const blobs = await repository.objects.readBlobs([...oids.values()], MAX_ENTRY_BYTES);
  const commits = await commitsOf(repository, tip, new Set(oids.keys()));
  return new Map(
    [...oids.keys()].map((seq, at) => {
      const blob = blobs[at] ?? "";
      return [seq, { digest: sha256Hex(blob), commit: commits.get(seq) ?? "" }];
    }),
  );
}

async function commitsOf(
  { history }: Context["repository"],
  tip: string,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const commits = new Map<number, string>();
  if (wanted.size === 0) return commits;
  for await (const { commit, changes } of history.firstParent(tip, { paths: ["entries"] })) {
    for (const { path } of changes) {
      const seq = parseAuditPath(path)?.seq;
      if (seq !== undefined && wanted.has(seq) && !commits.has(seq)) commits.set(seq, commit.oid);
    }
    if (commits.size === wanted.size) break;
  }
  return commits;
}

/** Anchors are written after their entries are published, so whoever wrote one has moved the branch before. */
async function hasMoved({ repository }: Context, place: AuditPlace): Promise<boolean> {
  const { ref, branch, push, localTip, remoteTip } = place;
  if (!push) return (await repository.refs.read(ref)) !== localTip;
  await repository.remote.fetch();
  const remote = (await repository.remote.describe())?.name ?? "";
  return (await repository.refs.read(`refs/remotes/${remote}/${branch}`)) !== remoteTip;
}

const EVIDENCE =
  "modeltrail audit verify names all that differs. Do not delete the anchor: it is the evidence.";

async function refuse(
  context: Context,
  place: AuditPlace,
  { key, seq, anchor, problem }: FoundAnchor,
  standing: Standing | undefined,
): Promise<ModeltrailError> {
  const { branch, base } = place;
  if (anchor?.seq !== seq)
    return new ModeltrailError(
      "AUDIT_FORGED",
      `the anchor ${key} in storage is none that a recorder wrote${problem === undefined ? "" : `: ${problem}`}`,
      { hint: `Nothing was recorded. ${EVIDENCE}` },
    );
  const anew = `begin a new branch under another name in spec.audit.branch of ${context.prefix}${REGISTRY_FILE}`;
  // What was judged from a commit that the main branch does not have was not recorded from here.
  if (!(await isHeldBy(context, anchor.source, place.main)))
    return new ModeltrailError(
      "AUDIT_FORGED",
      `storage holds an anchor for entry ${seq} of ${branch} whose commit ${anchor.source} ${base} does not hold: ${base} was rewritten after it was anchored, or the anchor was written from a copy of the repository with commits of its own`,
      { hint: `Nothing was recorded. ${EVIDENCE} Where it came from a copy, ${anew}.` },
    );
  const isRebuilt = standing !== undefined && standing.digest === anchor.entry;
  const was = isRebuilt
    ? `entry ${seq} of ${branch} was anchored in commit ${anchor.commit}, and would stand in ${standing.commit}: the branch was deleted or taken back after it was anchored`
    : `storage holds another anchor for entry ${seq} of ${branch}: the branch was rewritten after it was anchored`;
  return new ModeltrailError("AUDIT_FORGED", was, {
    hint: `Nothing was recorded. ${EVIDENCE} Bring the branch back from any clone that has that commit: ${wayBack(place, anchor.commit)}. Where none has it, ${anew}.`,
  });
}

/** The lease is the remote's own tip: what comes back contains nobody's later work. */
function wayBack({ branch, ref, shared, remoteTip }: AuditPlace, commit: string): string {
  if (!shared) return `git update-ref ${ref} ${commit}`;
  const lease = remoteTip === undefined ? "" : `--force-with-lease=${branch}:${remoteTip} `;
  return `git push ${lease}origin ${commit}:${ref}`;
}
