import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Timeline } from "../../audit/timeline.ts";
import type { ModelVersion, Registry } from "../../manifest/types.generated.ts";
import { evaluateChange, type Verdict } from "../../policy/evaluate.ts";
import type { ArtifactFact, MovedStage, StayFact } from "../../policy/facts.ts";
import { compareSnapshots, type FileChange } from "../../registry/compare.ts";
import { identifyPath } from "../../registry/layout.ts";
import type { Snapshot } from "../../registry/model-view.ts";
import { isStageMove, type Transition } from "../../registry/transition.ts";
import type { Context } from "../context.ts";
import { entryAt } from "../read/trees.ts";
import { notARegistry, registryTree } from "../read/commit.ts";
import { readManifestAt } from "../read/manifest-at.ts";
import { checkArtifact } from "./artifacts.ts";
import { findLeavingPoint } from "../read/leaving-point.ts";
import { readTimelines } from "./arrivals.ts";
import { findCrossings } from "./crossings.ts";
import { readOverlay, readTouched, type ChangeRange, type Overlay } from "./overlay.ts";

/** Which artifacts a verdict has to be sure of: none, those of versions that the change brings or moves, or all touched. */
export type ArtifactScope = "none" | "changed" | "all";

/** What to judge: what `head` changed since it left `base`, or since `builtOn` when that is known. */
export interface JudgeRequest {
  readonly base: string;
  readonly head: string;
  readonly builtOn?: string;
  readonly artifacts: ArtifactScope;
  /** `<model>@<version>` of artifacts that were stored and read back just now, and need no second look. */
  readonly proved?: ReadonlySet<string>;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly head: Snapshot;
  readonly base: Snapshot;
}

/** Gathers the facts about a change, then has it decided. */
export async function judgeChange(context: Context, request: JudgeRequest): Promise<Judgement> {
  const { base, head } = request;
  const builtOn = request.builtOn ?? (await findLeavingPoint(context, base, head));
  if (builtOn === undefined) {
    throw new ModeltrailError(
      "USAGE",
      `${base.slice(0, 12)} and ${head.slice(0, 12)} have no common history`,
      { hint: "Judge a branch that was made from the default branch." },
    );
  }
  const range: ChangeRange = { base, builtOn, head };
  const touched = await readTouched(context, range);
  // The history is git's work, the models are ours: each goes on while the other waits.
  const [overlay, near] = await Promise.all([
    readOverlay(context, touched),
    readTimelines(context, touched, "near"),
  ]);
  if (overlay.base.registry === undefined && overlay.head.registry === undefined)
    throw notARegistry(context, base);
  const policy = overlay.base.registry?.value;
  const transitions = transitionsOf(overlay, near);
  const artifacts = await checkArtifacts(context, {
    policy,
    scope: request.artifacts,
    proved: request.proved ?? new Set(),
    head: overlay.head,
    transitions,
  });
  const moved = await findMoved(context, range, overlay.changes);
  const crossings = await findCrossings(context, range);
  const decide = (timelines: Timelines, told: readonly Transition[]): Verdict =>
    evaluateChange({
      ...overlay,
      transitions: told,
      policy,
      artifacts,
      stays: staysOf(overlay.base, timelines),
      moved,
      crossings,
    });
  const first = decide(near, transitions);
  // Nothing is denied for what stands further back: the near end of a history can only make a judge stricter.
  if (first.verdict === "pass" || near.size === 0)
    return { verdict: first, head: overlay.head, base: overlay.base };
  const whole = await readTimelines(context, touched, "whole");
  return { verdict: decide(whole, transitionsOf(overlay, whole)), head: overlay.head, base: overlay.base };
}

export type Timelines = ReadonlyMap<string, Timeline>;

export function transitionsOf(
  overlay: Overlay,
  timelines: ReadonlyMap<string, Timeline>,
): readonly Transition[] {
  return compareSnapshots({
    ...overlay,
    isRollbackTarget: (model, stage, version) =>
      timelines.get(model)?.rollbackTargets(stage).includes(version) ?? false,
  });
}

export function staysOf(base: Snapshot, timelines: Timelines): readonly StayFact[] {
  const stages = base.registry?.value?.spec.stages.map((stage) => stage.name) ?? [];
  return [...timelines].flatMap(([model, timeline]) =>
    stages.flatMap((stage) => timeline.staysAt(stage).map((version) => ({ model, stage, version }))),
  );
}

interface ArtifactQuestion {
  readonly policy: Registry | undefined;
  readonly scope: ArtifactScope;
  readonly proved: ReadonlySet<string>;
  readonly head: Snapshot;
  readonly transitions: readonly Transition[];
}

async function checkArtifacts(
  context: Context,
  question: ArtifactQuestion,
): Promise<readonly ArtifactFact[] | undefined> {
  const { policy, scope, proved, head, transitions } = question;
  if (scope === "none" || policy === undefined) return undefined;
  const touched = scope === "all" ? allVersions(head) : changedVersions(head, transitions);
  const versions = touched.filter(({ spec }) => !proved.has(`${spec.model}@${spec.version}`));
  if (versions.length === 0) return [];
  const store = await context.openStore(policy.spec.storage);
  try {
    const facts: ArtifactFact[] = [];
    for (const version of versions) facts.push(await checkArtifact(store, version, { undecided: "finding" }));
    return facts;
  } finally {
    await store.close();
  }
}

function allVersions(head: Snapshot): readonly ModelVersion[] {
  return [...head.models.values()].flatMap((model) =>
    [...model.versions.values()].flatMap((entry) => entry.value ?? []),
  );
}

function changedVersions(head: Snapshot, transitions: readonly Transition[]): readonly ModelVersion[] {
  const wanted = new Map<string, ModelVersion>();
  for (const transition of transitions) {
    const version = isStageMove(transition)
      ? transition.to
      : transition.kind === "register"
        ? transition.version
        : undefined;
    if (version === undefined || !("model" in transition) || transition.model === undefined) continue;
    const manifest = head.models.get(transition.model)?.versions.get(version)?.value;
    if (manifest !== undefined) wanted.set(`${transition.model}@${version}`, manifest);
  }
  return [...wanted.values()];
}

/** The stages that the change moves and that have moved on the base since the change left it. */
async function findMoved(
  context: Context,
  { base, builtOn, head }: ChangeRange,
  changes: readonly FileChange[],
): Promise<readonly MovedStage[]> {
  if (base === builtOn) return [];
  const [then, now, own] = [
    await registryTree(context, builtOn),
    await registryTree(context, base),
    await registryTree(context, head),
  ];
  const moved: MovedStage[] = [];
  for (const { path } of changes) {
    const identity = identifyPath(path);
    if (identity.kind !== "stage") continue;
    const before = then === undefined ? undefined : (await entryAt(context.repository, then, path))?.oid;
    const after = now === undefined ? undefined : (await entryAt(context.repository, now, path))?.oid;
    const wanted = own === undefined ? undefined : (await entryAt(context.repository, own, path))?.oid;
    // What both made of it alike moves nothing any more.
    if (before === after || after === wanted) continue;
    moved.push({
      model: identity.model,
      stage: identity.stage,
      file: path,
      builtOn: await versionAt(context, then, path),
      now: await versionAt(context, now, path),
    });
  }
  return moved;
}

async function versionAt(
  context: Context,
  tree: string | undefined,
  path: string,
): Promise<string | undefined> {
  const reading =
    tree === undefined ? undefined : await readManifestAt(context, { kind: "ModelStage", tree, path });
  return reading?.ok === false ? "(broken)" : reading?.value.spec.version;
}
