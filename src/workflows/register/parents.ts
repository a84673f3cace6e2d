import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import { compareVersions, versionProblem } from "../../registry/versions.ts";
import type { Context } from "../context.ts";
import type { RegistryCommit } from "../read/commit.ts";
import { readModel } from "../read/model.ts";
import { findTarget } from "../target.ts";
import type { LineageOptions } from "./lineage.ts";

type Parent = NonNullable<LineageOptions["parents"]>[number];

const SHOWN = 8;

/**
 * The versions that a new one was made from, as they are at a commit: a stage and `latest` mean what they hold now.
 * Rejects with NOT_FOUND and the like for what is not there; a yanked parent is a warning, for it is the truth.
 */
export async function resolveParents(
  context: Context,
  tip: RegistryCommit,
  parents: readonly Parent[],
): Promise<Parent[]> {
  const found: Parent[] = [];
  for (const parent of parents) found.push(await resolveParent(context, tip, parent));
  return found;
}

async function resolveParent(context: Context, tip: RegistryCommit, parent: Parent): Promise<Parent> {
  const { model, version: ref } = parent;
  const { model: view, target } = await findTarget(context, tip, model, ref).catch(async (error: unknown) => {
    throw await explain(context, tip, { parent, error });
  });
  const { version } = target;
  if (!view.versions.has(version)) throw noVersion(parent, `it stands for ${version}`, view.versions.keys());
  if (view.yanks.has(version))
    context.notices.warn(`the parent ${model} ${version} was yanked; it is named as a parent all the same`);
  return { model, version };
}

interface Failure {
  readonly parent: Parent;
  readonly error: unknown;
}

async function explain(context: Context, tip: RegistryCommit, { parent, error }: Failure): Promise<unknown> {
  if (!isModeltrailError(error)) return error;
  const message = `the parent ${parent.model}@${parent.version} cannot be used: ${error.message}`;
  if (error.code === "NOT_FOUND") {
    const model = await readModel(context, tip, parent.model, () => false).catch(() => undefined);
    if (model !== undefined) return noVersion(parent, error.message, model.versions.keys());
  }
  return new ModeltrailError(error.code, message, {
    hint: error.hint ?? "A parent is a version of this registry.",
    cause: error,
  });
}

function noVersion(
  { model, version: ref }: Parent,
  why: string,
  versions: Iterable<string>,
): ModeltrailError {
  const known = [...versions].filter((version) => versionProblem(version) === undefined);
  const newest = known.toSorted(compareVersions).toReversed();
  const others = newest.length > SHOWN ? `, and ${newest.length - SHOWN} more` : "";
  return new ModeltrailError("NOT_FOUND", `the parent ${model}@${ref} does not exist: ${why}`, {
    hint:
      newest.length === 0
        ? `${model} has no version yet; one that is proposed has to be merged first.`
        : `${model} has ${newest.slice(0, SHOWN).join(", ")}${others}.`,
  });
}
