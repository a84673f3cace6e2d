import { ModeltrailError } from "../../diagnostics/errors.ts";
import { identifyPath, isRegistryPath } from "../../registry/layout.ts";
import type { HistoryStep } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import type { Step } from "../judge/step.ts";
import { isHeldBy, tellOtherWay } from "./other-way.ts";

/** A commit of the main branch that touches the registry. */
export interface MainStep extends Step {
  /** The models that it touches. */
  readonly models: readonly string[];
}

/** A walk over the main branch. */
export interface MainRange {
  readonly tip: string;
  /** As people say it. */
  readonly base: string;
  /** The newest commit that was looked at already; undefined: begin at the first. */
  readonly cursor: string | undefined;
}

/** What a walk over the main branch came upon. */
export interface MainWalk {
  /** The commits that touch the registry, oldest first. */
  readonly steps: readonly MainStep[];
  /** All commits, whatever they touch. */
  readonly line: ReadonlySet<string>;
}

/** One commit of the main branch, to be looked at once more; undefined when it does not touch the registry. */
export async function readStep(context: Context, oid: string): Promise<MainStep | undefined> {
  for await (const step of context.repository.history.firstParent(oid, { limit: 1 }))
    return step.commit.oid === oid ? toStep(context, step) : undefined;
  return undefined;
}

/**
 * The commits after the cursor, on the first-parent line. Rejects with HISTORY_REWRITTEN when that line does not lead to
 * the cursor.
 */
export async function walkMain(context: Context, range: MainRange): Promise<MainWalk> {
  const { tip, cursor } = range;
  const line = new Set<string>();
  if (tip === cursor) return { steps: [], line };
  if (cursor !== undefined) await requireKnown(context, { ...range, cursor });
  const steps: MainStep[] = [];
  let oldest: string | undefined = tip;
  for await (const found of context.repository.history.firstParent(tip, { until: cursor })) {
    line.add(found.commit.oid);
    oldest = found.commit.parents[0];
    const step = toStep(context, found);
    if (step !== undefined) steps.push(step);
  }
  if (cursor !== undefined && oldest !== cursor) throw await otherWay(context, { ...range, cursor });
  return { steps: steps.toReversed(), line };
}

function toStep({ prefix }: Context, { commit, changes }: HistoryStep): MainStep | undefined {
  const models = touchedModels(
    changes.map(({ path }) => path),
    prefix,
  );
  return models === undefined ? undefined : { commit: commit.oid, parent: commit.parents[0], models };
}

/** Undefined when no path is the registry's business. */
function touchedModels(paths: readonly string[], prefix: string): readonly string[] | undefined {
  const own = paths.flatMap((path) =>
    path.startsWith(prefix) && isRegistryPath(path.slice(prefix.length)) ? [path.slice(prefix.length)] : [],
  );
  if (own.length === 0) return undefined;
  const models = own.flatMap((path) => {
    const identity = identifyPath(path);
    return "model" in identity && identity.model !== undefined ? [identity.model] : [];
  });
  return [...new Set(models)];
}

type Rewritten = MainRange & { readonly cursor: string };

async function requireKnown(context: Context, range: Rewritten): Promise<void> {
  if (!(await isHeldBy(context, range.cursor, range.tip))) throw rewritten(range);
}

async function otherWay(context: Context, { tip, base, cursor }: Rewritten): Promise<ModeltrailError> {
  const { message, hint } = await tellOtherWay(context, { tip, base, recorded: cursor });
  return new ModeltrailError("HISTORY_REWRITTEN", message, { hint: `Nothing was recorded. ${hint}` });
}

function rewritten({ tip, base, cursor }: Rewritten): ModeltrailError {
  return new ModeltrailError(
    "HISTORY_REWRITTEN",
    `the last recorded commit ${cursor} is not on the first-parent line of the main branch, whose tip is ${tip}: the main branch was rewritten`,
    {
      hint: `Nothing was recorded. Bring the old commits back (git push --force-with-lease=${base}:${tip} origin ${cursor}:refs/heads/${base}, or with a merge of the new ones into ${cursor} in its place), or begin a new audit branch under another name in spec.audit.branch; keep the old one.`,
    },
  );
}
