import { ModeltrailError } from "../../diagnostics/errors.ts";
import { identifyPath, isRegistryPath } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import type { Step } from "../judge/step.ts";

/** A commit of the main branch that touches the registry. */
export interface MainStep extends Step {
  /** The models that it touches. */
  readonly models: readonly string[];
}

/** A walk over the main branch. */
export interface MainRange {
  readonly tip: string;
  /** The newest commit that was looked at already; undefined: begin at the first. */
  readonly cursor: string | undefined;
}

/**
 * The commits after the cursor that touch the registry, oldest first, on the first-parent line. Rejects with
 * HISTORY_REWRITTEN when that line does not lead to the cursor.
 */
export async function listSteps(context: Context, { tip, cursor }: MainRange): Promise<readonly MainStep[]> {
  if (tip === cursor) return [];
  if (cursor !== undefined) await requireKnown(context, { tip, cursor });
  const steps: MainStep[] = [];
  let oldest: string | undefined = tip;
  for await (const { commit, changes } of context.repository.history.firstParent(tip, { until: cursor })) {
    oldest = commit.parents[0];
    const models = touchedModels(
      changes.map(({ path }) => path),
      context.prefix,
    );
    if (models !== undefined) steps.push({ commit: commit.oid, parent: commit.parents[0], models });
  }
  if (cursor !== undefined && oldest !== cursor) throw rewritten({ tip, cursor });
  return steps.toReversed();
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

async function requireKnown(
  { repository }: Context,
  range: { readonly tip: string; readonly cursor: string },
): Promise<void> {
  const known = await repository.refs.resolve(range.cursor);
  if (known === undefined || !(await repository.history.isAncestor(range.cursor, range.tip)))
    throw rewritten(range);
}

function rewritten({ tip, cursor }: { readonly tip: string; readonly cursor: string }): ModeltrailError {
  return new ModeltrailError(
    "HISTORY_REWRITTEN",
    `the last recorded commit ${cursor} is not on the first-parent line of the main branch, whose tip is ${tip}: the main branch was rewritten`,
    {
      hint: "Nothing was recorded. Bring the old commits back (git push origin <the last recorded commit>, or a merge of the new ones into it), or begin a new audit branch under another name in spec.audit.branch; keep the old one.",
    },
  );
}
