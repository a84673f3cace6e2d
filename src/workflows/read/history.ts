import { buildTimeline, type ModelChange, type Origin, type Timeline } from "../../audit/timeline.ts";
import { limitsOf } from "../../manifest/limits.ts";
import type { Commit, HistoryStep } from "../../ports/repository.ts";
import { identifyPath, modelFolder, MODELS_FOLDER, type PathIdentity } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { parseManifest } from "./manifests.ts";

/** A stage's file in a step, before its version is read. */
interface RawChange {
  readonly origin: Origin;
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Which part of a model's history to read. */
export interface HistoryScope {
  /** Left out: all stages. */
  readonly stages?: readonly string[];
  /** Left out: registrations are read as well. */
  readonly registrations?: boolean;
}

/** The history of one model up to a commit. Costs what changed in that model, not what the registry holds. */
export async function readTimeline(
  context: Context,
  commit: string,
  model: string,
  scope: HistoryScope = {},
): Promise<Timeline> {
  const folder = `${context.prefix}${modelFolder(model)}`;
  const stages =
    scope.stages === undefined
      ? [`${folder}/stages`]
      : scope.stages.map((stage) => `${folder}/stages/${stage}/stage.yaml`);
  const paths = [
    ...stages,
    `${folder}/yanked`,
    ...(scope.registrations === false ? [] : [`${folder}/versions`]),
  ];
  const changes = await interpret(context, await readChanges(context, commit, paths));
  return buildTimeline(changes.get(model) ?? []);
}

/** The histories of all models, in one walk. */
export async function readAllTimelines(
  context: Context,
  commit: string,
): Promise<ReadonlyMap<string, Timeline>> {
  const changes = await interpret(
    context,
    await readChanges(context, commit, [`${context.prefix}${MODELS_FOLDER}`]),
  );
  return new Map([...changes].map(([model, list]) => [model, buildTimeline(list)]));
}

/** Oldest first; within a commit, versions and yanks come before what its stages do with them. */
async function readChanges(
  context: Context,
  commit: string,
  paths: readonly string[],
): Promise<readonly RawChange[]> {
  const raw: RawChange[] = [];
  let position = 0;
  for await (const step of context.repository.history.firstParent(commit, { paths })) {
    raw.push(...rawChanges(context.prefix, step, position));
    position += 1;
  }
  return raw.toReversed();
}

function rawChanges(
  prefix: string,
  { commit, changes }: HistoryStep,
  position: number,
): readonly RawChange[] {
  const origin = originOf(commit, position);
  const sorted = changes.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return sorted.map(({ path, before, after }) => ({
    origin,
    path: path.slice(prefix.length),
    before,
    after,
  }));
}

/** What a person wants to know of a commit. */
function originOf(commit: Commit, position: number): Origin {
  const subject = commit.message.split("\n", 1)[0] ?? "";
  return {
    commit: commit.oid,
    position,
    seconds: commit.committer.seconds,
    author: commit.author.name,
    subject,
  };
}

/** Tells versions from the blobs, each blob read once, and sorts the changes by model. */
async function interpret(
  context: Context,
  raw: readonly RawChange[],
): Promise<ReadonlyMap<string, readonly ModelChange[]>> {
  const versionOf = await readVersions(context, raw);
  const byModel = new Map<string, ModelChange[]>();
  for (const change of raw) {
    const identity = identifyPath(change.path);
    if (!("model" in identity) || identity.model === undefined) continue;
    const meaning = interpretChange(change, identity, versionOf);
    if (meaning === undefined) continue;
    const list = byModel.get(identity.model);
    if (list === undefined) byModel.set(identity.model, [meaning]);
    else list.push(meaning);
  }
  return byModel;
}

/** The version in a stage's blob; null when it cannot be told, undefined when there is no file. */
type VersionOf = (oid: string | null) => string | null | undefined;

async function readVersions(context: Context, raw: readonly RawChange[]): Promise<VersionOf> {
  const stages = raw.filter((change) => identifyPath(change.path).kind === "stage");
  const oids = [...new Set(stages.flatMap(({ before, after }) => [before, after]))].filter(
    (oid) => oid !== null,
  );
  const versions = new Map<string, string | null>();
  const blobs =
    oids.length === 0 ? [] : await context.repository.objects.readBlobs(oids, limitsOf("ModelStage").bytes);
  for (const [index, oid] of oids.entries()) {
    const reading = await parseManifest("ModelStage", blobs[index] ?? "too-large", "stage.yaml");
    versions.set(oid, reading.ok ? reading.value.spec.version : null);
  }
  return (oid) => (oid === null ? undefined : (versions.get(oid) ?? null));
}

function interpretChange(
  { origin, before, after }: RawChange,
  identity: PathIdentity,
  versionOf: VersionOf,
): ModelChange | undefined {
  if (identity.kind === "stage")
    return { type: "stage", origin, stage: identity.stage, from: versionOf(before), to: versionOf(after) };
  if (after === null || before !== null) return undefined;
  if (identity.kind === "version") return { type: "register", origin, version: identity.version };
  return identity.kind === "yank" ? { type: "yank", origin, version: identity.version } : undefined;
}
