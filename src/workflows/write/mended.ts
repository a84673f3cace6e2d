import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import { limitsOf } from "../../manifest/limits.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { readRegistryCommit } from "../read/commit.ts";
import { parseManifest } from "../read/manifests.ts";
import { readPolicy } from "../read/policy.ts";
import { type DefaultBranch, shortName } from "../read/default-branch.ts";

/** Where a policy is broken, and the branch that is said to mend it. */
export interface Mending {
  readonly branch: DefaultBranch;
  /** The commit whose policy cannot be read. */
  readonly tip: string;
  readonly push: boolean;
  readonly remote: string | undefined;
  /** A branch, by its short name; or a commit. */
  readonly mending: string;
}

/** How far back a policy that could be read is looked for. */
const MOST_STEPS = 20;

/**
 * The policy of the branch that mends a broken one, for a merge of that branch. It must not say by itself where that
 * merge goes: the default branch and the host are those of the last policy that could be read. Rejects with `error`.
 */
export async function readMended(context: Context, error: unknown, place: Mending): Promise<Registry> {
  if (!isModeltrailError(error) || error.code !== "BROKEN_MANIFEST") throw error;
  const refuse = (hint: string): ModeltrailError =>
    new ModeltrailError("BROKEN_MANIFEST", error.message, { hint, cause: error });
  const head = await findHead(context, place);
  const commit = head === undefined ? undefined : await readRegistryCommit(context, head);
  const mended = commit === undefined ? undefined : await readPolicy(context, commit).catch(() => undefined);
  if (mended === undefined)
    throw refuse(
      "Mend it on a branch of the default branch, and merge that by its name: modeltrail merge <branch>.",
    );
  const last = await readLast(context, place.tip);
  const base = shortName(place.branch.ref);
  const isMoved = [mended, last].some((policy) => (policy?.spec.branch ?? base) !== base);
  if (!isMoved && JSON.stringify(mended.spec.forge) === JSON.stringify((last ?? mended).spec.forge))
    return mended;
  throw refuse(
    "Mend it without a change of spec.branch and spec.forge, which say where this is merged; or merge it by Git itself.",
  );
}

/** With a remote the remote's branch, which is what colleagues saw. */
async function findHead(
  { repository }: Context,
  { push, remote, mending }: Mending,
): Promise<string | undefined> {
  if (/^[0-9a-f]{40}$/.test(mending)) return mending;
  // What cannot be a branch's name is none.
  const read = (name: string): Promise<string | undefined> =>
    repository.refs.read(name).catch(() => undefined);
  const shared = remote === undefined ? undefined : await read(`refs/remotes/${remote}/${mending}`);
  const own = await read(`refs/heads/${mending}`);
  return push ? (shared ?? own) : (own ?? shared);
}

/** The policy as it was before it broke; undefined when there was none, or too long ago. */
async function readLast({ repository, prefix }: Context, tip: string): Promise<Registry | undefined> {
  const range = { paths: [`${prefix}${REGISTRY_FILE}`], limit: MOST_STEPS };
  for await (const { changes } of repository.history.firstParent(tip, range)) {
    const before = changes[0]?.before ?? null;
    if (before === null) continue;
    const [bytes = "too-large"] = await repository.objects.readBlobs([before], limitsOf("Registry").bytes);
    const reading = await parseManifest("Registry", bytes, REGISTRY_FILE);
    if (reading.ok) return reading.value;
  }
  return undefined;
}
