import type { EnrichmentFile } from "../audit/enrichment.ts";
import type { EventKind, HistoryEvent, Timeline } from "../audit/timeline.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import { limitsOf } from "../manifest/limits.ts";
import { isPlainMode, modelFolder, REGISTRY_FILE, stagePath, type PathIdentity } from "../registry/layout.ts";
import type { ModelView } from "../registry/model-view.ts";
import { modelNameProblem } from "../registry/names.ts";
import { viewFiles } from "../registry/view.ts";
import type { Context } from "./context.ts";
import { readPolicy } from "./read/policy.ts";
import { toTimestamp } from "./timestamps.ts";
import { openCommit, type ReadAt, type RegistryCommit } from "./read/commit.ts";
import { readManifestAt } from "./read/manifest-at.ts";
import { readAllTimelines, readTimeline } from "./read/history.ts";
import { readModel } from "./read/model.ts";
import { loadFiles } from "./read/manifests.ts";
import { listScope } from "./read/scope.ts";
import { entryAt } from "./read/trees.ts";
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
  /** The pull request that brought it, where the audit history says. */
  readonly pullRequest?: { readonly number: number; readonly url: string };
  /** Who approved it; only with `pullRequest`. */
  readonly approvedBy?: readonly string[];
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
  const enrichments = ordered.length === 0 ? undefined : await tryReadEnrichments(context, commit);
  return {
    commit: commit.oid,
    events: ordered.map(({ model, event }) => ({
      ...toRow(model, event),
      ...requestOf(enrichments?.get(event.origin.commit)),
    })),
  };
}

/** What the usual name of an audit branch holds, and the text of any policy that gives it another. */
const MAY_BE_AUDIT = /audit/i;

/** Where the policy cannot be read, nobody knows the audit branch's name; the history is told without it. */
async function tryReadEnrichments(
  context: Context,
  commit: RegistryCommit,
): Promise<ReadonlyMap<string, EnrichmentFile> | undefined> {
  if (!(await mayHaveAudit(context, commit))) return undefined;
  const place = { kind: "Registry", tree: commit.tree, path: REGISTRY_FILE } as const;
  const reading = await readManifestAt(context, place);
  if (reading?.ok !== true) return undefined;
  const { readEnrichments } = await import("./audit/read-enrichment.ts");
  return readEnrichments(context, reading.value);
}

/** Most clones have no audit branch: then this costs a look at the refs, and at most one blob that is not parsed. */
async function mayHaveAudit({ repository }: Context, { tree }: RegistryCommit): Promise<boolean> {
  const refs = await repository.refs.list("refs/");
  if (refs.some(({ name }) => MAY_BE_AUDIT.test(name))) return true;
  const policy = refs.length > 1 ? await entryAt(repository, tree, REGISTRY_FILE) : undefined;
  if (policy === undefined || !isPlainMode(policy.mode)) return false;
  const [bytes = "too-large"] = await repository.objects.readBlobs([policy.oid], limitsOf("Registry").bytes);
  return bytes !== "too-large" && MAY_BE_AUDIT.test(new TextDecoder().decode(bytes));
}

function requestOf(enrichment: EnrichmentFile | undefined): Pick<HistoryRow, "pullRequest" | "approvedBy"> {
  const { pullRequest, approvals = [] } = enrichment ?? {};
  if (pullRequest === undefined) return {};
  const { number, url } = pullRequest;
  return { pullRequest: { number, url }, approvedBy: approvals.map(({ login }) => login) };
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
  const models =
    query.model === undefined
      ? await viewStages(context, commit)
      : [await readModel(context, commit, query.model, isStage)];
  const stages = models.flatMap((model) =>
    [...model.stages]
      .filter(([stage]) => query.stage === undefined || query.stage === stage)
      .map(([stage, { value }]) => ({ model: model.name, stage, version: value?.spec.version ?? null })),
  );
  if (stages.length === 0 && query.stage !== undefined) await requireKnownStage(context, commit, query.stage);
  return { commit: oid, at: toTimestamp(committer.seconds), stages };
}

const isStage = (identity: PathIdentity): boolean => identity.kind === "stage";

/** Every model's stages, also of those whose names are bad: what their files say was there to be deployed. */
async function viewStages(context: Context, commit: RegistryCommit): Promise<readonly ModelView[]> {
  const files = await listScope(context, commit, { models: "all", wanted: isStage, policy: false });
  const { models } = viewFiles(await loadFiles(context, files, isStage));
  const views = [...models.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, stages } of views) {
    if (stages.size > 0 && modelNameProblem(name) !== undefined)
      context.notices.warn(`${modelFolder(name)} has a bad name; modeltrail validate says what is wrong`);
  }
  return views;
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
