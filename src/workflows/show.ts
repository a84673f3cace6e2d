import type { Finding } from "../diagnostics/finding.ts";
import type { Model, ModelStage, ModelVersion, ModelYank } from "../manifest/types.generated.ts";
import { checkFields, stageFields } from "../registry/checks/fields.ts";
import type { Problem } from "../registry/checks/problem.ts";
import { checkStage } from "../registry/checks/stage.ts";
import { type CheckedModel, type Entry, type ModelView, usableVersions } from "../registry/model-view.ts";
import { parseModelReference } from "../registry/names.ts";
import { compareVersions, latestVersion, versionProblem } from "../registry/versions.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { readCheckedModel } from "./read/snapshot.ts";
import { broken, requireValue } from "./require-entry.ts";
import { findTarget } from "./target.ts";
import { hintUncommitted, hintUncommittedModel } from "./uncommitted.ts";

/** One version in a line of `show`. */
export interface VersionRow {
  readonly version: string;
  /** The stages that hold it; one whose file contradicts its path or the version is left out. */
  readonly stages: readonly string[];
  readonly yanked: boolean;
  /** True when its manifest cannot be read, or contradicts its path or itself. */
  readonly broken: boolean;
  readonly createdAt?: string;
  readonly createdBy?: string;
  readonly sizeBytes?: number;
  readonly format?: string;
  readonly description?: string;
}

/** Everything of one model. */
export interface ModelDetails {
  readonly model: string;
  readonly commit: string;
  readonly spec?: Model["spec"];
  /** Newest number first. */
  readonly versions: readonly VersionRow[];
  /** The number that was asked for: what the path says, whatever the manifest does. */
  readonly asked?: string;
  /** The version that was asked for, whole. */
  readonly selected?: ModelVersion["spec"];
  readonly yank?: ModelYank["spec"];
  /** What is wrong in the files of this model. */
  readonly findings: readonly Finding[];
}

/** Shows a model and, for `<model>@<ref>`, one version of it whole. */
export async function showModel(context: Context, text: string, at: ReadAt = {}): Promise<ModelDetails> {
  const reference = parseModelReference(text);
  if (reference === undefined)
    throw new ModeltrailError("USAGE", `${JSON.stringify(text)} is no model; write <model> or <model>@<ref>`);
  const commit = await openCommit(context, at);
  const model = await readCheckedModel(context, commit, reference.model, () => true);
  for (const finding of model.findings)
    if (finding.severity === "error")
      context.notices.warn(`${finding.file ?? model.name}: ${finding.message}`);
  // Of what is asked for by name, it is said where it is looked up.
  const named = model.stages.get(reference.ref ?? "")?.path;
  await hintUncommittedModel(context, commit, model, (path) => path !== named);
  const details = {
    model: model.name,
    commit: commit.oid,
    versions: versionRows(model),
    findings: model.findings,
  };
  const spec = model.manifest?.value?.spec;
  const described = spec === undefined ? details : { ...details, spec };
  if (reference.ref === undefined) return described;
  return { ...described, ...(await selectVersion(context, commit, model, reference.ref)) };
}

/** The version that a reference names, whole, and its yank; also one that is marked as broken, if it can be read. */
async function selectVersion(
  context: Context,
  commit: RegistryCommit,
  model: ModelView,
  ref: string,
): Promise<Pick<ModelDetails, "asked" | "selected" | "yank">> {
  const version = await findVersion(context, commit, model, ref);
  const selected = requireValue(model.versions.get(version)).spec;
  const yank = model.yanks.get(version)?.value?.spec;
  if (model.yanks.has(version))
    context.notices.warn(
      `${model.name} ${version} was yanked${yank === undefined ? "" : `: ${yank.reason}`}`,
    );
  return { asked: version, selected, ...(yank === undefined ? {} : { yank }) };
}

async function findVersion(
  context: Context,
  commit: RegistryCommit,
  model: ModelView,
  ref: string,
): Promise<string> {
  const number = ref === "latest" ? (latestVersion(usableVersions(model)) ?? ref) : ref;
  const stage = model.versions.has(number) ? undefined : model.stages.get(ref);
  const wrong = stage === undefined ? undefined : stageProblem(model, ref, stage);
  if (stage !== undefined && wrong !== undefined)
    throw broken(stage.path, stage.positionOf(wrong.pointer)?.line, wrong.message);
  const entry = model.versions.get(number) ?? stage;
  if (entry?.value === undefined) return (await findTarget(context, commit, model.name, ref)).target.version;
  await hintUncommitted(context, commit, [entry]);
  return model.versions.has(number) ? number : entry.value.spec.version;
}

/** Newest number first. */
function versionRows(model: CheckedModel): readonly VersionRow[] {
  const wrong = new Set(
    model.findings.filter(({ severity }) => severity === "error").map(({ file }) => file),
  );
  const held = (version: string): readonly string[] =>
    [...model.stages]
      .filter(
        ([stage, entry]) =>
          entry.value?.spec.version === version && stageProblem(model, stage, entry) === undefined,
      )
      .map(([stage]) => stage);
  const rows = [...model.versions].map(([version, entry]) => ({
    version,
    stages: held(version),
    yanked: model.yanks.has(version),
    broken: entry.state === "broken" || wrong.has(entry.path),
    ...summary(entry.value),
  }));
  return rows.toSorted((a, b) => newestFirst(a.version, b.version));
}

/** Where a stage contradicts its path or its version: `resolve` answers nothing for it then. */
function stageProblem(model: ModelView, stage: string, entry: Entry<ModelStage>): Problem | undefined {
  const [wrong] = checkFields(entry.value, stageFields(model.name, stage));
  return wrong ?? checkStage(model, stage, entry).find(({ code }) => code === "STAGE_DIFFERS");
}

/** Files whose name is no version come last. */
function newestFirst(a: string, b: string): number {
  const [left, right] = [versionProblem(a) === undefined, versionProblem(b) === undefined];
  if (left && right) return compareVersions(b, a);
  return left === right ? (a < b ? -1 : 1) : left ? -1 : 1;
}

function summary(manifest: ModelVersion | undefined): Partial<VersionRow> {
  if (manifest === undefined) return {};
  const { createdAt, createdBy, description, artifact } = manifest.spec;
  return {
    createdAt,
    createdBy,
    sizeBytes: artifact.sizeBytes,
    format: artifact.format,
    ...(description === undefined ? {} : { description }),
  };
}
