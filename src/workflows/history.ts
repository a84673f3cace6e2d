import type { EventKind, HistoryEvent, Timeline } from "../audit/timeline.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Context } from "./context.ts";
import { readPolicy } from "./read/policy.ts";
import { toTimestamp } from "./timestamps.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { readAllTimelines, readTimeline } from "./read/history.ts";
import { readModel } from "./read/model.ts";
import { listModelNames } from "./read/scope.ts";
import { stagePath } from "../registry/layout.ts";
import { hintUncommittedModel } from "./uncommitted.ts";

/** One line of a history. */
export interface HistoryRow {
  /** Committer time, UTC. */
  readonly at: string;
  readonly kind: EventKind;
  readonly model: string;
  readonly stage?: string;
  readonly from?: string;
  /** Only there, and true, when the stage's file could not be read before. */
  readonly wasBroken?: true;
  readonly to?: string;
  readonly broken?: boolean;
  readonly commit: string;
  readonly author: string;
  readonly subject: string;
}

export interface History {
  readonly commit: string;
  /** Newest first, in first-parent order. */
  readonly events: readonly HistoryRow[];
}

/** What stages held at a moment. */
export interface StateAt {
  /** The newest first-parent commit of that moment. */
  readonly commit: string;
  /** Its committer time, UTC. */
  readonly at: string;
  readonly stages: readonly {
    readonly model: string;
    readonly stage: string;
    readonly version: string | null;
  }[];
}

export interface HistoryQuery extends ReadAt {
  /** Left out: every model. */
  readonly model?: string;
  readonly stage?: string;
  /** Only events at or after this time. */
  readonly since?: Date;
}

/** The history of a model, or of all, from Git alone. */
export async function readHistory(context: Context, query: HistoryQuery = {}): Promise<History> {
  const commit = await openCommit(context, query);
  const timelines = await readTimelines(context, commit, query);
  const rows = [...timelines].flatMap(([model, timeline]) =>
    timeline.events.toReversed().flatMap((event) => (matches(event, query) ? [{ model, event }] : [])),
  );
  if (rows.length === 0 && query.stage !== undefined) await requireKnownStage(context, commit, query.stage);
  const ordered = rows.toSorted((a, b) => a.event.origin.position - b.event.origin.position);
  return { commit: commit.oid, events: ordered.map(({ model, event }) => toRow(model, event)) };
}

/** Nothing found of a stage that does not exist is an error, not an empty history. */
async function requireKnownStage(context: Context, commit: RegistryCommit, stage: string): Promise<void> {
  const stages = (await readPolicy(context, commit)).spec.stages.map((rules) => rules.name);
  if (stages.includes(stage)) return;
  throw new ModeltrailError("NOT_FOUND", `there is no stage ${JSON.stringify(stage)}`, {
    hint: `The policy has ${stages.join(", ") || "none"}.`,
  });
}

async function readTimelines(
  context: Context,
  commit: RegistryCommit,
  { model, stage }: HistoryQuery,
): Promise<ReadonlyMap<string, Timeline>> {
  if (model === undefined) return readAllTimelines(context, commit.oid);
  const known = await readModel(context, commit, model, () => false);
  const isShown = (path: string): boolean =>
    path !== known.manifest?.path && (stage === undefined || path === stagePath(model, stage));
  await hintUncommittedModel(context, commit, known, isShown);
  const scope = stage === undefined ? {} : { stages: [stage], registrations: false };
  return new Map([[model, await readTimeline(context, commit.oid, model, scope)]]);
}

/** What every stage held at a moment. */
export async function readStateAt(
  context: Context,
  moment: Date,
  query: HistoryQuery = {},
): Promise<StateAt> {
  const head = await openCommit(context, query);
  const oid = await context.repository.history.at(head.oid, Math.floor(moment.getTime() / 1000));
  if (oid === undefined)
    throw new ModeltrailError("NOT_FOUND", `the history begins after ${moment.toISOString()}`);
  const commit = await openCommit(context, { ref: oid });
  const { committer } = await context.repository.objects.readCommit(oid);
  const models = query.model === undefined ? await listModelNames(context, commit) : [query.model];
  const stages: { model: string; stage: string; version: string | null }[] = [];
  for (const name of models) {
    const model = await readModel(context, commit, name, (identity) => identity.kind === "stage");
    for (const [stage, entry] of model.stages) {
      if (query.stage === undefined || query.stage === stage)
        stages.push({ model: name, stage, version: entry.value?.spec.version ?? null });
    }
  }
  if (stages.length === 0 && query.stage !== undefined) await requireKnownStage(context, commit, query.stage);
  return { commit: oid, at: toTimestamp(committer.seconds), stages };
}

function matches(event: HistoryEvent, { stage, since }: HistoryQuery): boolean {
  if (stage !== undefined && event.stage !== stage) return false;
  return since === undefined || event.origin.seconds * 1000 >= since.getTime();
}

function toRow(
  model: string,
  { kind, origin, stage, from, wasBroken, to, broken }: HistoryEvent,
): HistoryRow {
  return {
    at: toTimestamp(origin.seconds),
    kind,
    model,
    ...(stage === undefined ? {} : { stage }),
    ...(from === undefined ? {} : { from }),
    ...(wasBroken === undefined ? {} : { wasBroken }),
    ...(to === undefined ? {} : { to }),
    ...(broken === undefined ? {} : { broken }),
    commit: origin.commit,
    author: origin.author,
    subject: origin.subject,
  };
}
