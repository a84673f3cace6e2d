import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { notARegistry, readRegistryCommit } from "../read/commit.ts";
import { findDefaultBranch, shortName, type DefaultBranch } from "../read/default-branch.ts";
import { readManifestAt } from "../read/manifest-at.ts";
import { warnOnce } from "./warn-once.ts";

/** The main branch, with the newest policy of it that can be read. */
export interface MainBranch {
  /** As people say it. */
  readonly base: string;
  /** The host's default branch; another than `base` only where both their policies say so. */
  readonly defaultBranch: string;
  readonly tip: string;
  readonly registry: Registry;
  /** Tip of your own branch of that name. */
  readonly localTip: string | undefined;
}

/** Which of the two sides is meant, and what modeltrail.yaml at HEAD says. */
export interface MainQuery {
  /** Go by the remote alone. */
  readonly remoteAlone: boolean;
  readonly atHead: Registry["spec"] | undefined;
}

/**
 * Finds the main branch without asking what is checked out, which may be anybody's: it is what its host says or
 * `origin/HEAD` names, else `main` or `master`. Where the policy of that branch names another, that one counts if its own
 * policy says the same: nobody's push to one branch takes what happens there out of the audit. Only where the usual
 * branch holds no registry does HEAD's word count. Warns whenever it is not the usual one.
 */
export async function findMainBranch(context: Context, query: MainQuery): Promise<MainBranch> {
  const { atHead, remoteAlone } = query;
  const standing = await read(context, await findDefaultBranch(context, undefined), remoteAlone);
  const { base, registry } = standing;
  const said = registry === undefined ? atHead?.branch : registry.spec.branch;
  const chosen = said === undefined ? standing : await follow(context, standing, said, query);
  if (atHead?.branch !== undefined && registry !== undefined && ![said, chosen.base].includes(atHead.branch))
    warnOnce(
      context,
      `${REGISTRY_FILE} at HEAD says that the main branch is ${JSON.stringify(atHead.branch)}, that of ${base} does not; the audit history is that of ${chosen.base}`,
    );
  return complete(context, chosen, base);
}

/** The branch that spec.branch names, where it agrees; otherwise the usual one. */
async function follow(
  context: Context,
  standing: Candidate,
  name: string,
  { remoteAlone }: MainQuery,
): Promise<Candidate> {
  const { base } = standing;
  if (name === base) return standing;
  const named = await read(context, await findDefaultBranch(context, name), remoteAlone);
  if (named.registry?.spec.branch === name) {
    warnOnce(
      context,
      `the audit history is that of the branch ${JSON.stringify(name)}, as spec.branch of ${REGISTRY_FILE} says, not of the default branch ${base}; whoever reads ${base} reads what is not audited`,
    );
    return named;
  }
  const problem = named.tip === undefined ? "there is no such branch" : "which does not say so itself";
  warnOnce(
    context,
    `spec.branch of ${REGISTRY_FILE} names the branch ${JSON.stringify(name)}, ${problem}; the audit history is that of the default branch ${base}`,
  );
  return standing;
}

/** What is pushed or fetched goes by the remote's; otherwise it is what is furthest, and the remote's in doubt. */
export async function chooseTip(
  { repository }: Context,
  { localTip, remoteTip }: Pick<DefaultBranch, "localTip" | "remoteTip">,
  remoteAlone: boolean,
): Promise<string | undefined> {
  if (remoteAlone) return remoteTip;
  if (localTip === undefined || remoteTip === undefined) return localTip ?? remoteTip;
  return (await repository.history.isAncestor(remoteTip, localTip)) ? localTip : remoteTip;
}

interface Candidate extends Pick<MainBranch, "base" | "localTip"> {
  readonly tip: string | undefined;
  readonly registry: Registry | undefined;
}

async function read(context: Context, found: DefaultBranch, remoteAlone: boolean): Promise<Candidate> {
  const { ref, localTip } = found;
  const tip = await chooseTip(context, found, remoteAlone);
  const registry = tip === undefined ? undefined : await readNewestPolicy(context, tip);
  return { base: shortName(ref), tip, registry, localTip };
}

function complete(context: Context, candidate: Candidate, defaultBranch: string): MainBranch {
  const { base, tip, registry } = candidate;
  if (tip === undefined)
    throw new ModeltrailError("NOT_A_REGISTRY", `the branch ${base} has no commit yet`, {
      hint: "Run modeltrail init.",
    });
  if (registry === undefined) throw notARegistry(context, tip);
  return { ...candidate, tip, registry, defaultBranch };
}

/** The policy of the newest first-parent commit that has one that can be read. */
async function readNewestPolicy(context: Context, tip: string): Promise<Registry | undefined> {
  const now = await tryReadPolicy(context, tip);
  if (now !== undefined) return now;
  for await (const registry of readPolicies(context, tip)) return registry;
  return undefined;
}

/** Every policy that the first-parent history of a commit had and that can be read, newest first. */
export async function* readPolicies(context: Context, tip: string): AsyncGenerator<Registry> {
  const paths = [`${context.prefix}${REGISTRY_FILE}`];
  for await (const { commit } of context.repository.history.firstParent(tip, { paths })) {
    const registry = await tryReadPolicy(context, commit.oid);
    if (registry !== undefined) yield registry;
  }
}

async function tryReadPolicy(context: Context, oid: string): Promise<Registry | undefined> {
  const commit = await readRegistryCommit(context, oid);
  if (commit === undefined) return undefined;
  const place = { kind: "Registry", tree: commit.tree, path: REGISTRY_FILE } as const;
  const reading = await readManifestAt(context, place);
  return reading?.ok === true ? reading.value : undefined;
}
