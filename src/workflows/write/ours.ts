import { parseChangeDigest } from "../../change/change-set.ts";
import { limitsOf } from "../../manifest/limits.ts";
import type { Context } from "../context.ts";
import { compareTrees } from "../read/trees.ts";
import { changeDigest } from "./commit.ts";

/** What a proposal's commit of ours was made on, and the digest of its change. */
export interface OurCommit {
  readonly parent: string;
  readonly digest: string;
}

/**
 * Undefined when the head of a proposal (`branch` without the registry's prefix) is a person's work. A commit is ours
 * when its trailer is the digest of what it really changes: an amended one is a person's, and so is one on top.
 */
export async function readOurs(
  context: Context,
  head: string,
  branch: string,
): Promise<OurCommit | undefined> {
  const { objects } = context.repository;
  const commit = await objects.readCommit(head);
  const digest = parseChangeDigest(commit.message);
  const [parent, ...others] = commit.parents;
  if (digest === undefined || parent === undefined || others.length > 0) return undefined;
  const changes = await compareTrees(
    context.repository,
    (await objects.readCommit(parent)).tree,
    commit.tree,
  );
  // Of a registry in another folder, which may have the same name.
  if (changes.some(({ path }) => !path.startsWith(context.prefix))) return undefined;
  const added = changes.flatMap(({ after }) => (after === null ? [] : [after.oid]));
  const blobs = await objects.readBlobs(added, limitsOf("ModelVersion").bytes);
  const texts = new Map(added.map((oid, index) => [oid, decode(blobs[index])]));
  const edits = changes.map(({ path, after }) => ({
    path: path.slice(context.prefix.length),
    text: after === null ? null : (texts.get(after.oid) ?? ""),
  }));
  return digest === changeDigest({ branch, edits }) ? { parent, digest } : undefined;
}

function decode(bytes: Uint8Array | "too-large" | undefined): string {
  return bytes === undefined || bytes === "too-large" ? "" : new TextDecoder().decode(bytes);
}
