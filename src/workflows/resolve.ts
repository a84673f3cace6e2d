import { ModeltrailError } from "../diagnostics/errors.ts";
import type { ModelStage, ModelVersion } from "../manifest/types.generated.ts";
import { stageArtifact } from "../registry/checks/stage.ts";
import { usableVersions, type Entry, type ModelView } from "../registry/model-view.ts";
import { parseModelReference } from "../registry/names.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import type { Wanted } from "./read/manifests.ts";
import { readModel } from "./read/model.ts";

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

/** Answers where the bytes of `<model>@<version|stage|latest>` are. A stage costs one commit, a few trees and one blob. */
export async function resolveModel(
  context: Context,
  reference: string,
  at: ReadAt = {},
): Promise<Resolution> {
  const { model: name, ref } = requireReference(reference, "version or stage");
  const commit = await openCommit(context, at);
  const { model, target } = await findTarget(context, commit, name, ref);
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
    return {
      model,
      target: {
        kind: "version",
        version,
        manifest: requireOwn(model.versions.get(version), { model: name, version }),
      },
    };
  }
  const entry = model.stages.get(ref);
  if (entry === undefined) throw await explainMissing(context, commit, model, ref);
  const stage = requireOwn(entry, { model: name, stage: ref });
  if (commit.isHead === true) await hintUncommitted(context, entry);
  return {
    model,
    target: { kind: "stage", stage: ref, version: stage.spec.version, artifact: stage.spec.artifact },
  };
}

/** Edits that are not committed are not state; whoever made them may think so. */
async function hintUncommitted(context: Context, entry: Entry<ModelStage>): Promise<void> {
  const bytes = await context.readWorkFile(entry.path);
  if (bytes === undefined || entry.text === undefined) return;
  const plain = (text: string): string => text.replaceAll("\r\n", "\n");
  if (plain(new TextDecoder().decode(bytes)) === plain(entry.text)) return;
  context.notices.hint(
    `${context.prefix}${entry.path} has edits that are not committed; this answers for the commit`,
  );
}

async function newest(model: ModelView): Promise<string> {
  const { latestVersion } = await import("../registry/versions.ts");
  const version = latestVersion(usableVersions(model));
  if (version !== undefined) return version;
  throw new ModeltrailError("NOT_FOUND", `${model.name} has no version that is not yanked`, {
    hint: "Register one.",
  });
}

/** The value of a manifest that an answer depends on; BROKEN_MANIFEST with what is wrong when it cannot be read. */
export function requireValue<T>(entry: Entry<T> | undefined): T {
  if (entry?.value !== undefined) return entry.value;
  const [finding] = entry?.findings ?? [];
  throw broken(entry?.path ?? "the manifest", finding?.line, finding?.message ?? "cannot be read");
}

/** The same, of a manifest whose fields have to say what was asked for: its path alone proves nothing. */
function requireOwn<T extends { readonly spec: object }>(
  entry: Entry<T> | undefined,
  expected: Partial<T["spec"]>,
): T {
  const value = requireValue(entry);
  const fields = new Map<string, unknown>(Object.entries(value.spec));
  for (const [field, wanted] of Object.entries(expected)) {
    if (fields.get(field) === wanted) continue;
    const line = entry?.positionOf(`/spec/${field}`)?.line;
    throw broken(
      entry?.path ?? "",
      line,
      `spec.${field} is ${JSON.stringify(fields.get(field))}, but the path says ${JSON.stringify(wanted)}`,
    );
  }
  return value;
}

function broken(path: string, line: number | undefined, message: string): ModeltrailError {
  return new ModeltrailError(
    "BROKEN_MANIFEST",
    `${path}${line === undefined ? "" : `:${line}`}: ${message}`,
    {
      hint: "Run modeltrail validate to see everything that is wrong.",
    },
  );
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
  const held = [...model.stages.keys()];
  return new ModeltrailError("EMPTY_STAGE", `${model.name} holds nothing at ${JSON.stringify(ref)}`, {
    hint:
      held.length === 0
        ? "No stage of it holds a version yet."
        : `Stages that hold a version: ${held.join(", ")}.`,
  });
}
