import type { ModelVersion } from "../manifest/types.generated.ts";
import { formatChange } from "../registry/decimals.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { openCommit, type ReadAt } from "./read/commit.ts";
import { readModel } from "./read/model.ts";
import { requireOwn } from "./require-entry.ts";
import { findTarget, requireReference } from "./target.ts";

/** A metric of two versions; a side that lacks it is left out. */
export interface MetricChange {
  readonly name: string;
  readonly dataset?: string;
  readonly before?: number;
  readonly after?: number;
  /** `after` less `before`, exact in the decimals that are written; left out when a side lacks the metric. */
  readonly change?: number;
}

/** A field of two versions, as text; a side that lacks it is left out. */
export interface FieldChange {
  readonly field: string;
  readonly before?: string;
  readonly after?: string;
}

export interface FileDifference {
  readonly path: string;
  readonly change: "added" | "removed" | "changed";
  readonly before?: number;
  readonly after?: number;
}

/** What differs between two versions. */
export interface VersionDiff {
  readonly commit: string;
  readonly before: { readonly model: string; readonly version: string };
  readonly after: { readonly model: string; readonly version: string };
  readonly equal: boolean;
  readonly metrics: readonly MetricChange[];
  /** Description, format, labels, signature and lineage, by their paths in the manifest. */
  readonly fields: readonly FieldChange[];
  readonly files: readonly FileDifference[];
}

/** Compares two versions, of one model or of two. */
export async function diffVersions(
  context: Context,
  before: string,
  after: string,
  at: ReadAt = {},
): Promise<VersionDiff> {
  const commit = await openCommit(context, at);
  const [left, right] = [
    await readVersion(context, commit, before),
    await readVersion(context, commit, after),
  ];
  const [metrics, fields, files] = [
    diffMetrics(left, right),
    diffFields(left, right),
    diffFiles(left, right),
  ];
  return {
    commit: commit.oid,
    before: { model: left.spec.model, version: left.spec.version },
    after: { model: right.spec.model, version: right.spec.version },
    equal: metrics.length === 0 && fields.length === 0 && files.length === 0,
    metrics,
    fields,
    files,
  };
}

async function readVersion(
  context: Context,
  commit: Awaited<ReturnType<typeof openCommit>>,
  reference: string,
): Promise<ModelVersion> {
  const { model: name, ref } = requireReference(reference, "version or stage");
  const { target } = await findTarget(context, commit, name, ref);
  if (target.kind === "version") return target.manifest;
  const model = await readModel(
    context,
    commit,
    name,
    (identity) => identity.kind === "version" && identity.version === target.version,
  );
  if (!model.versions.has(target.version))
    throw new ModeltrailError("NOT_FOUND", `${name} has no version ${target.version}, which ${ref} names`);
  return requireOwn(model.versions.get(target.version), { model: name, version: target.version });
}

function diffMetrics(left: ModelVersion, right: ModelVersion): readonly MetricChange[] {
  const key = (metric: { readonly name: string; readonly dataset?: string }): string =>
    JSON.stringify([metric.name, metric.dataset ?? null]);
  const before = new Map((left.spec.metrics ?? []).map((metric) => [key(metric), metric]));
  const after = new Map((right.spec.metrics ?? []).map((metric) => [key(metric), metric]));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    const metric = is ?? was;
    if (metric === undefined || was?.value === is?.value) return [];
    return [
      {
        name: metric.name,
        ...(metric.dataset === undefined ? {} : { dataset: metric.dataset }),
        ...(was === undefined ? {} : { before: was.value }),
        ...(is === undefined ? {} : { after: is.value }),
        ...(was === undefined || is === undefined
          ? {}
          : { change: Number(formatChange(was.value, is.value)) }),
      },
    ];
  });
}

/** The parts of a version that are compared field by field; files and metrics have rows of their own. */
function comparable({ spec }: ModelVersion): ReadonlyMap<string, string> {
  const { description, labels, inputs, outputs, lineage, artifact } = spec;
  const { format, formatVersion, digest, sizeBytes } = artifact;
  return flatten(
    { description, labels, artifact: { digest, format, formatVersion, sizeBytes }, inputs, outputs, lineage },
    "spec",
  );
}

function flatten(value: unknown, path: string): ReadonlyMap<string, string> {
  if (value === undefined) return new Map();
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return new Map([[path, typeof value === "string" ? value : JSON.stringify(value)]]);
  return new Map(Object.entries(value).flatMap(([key, part]) => [...flatten(part, `${path}.${key}`)]));
}

function diffFields(left: ModelVersion, right: ModelVersion): readonly FieldChange[] {
  const [before, after] = [comparable(left), comparable(right)];
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((field) => {
    const [was, is] = [before.get(field), after.get(field)];
    if (was === is) return [];
    return [
      { field, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) },
    ];
  });
}

function diffFiles(left: ModelVersion, right: ModelVersion): readonly FileDifference[] {
  const before = new Map(left.spec.artifact.files.map((file) => [file.path, file]));
  const after = new Map(right.spec.artifact.files.map((file) => [file.path, file]));
  return [...new Set([...before.keys(), ...after.keys()])]
    .toSorted()
    .flatMap((path): readonly FileDifference[] => {
      const [was, is] = [before.get(path), after.get(path)];
      if (was !== undefined && is !== undefined) {
        return was.digest === is.digest
          ? []
          : [{ path, change: "changed", before: was.sizeBytes, after: is.sizeBytes }];
      }
      if (is !== undefined) return [{ path, change: "added", after: is.sizeBytes }];
      return was === undefined ? [] : [{ path, change: "removed", before: was.sizeBytes }];
    });
}
