import { ModeltrailError } from "../diagnostics/errors.ts";
import { findNearestName } from "../manifest/nearest-name.ts";
import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { stagePath } from "../registry/layout.ts";
import { usableVersions, type ModelView } from "../registry/model-view.ts";
import { parseModelReference } from "../registry/names.ts";
import type { Context } from "./context.ts";
import type { RegistryCommit } from "./read/commit.ts";
import type { Wanted } from "./read/manifests.ts";
import { readModel } from "./read/model.ts";
import { requireOwn } from "./require-entry.ts";
import { hintUncommitted, hintUncommittedStage } from "./uncommitted.ts";

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
  if (!stages.includes(ref)) {
    const nearest = findNearestName(ref, stages);
    return new ModeltrailError("NOT_FOUND", `there is no stage ${JSON.stringify(ref)}`, {
      hint: `${nearest === undefined ? "" : `Did you mean ${nearest}? `}The policy has ${stages.join(", ") || "none"}.`,
    });
  }
  await hintUncommittedStage(context, commit, stagePath(model.name, ref));
  const held = [...model.stages.keys()];
  return new ModeltrailError("EMPTY_STAGE", `${model.name} holds nothing at ${JSON.stringify(ref)}`, {
    hint:
      held.length === 0
        ? "No stage of it holds a version yet."
        : `Stages that hold a version: ${held.join(", ")}.`,
  });
}
