import type { Finding } from "../diagnostics/finding.ts";
import type { Model, ModelVersion, ModelYank } from "../manifest/types.generated.ts";
import { parseModelReference } from "../registry/names.ts";
import { compareVersions, versionProblem } from "../registry/versions.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { readCheckedModel } from "./read/snapshot.ts";
import { findTarget, requireValue } from "./resolve.ts";

/** One version in a line of `show`. */
export interface VersionRow {
  readonly version: string;
  /** The stages that hold it. */
  readonly stages: readonly string[];
  readonly yanked: boolean;
  /** True when its manifest cannot be read. */
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
  const held = (version: string): readonly string[] =>
    [...model.stages].filter(([, entry]) => entry.value?.spec.version === version).map(([stage]) => stage);
  const versions = [...model.versions].map(([version, entry]) => ({
    version,
    stages: held(version),
    yanked: model.yanks.has(version),
    broken: entry.state === "broken",
    ...summary(entry.value),
  }));
  const details = {
    model: model.name,
    commit: commit.oid,
    versions: versions.toSorted((a, b) => newestFirst(a.version, b.version)),
    findings: model.findings,
  };
  const spec = model.manifest?.value?.spec;
  const named = spec === undefined ? details : { ...details, spec };
  if (reference.ref === undefined) return named;
  const { target } = await findTarget(context, commit, model.name, reference.ref);
  const selected = requireValue(model.versions.get(target.version)).spec;
  const yank = model.yanks.get(target.version)?.value?.spec;
  if (model.yanks.has(target.version))
    context.notices.warn(
      `${model.name} ${target.version} was yanked${yank === undefined ? "" : `: ${yank.reason}`}`,
    );
  return { ...named, selected, ...(yank === undefined ? {} : { yank }) };
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
