import { stageArtifact } from "../registry/checks/stage.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { findTarget, requireReference } from "./target.ts";
import { requireWholeTarget } from "./whole-target.ts";

/** Where a model's bytes are: the answer of `resolve`. */
export interface Resolution {
  readonly model: string;
  /** Left out unless a stage was asked for. */
  readonly stage?: string;
  readonly version: string;
  readonly uri: string;
  readonly digest: string;
  readonly format: string;
  readonly formatVersion: string;
  readonly sizeBytes: number;
  /** The commit that was read. */
  readonly commit: string;
  /** Only there, and true, for a version that was yanked. */
  readonly yanked?: true;
}

/**
 * Answers where the bytes of `<model>@<version|stage|latest>` are, unless the manifests behind the answer are broken.
 * A stage costs one commit, a few trees and two blobs: its own, and its version's.
 */
export async function resolveModel(
  context: Context,
  reference: string,
  at: ReadAt = {},
): Promise<Resolution> {
  const { model: name, ref } = requireReference(reference, "version or stage");
  const commit = await openCommit(context, at);
  const { model, target } = await findTarget(context, commit, name, ref);
  await requireWholeTarget(context, model, target);
  const artifact = target.kind === "stage" ? target.artifact : stageArtifact(target.manifest);
  const yanked = model.yanks.has(target.version);
  if (yanked) context.notices.warn(`${name} ${target.version} was yanked; nobody should use it`);
  return {
    model: name,
    ...(target.kind === "stage" ? { stage: target.stage } : {}),
    version: target.version,
    uri: artifact.uri,
    digest: artifact.digest,
    format: artifact.format,
    formatVersion: artifact.formatVersion,
    sizeBytes: Number(artifact.sizeBytes),
    commit: commit.oid,
    ...(yanked ? { yanked: true as const } : {}),
  };
}
