import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { Commit } from "../../ports/repository.ts";
import { isTreeMode, type RawTreeEntry } from "./object-format.ts";
import type { CachedObjects } from "./object-reader.ts";
import type { ObjectSource } from "./object-source.ts";
import { sizeHeader, TYPE_BITS } from "./pack-format.ts";

const SUBMODULE = "160000";
const BATCH = 200;

/** The objects of these commits that a remote with `known` commits cannot have: only what each commit changed. */
export async function listNewObjects(
  objects: CachedObjects,
  tips: readonly string[],
  known: ReadonlySet<string>,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const commit of await listNewCommits(objects, tips, known)) {
    ids.add(commit.oid);
    const [first] = commit.parents;
    await collectTrees(
      objects,
      {
        before: first === undefined ? undefined : (await objects.readCommit(first)).tree,
        after: commit.tree,
      },
      ids,
    );
  }
  return [...ids];
}

/** A pack that is complete in itself, without deltas. */
export async function encodePack(source: ObjectSource, oids: readonly string[]): Promise<Buffer> {
  const header = Buffer.alloc(12);
  header.write("PACK", "latin1");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(oids.length, 8);
  const parts: Buffer[] = [header];
  for (let at = 0; at < oids.length; at += BATCH) {
    for (const { type, body } of await source.readMany(oids.slice(at, at + BATCH), Number.MAX_SAFE_INTEGER)) {
      if (body !== "too-large") parts.push(sizeHeader(TYPE_BITS[type], body.length), deflateSync(body));
    }
  }
  const pack = Buffer.concat(parts);
  return Buffer.concat([pack, createHash("sha1").update(pack).digest()]);
}

/** Newest first by time, so that what the remote has is met before its ancestors are walked. */
async function listNewCommits(
  objects: CachedObjects,
  tips: readonly string[],
  known: ReadonlySet<string>,
): Promise<readonly Commit[]> {
  const old = new Set<string>();
  const seen = new Map<string, Commit>();
  const queue: Commit[] = [];
  const meet = async (oid: string, isOld: boolean): Promise<void> => {
    const commit = seen.get(oid) ?? (await objects.readCommit(oid));
    const isNews = !seen.has(oid) || (isOld && !old.has(oid));
    seen.set(oid, commit);
    if (isOld) old.add(oid);
    if (isNews) queue.push(commit);
  };
  for (const oid of tips) await meet(oid, known.has(oid));
  for (const oid of known) await meet(oid, true).catch(() => undefined);
  while (queue.some((commit) => !old.has(commit.oid))) {
    queue.sort((a, b) => b.committer.seconds - a.committer.seconds);
    const commit = queue.shift();
    for (const parent of commit?.parents ?? [])
      await meet(parent, commit !== undefined && old.has(commit.oid));
  }
  return [...seen.values()].filter((commit) => !old.has(commit.oid));
}

async function collectTrees(
  objects: CachedObjects,
  pair: { readonly before: string | undefined; readonly after: string },
  ids: Set<string>,
): Promise<void> {
  if (pair.before === pair.after || ids.has(pair.after)) return;
  ids.add(pair.after);
  const [after = []] = await objects.readTrees([pair.after]);
  const [before = []] = pair.before === undefined ? [] : await objects.readTrees([pair.before]);
  const had = new Map<string, RawTreeEntry>(before.map((entry) => [entry.name, entry]));
  for (const entry of after) {
    const old = had.get(entry.name);
    if (old?.oid === entry.oid || entry.mode === SUBMODULE) continue;
    const oldTree = old !== undefined && isTreeMode(old.mode) ? old.oid : undefined;
    if (isTreeMode(entry.mode)) await collectTrees(objects, { before: oldTree, after: entry.oid }, ids);
    else ids.add(entry.oid);
  }
}
