import { buildTimeline, type ModelChange, type Origin, type Timeline } from "../../audit/timeline.ts";
import type { Commit, HistoryStep } from "../../ports/repository.ts";
import {
  identifyPath,
  modelFolder,
  MODELS_FOLDER,
  stagePath,
  versionPath,
  type PathIdentity,
} from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { type FileStep, StageBlobs } from "./stage-blobs.ts";
import { entryAt, isFolder } from "./trees.ts";

/** A version that is to come to a stage. */
export interface Arrival {
  readonly stage: string;
  readonly version: string;
}

/** A file that changed in a step, before its content is read. */
interface RawChange extends FileStep {
  readonly origin: Origin;
  /** Of its commit. */
  readonly tree: string;
  /** Something that is no plain file stands there after the commit. */
  readonly isOdd?: boolean;
}

/** Which part of a model's history to read. */
export interface HistoryScope {
  /** Left out: all stages. */
  readonly stages?: readonly string[];
  /** False leaves registrations out. */
  readonly registrations?: boolean;
  /**
   * Read back only as far as is needed to say where these versions, which are to come to their stages, have been
   * and whether they may be gone back to.
   */
  readonly enoughFor?: readonly Arrival[];
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
  const blobs = new StageBlobs(context);
  const range = { from: commit, paths };
  const steps =
    scope.enoughFor === undefined
      ? await readSteps(context, range)
      : await readEnough(context, blobs, { ...range, model, arrivals: scope.enoughFor });
  const changes = await interpret(blobs, steps.toReversed());
  return buildTimeline(changes.get(model) ?? []);
}

/** The histories of all models, in one walk. */
export async function readAllTimelines(
  context: Context,
  commit: string,
): Promise<ReadonlyMap<string, Timeline>> {
  const changes = await readAllChanges(context, commit);
  return new Map([...changes].map(([model, list]) => [model, buildTimeline(list)]));
}

/** What happened to every model up to a commit, oldest first. */
export async function readAllChanges(
  context: Context,
  commit: string,
): Promise<ReadonlyMap<string, readonly ModelChange[]>> {
  const paths = [`${context.prefix}${MODELS_FOLDER}`];
  return interpret(new StageBlobs(context), (await readSteps(context, { from: commit, paths })).toReversed());
}

/** What happened to one model up to a commit, oldest first. */
export async function readChanges(
  context: Context,
  commit: string,
  model: string,
): Promise<readonly ModelChange[]> {
  const folder = `${context.prefix}${modelFolder(model)}`;
  const paths = ["stages", "yanked", "versions"].map((name) => `${folder}/${name}`);
  const steps = await readSteps(context, { from: commit, paths });
  return (await interpret(new StageBlobs(context), steps.toReversed())).get(model) ?? [];
}

interface Walk {
  readonly from: string;
  readonly paths: readonly string[];
  readonly until?: string | undefined;
  /** How many steps came before, in a walk that is continued. */
  readonly position?: number;
}

/** Newest first; within a commit, what its stages do comes before its versions and yanks. */
async function readSteps(context: Context, walk: Walk): Promise<readonly RawChange[]> {
  const { from, paths, until, position = 0 } = walk;
  const found: (readonly RawChange[])[] = [];
  for await (const step of context.repository.history.firstParent(from, { paths, until }))
    found.push(await readRaw(context, step, position + found.length));
  return found.flat();
}

interface EnoughWalk extends Walk {
  readonly model: string;
  readonly arrivals: readonly Arrival[];
}

/**
 * No version was anywhere before the commit that registered it, so the walk may end there: unless the version has
 * been at its stage already. Then what came before tells how that stay ended, and all of it is read.
 */
async function readEnough(
  context: Context,
  blobs: StageBlobs,
  walk: EnoughWalk,
): Promise<readonly RawChange[]> {
  const { from, paths, model, arrivals } = walk;
  const versions = [...new Set(arrivals.map(({ version }) => version))];
  const [version, ...others] = versions;
  if (version === undefined) return [];
  const start = others.length > 0 ? undefined : await beforeRegistration(context, from, model, version);
  if (start === undefined) return readSteps(context, { from, paths });
  const since = await readSteps(context, { from, paths, until: start });
  await blobs.load(since);
  const stages = new Set(arrivals.map(({ stage }) => stagePath(model, stage)));
  if (!since.some(({ path, after }) => stages.has(path) && blobs.versionOf(after) === version)) return since;
  const position = (since.at(-1)?.origin.position ?? -1) + 1;
  return [...since, ...(await readSteps(context, { from: start, paths, position }))];
}

/** The commit before the one that brought a version; undefined when there is none, or when it cannot be told. */
async function beforeRegistration(
  context: Context,
  from: string,
  model: string,
  version: string,
): Promise<string | undefined> {
  const paths = [`${context.prefix}${versionPath(model, version)}`];
  for await (const { commit, changes } of context.repository.history.firstParent(from, { paths, limit: 1 }))
    return changes.every(({ before }) => before === null) ? commit.parents[0] : undefined;
  return undefined;
}

/** A stage's file that is gone may be a link now: that is no retirement. Looked at where one is gone, which is rare. */
async function readRaw(context: Context, step: HistoryStep, position: number): Promise<readonly RawChange[]> {
  const raw = rawChanges(context.prefix, step, position);
  const changes: RawChange[] = [];
  for (const change of raw) {
    const isGone = change.after === null && identifyPath(change.path).kind === "stage";
    const path = `${context.prefix}${change.path}`;
    const entry = isGone ? await entryAt(context.repository, change.tree, path) : undefined;
    changes.push(entry === undefined || isFolder(entry) ? change : { ...change, isOdd: true });
  }
  return changes;
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
    tree: commit.tree,
    path: path.slice(prefix.length),
    before,
    after,
  }));
}

/** What one commit did to each model, in the order in which a timeline takes it. */
export async function interpretStep(
  context: Context,
  step: HistoryStep,
  blobs: StageBlobs,
): Promise<ReadonlyMap<string, readonly ModelChange[]>> {
  return interpret(blobs, (await readRaw(context, step, 0)).toReversed());
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

/** Tells versions from the blobs, and sorts the changes by model. */
async function interpret(
  blobs: StageBlobs,
  raw: readonly RawChange[],
): Promise<ReadonlyMap<string, readonly ModelChange[]>> {
  await blobs.load(raw);
  const byModel = new Map<string, ModelChange[]>();
  for (const change of raw) {
    const identity = identifyPath(change.path);
    if (!("model" in identity) || identity.model === undefined) continue;
    const meaning = interpretChange(change, identity, blobs);
    if (meaning === undefined) continue;
    const list = byModel.get(identity.model);
    if (list === undefined) byModel.set(identity.model, [meaning]);
    else list.push(meaning);
  }
  return byModel;
}

function interpretChange(
  { origin, before, after, isOdd }: RawChange,
  identity: PathIdentity,
  blobs: StageBlobs,
): ModelChange | undefined {
  if (identity.kind === "stage")
    return {
      type: "stage",
      origin,
      stage: identity.stage,
      from: blobs.versionOf(before),
      to: isOdd === true ? null : blobs.versionOf(after),
    };
  if (after === null || before !== null) return undefined;
  if (identity.kind === "version") return { type: "register", origin, version: identity.version };
  return identity.kind === "yank" ? { type: "yank", origin, version: identity.version } : undefined;
}
