import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Finding } from "../diagnostics/finding.ts";
import type { ModelVersion } from "../manifest/types.generated.ts";
import { checkPaths } from "../registry/checks/paths.ts";
import { identifyPath, type PathIdentity } from "../registry/layout.ts";
import { modelNameProblem, parseModelReference } from "../registry/names.ts";
import { buildSnapshot } from "../registry/snapshot.ts";
import type { Context } from "./context.ts";
import { sha256Hex } from "./digest.ts";
import type { RegistryCommit } from "./read/commit.ts";
import { loadFiles } from "./read/manifests.ts";
import { requireFound, requireModelName } from "./read/model.ts";
import { listScope } from "./read/scope.ts";
import type { TreeFile } from "./read/trees.ts";
import { findTarget } from "./target.ts";

/** The versions that storage can be held against. */
export interface CollectedVersions {
  readonly manifests: readonly ModelVersion[];
  /** What is wrong in the manifests of versions, and what keeps others from being looked at. */
  readonly findings: readonly Finding[];
}

/** The versions that `[model[@ref]]` means: all, those of one model, or a single one. */
export async function collectVersions(
  context: Context,
  commit: RegistryCommit,
  text: string | undefined,
): Promise<CollectedVersions> {
  if (text === undefined) return collectAll(context, commit);
  const reference = parseModelReference(text);
  if (reference === undefined)
    throw new ModeltrailError("USAGE", `${JSON.stringify(text)} is no model; write <model> or <model>@<ref>`);
  const { model, ref } = reference;
  requireModelName(model);
  const only = ref === undefined ? undefined : (await findTarget(context, commit, model, ref)).target.version;
  const files = await listScope(context, commit, { ...NAMES_ALONE, models: [model] });
  const collected = requireFound(await collectModel(context, model, { files, only }), model, commit);
  const hidden = only === undefined ? checkPaths(files).filter(hidesVersions) : [];
  return { ...collected, findings: [...hidden, ...collected.findings] };
}

const NAMES_ALONE = { wanted: (): boolean => false, policy: false };

/** One model after the other, so that one model's files are in memory at a time. */
async function collectAll(context: Context, commit: RegistryCommit): Promise<CollectedVersions> {
  const files = await listScope(context, commit, { ...NAMES_ALONE, models: "all" });
  const collected: CollectedVersions[] = [];
  for (const [model, own] of groupByModel(files)) {
    if (modelNameProblem(model) !== undefined) continue;
    collected.push((await collectModel(context, model, { files: own })) ?? { manifests: [], findings: [] });
  }
  return {
    manifests: collected.flatMap(({ manifests }) => manifests),
    findings: [...checkPaths(files).filter(hidesVersions), ...collected.flatMap(({ findings }) => findings)],
  };
}

function groupByModel(files: readonly TreeFile[]): ReadonlyMap<string, readonly TreeFile[]> {
  const groups = new Map<string, TreeFile[]>();
  for (const file of files) {
    const identity = identifyPath(file.path);
    if (!("model" in identity) || identity.model === undefined) continue;
    const group = groups.get(identity.model);
    if (group === undefined) groups.set(identity.model, [file]);
    else group.push(file);
  }
  return groups;
}

/** Models that no command looks at for their names, and links and submodules in the place of folders. */
function hidesVersions({ code, file = "" }: Finding): boolean {
  const identity = identifyPath(file);
  if (code === "NOT_A_PLAIN_FILE") return identity.kind === "other";
  const model = "model" in identity ? identity.model : undefined;
  return model !== undefined && modelNameProblem(model) !== undefined;
}

/** Undefined when the files are not those of a model. */
async function collectModel(
  context: Context,
  name: string,
  { files, only }: { readonly files: readonly TreeFile[]; readonly only?: string | undefined },
): Promise<CollectedVersions | undefined> {
  const isMeant = (identity: PathIdentity): boolean =>
    identity.kind === "version" && (only === undefined || identity.version === only);
  const { models, findings } = buildSnapshot(await loadFiles(context, files, isMeant), sha256Hex);
  const model = models.get(name);
  if (model === undefined) return undefined;
  const found = [...findings, ...model.findings];
  return {
    manifests: [...model.versions.values()].flatMap(({ value }) => value ?? []),
    findings: found.filter(({ file = "", severity }) => severity === "error" && isMeant(identifyPath(file))),
  };
}
