import type { Model, ModelStage } from "../manifest/types.generated.ts";
import { identifyPath, REGISTRY_FILE } from "./layout.ts";
import type { Entry, ModelView, Snapshot } from "./model-view.ts";
import type { Transition } from "./transition.ts";

/** How one file differs; ids are null where the file is absent. Paths are relative to the registry's folder. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** Two snapshots that hold at least every model that `changes` touch, and which moves count as rollbacks. */
export interface Comparison {
  readonly base: Snapshot;
  readonly head: Snapshot;
  readonly changes: readonly FileChange[];
  /** Whether a version is a rollback target of a stage at the base. */
  readonly isRollbackTarget: (model: string, stage: string, version: string) => boolean;
}

/**
 * Says what a change does, in the order: configuration, registrations, yanks, moves, retirements, edits, files of
 * deploys; within each by path (UTF-16 order), of which none gives more than one transition. Paths that are written
 * alike, as their bytes are no UTF-8, keep their order. The audit history numbers them so.
 */
export function compareSnapshots(comparison: Comparison): readonly Transition[] {
  const changes = comparison.changes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const transitions = changes.flatMap((change) => transitionOf(change, comparison));
  return transitions.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]);
}

const ORDER = {
  config: 0,
  register: 1,
  yank: 2,
  promote: 3,
  rollback: 3,
  retire: 4,
  edit: 5,
  deploy: 6,
} as const;

function transitionOf(change: FileChange, comparison: Comparison): readonly Transition[] {
  const { path, before, after } = change;
  const identity = identifyPath(path);
  switch (identity.kind) {
    case "registry":
      return [{ kind: "config", file: path }];
    case "version":
      return [
        before === null
          ? { kind: "register", model: identity.model, version: identity.version }
          : { kind: "edit", model: identity.model, file: path },
      ];
    case "yank":
      return [
        before === null
          ? { kind: "yank", model: identity.model, version: identity.version }
          : { kind: "edit", model: identity.model, file: path },
      ];
    case "stage":
      return stageTransition(change, identity, comparison);
    case "model":
      return [modelTransition(path, identity.model, comparison)];
    case "stray":
      return identity.folder === "deploy" || identity.folder === "stages"
        ? [{ kind: "deploy", model: identity.model, file: path }]
        : [{ kind: "edit", model: identity.model, file: path }];
    case "card":
      return [{ kind: "edit", model: identity.model, file: path }];
    case "other":
      return after === before
        ? []
        : [{ kind: "edit", ...(identity.model === undefined ? {} : { model: identity.model }), file: path }];
  }
}

function stageTransition(
  change: FileChange,
  { model, stage }: { readonly model: string; readonly stage: string },
  { base, head, isRollbackTarget }: Comparison,
): readonly Transition[] {
  const entry = stageEntry(base, model, stage);
  const before = entry?.value?.spec;
  const was = {
    from: before?.version,
    ...(entry !== undefined && before === undefined ? { wasBroken: true as const } : {}),
  };
  if (change.after === null) return [{ kind: "retire", model, stage, ...was }];
  const after = stageEntry(head, model, stage)?.value?.spec;
  if (after === undefined) return [{ kind: "edit", model, stage, ...was, file: change.path }];
  if (before !== undefined && sameArtifact(before, after))
    return [{ kind: "edit", model, file: change.path }];
  const isRollback = before?.version !== after.version && isRollbackTarget(model, stage, after.version);
  return [{ kind: isRollback ? "rollback" : "promote", model, stage, ...was, to: after.version }];
}

function stageEntry(snapshot: Snapshot, model: string, stage: string): Entry<ModelStage> | undefined {
  return snapshot.models.get(model)?.stages.get(stage);
}

function sameArtifact(a: ModelStage["spec"], b: ModelStage["spec"]): boolean {
  return (
    a.version === b.version &&
    a.artifact.uri === b.artifact.uri &&
    a.artifact.digest === b.artifact.digest &&
    a.artifact.format === b.artifact.format &&
    a.artifact.formatVersion === b.artifact.formatVersion &&
    a.artifact.sizeBytes === b.artifact.sizeBytes
  );
}

/** A model.yaml whose rules for stages differ is configuration; anything else in it is an edit. */
function modelTransition(file: string, model: string, { base, head }: Comparison): Transition {
  const rules = (view: ModelView | undefined): string => JSON.stringify(rulesOf(view?.manifest?.value));
  const isSame = rules(base.models.get(model)) === rules(head.models.get(model));
  return isSame ? { kind: "edit", model, file } : { kind: "config", model, file };
}

function rulesOf(model: Model | undefined): unknown {
  return model?.spec.stages ?? {};
}

/** The models that a change touches; undefined in the set stands for modeltrail.yaml. */
export function touchedModels(changes: readonly FileChange[]): ReadonlySet<string> {
  const models = new Set<string>();
  for (const { path } of changes) {
    const identity = identifyPath(path);
    if ("model" in identity && identity.model !== undefined) models.add(identity.model);
  }
  return models;
}

/** Whether a change touches modeltrail.yaml. */
export function touchesRegistry(changes: readonly FileChange[]): boolean {
  return changes.some((change) => change.path === REGISTRY_FILE);
}
