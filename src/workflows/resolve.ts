import { ModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { stageArtifact } from "../registry/checks/stage.ts";
import { usableVersions, type ModelView } from "../registry/model-view.ts";
import { stagePath } from "../registry/layout.ts";
import { parseModelReference } from "../registry/names.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import type { Wanted } from "./read/manifests.ts";
import { readModel } from "./read/model.ts";
import { requireOwn } from "./require-entry.ts";
import { hintUncommitted, hintUncommittedStage } from "./uncommitted.ts";
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

/** What a reference turned out to be. */
export type Target =
  | {
      readonly kind: "stage";
      readonly stage: string;
      readonly version: string;
      readonly artifact: ModelStage["spec"]["artifact"];
    }
  | { readonly kind: "version"; readonly version: string; readonly manifest: ModelVersion };

/** Splits what the user typed; USAGE when a part is missing. */
export function requireReference(
  text: string,
  missing: string,
): { readonly model: string; readonly ref: string } {
  const reference = parseModelReference(text);
  if (reference?.ref === undefined)
    throw new ModeltrailError(
      "USAGE",
      `${JSON.stringify(text)} has no ${missing}; write <model>@<${missing}>`,
    );
  return { model: reference.model, ref: reference.ref };
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

/** What `ref` names in a model. Rejects with NOT_FOUND, EMPTY_STAGE or BROKEN_MANIFEST; never falls back. */
export async function findTarget(
  context: Context,
  commit: RegistryCommit,
  name: string,
  ref: string,
): Promise<{ readonly model: ModelView; readonly target: Target }> {
  const isNamed: Wanted = (identity) =>
    (identity.kind === "version" && identity.version === ref) ||
    (identity.kind === "stage" && identity.stage === ref);
  let model = await readModel(context, commit, name, isNamed);
  if (ref === "latest" || model.versions.has(ref)) {
    const version = ref === "latest" ? await newest(model) : ref;
    if (version !== ref)
      model = await readModel(
        context,
        commit,
        name,
        (identity) => identity.kind === "version" && identity.version === version,
      );
    const entry = model.versions.get(version);
    const manifest = requireOwn(entry, { model: name, version });
    if (entry !== undefined) await hintUncommitted(context, commit, [entry]);
    return { model, target: { kind: "version", version, manifest } };
  }
  const entry = model.stages.get(ref);
  if (entry === undefined) throw await explainMissing(context, commit, model, ref);
  const stage = requireOwn(entry, { model: name, stage: ref });
  await hintUncommitted(context, commit, [entry]);
  return {
    model,
    target: { kind: "stage", stage: ref, version: stage.spec.version, artifact: stage.spec.artifact },
  };
}

async function newest(model: ModelView): Promise<string> {
  const { latestVersion } = await import("../registry/versions.ts");
  const version = latestVersion(usableVersions(model));
  if (version !== undefined) return version;
  throw new ModeltrailError("NOT_FOUND", `${model.name} has no version that is not yanked`, {
    hint: "Register one.",
  });
}

async function explainMissing(
  context: Context,
  commit: RegistryCommit,
  model: ModelView,
  ref: string,
): Promise<ModeltrailError> {
  if (/^v?[0-9]/.test(ref))
    return new ModeltrailError("NOT_FOUND", `${model.name} has no version ${ref}`, {
      hint: `modeltrail show ${model.name} lists its versions.`,
    });
  const { readPolicy } = await import("./read/policy.ts");
  const stages = (await readPolicy(context, commit)).spec.stages.map((stage) => stage.name);
  if (!stages.includes(ref))
    return new ModeltrailError("NOT_FOUND", `there is no stage ${JSON.stringify(ref)}`, {
      hint: `The policy has ${stages.join(", ") || "none"}.`,
    });
  await hintUncommittedStage(context, commit, stagePath(model.name, ref));
  const held = [...model.stages.keys()];
  return new ModeltrailError("EMPTY_STAGE", `${model.name} holds nothing at ${JSON.stringify(ref)}`, {
    hint:
      held.length === 0
        ? "No stage of it holds a version yet."
        : `Stages that hold a version: ${held.join(", ")}.`,
  });
}
