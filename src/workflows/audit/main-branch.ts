import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { notARegistry, readRegistryCommit } from "../read/commit.ts";
import { findDefaultBranch, shortName, type DefaultBranch } from "../read/default-branch.ts";
import { readManifestAt } from "../read/manifest-at.ts";

/** The main branch, with the newest policy of it that can be read. */
export interface MainBranch {
  /** As people say it. */
  readonly base: string;
  readonly tip: string;
  readonly registry: Registry;
}

/** Which of the two sides is meant, and what modeltrail.yaml at HEAD says. */
export interface MainQuery {
  /** Go by the remote alone. */
  readonly push: boolean;
  readonly atHead: Registry["spec"] | undefined;
}

/**
 * Finds the main branch without asking what is checked out, which may be anybody's: it is what its host says or `origin/HEAD`
 * names, else `main` or `master`, or what the policy of that branch says instead. Only where that branch holds no registry does
 * HEAD's word count.
 */
export async function findMainBranch(context: Context, { push, atHead }: MainQuery): Promise<MainBranch> {
  const standing = await read(context, await findDefaultBranch(context, undefined), push);
  const { base, tip, registry } = standing;
  if (tip === undefined || registry === undefined) return requireMain(context, standing, { push, atHead });
  const said = registry.spec.branch ?? base;
  if (atHead?.branch !== undefined && atHead.branch !== said)
    context.notices.warn(
      `${REGISTRY_FILE} at HEAD says that the main branch is ${JSON.stringify(atHead.branch)}, that of ${base} does not; the audit history is that of ${said}`,
    );
  if (said === base) return { base, tip, registry };
  return complete(context, await read(context, await findDefaultBranch(context, said), push));
}

/** What is pushed goes on from the remote's; otherwise it is what is furthest, and the remote's in doubt. */
export async function chooseTip(
  { repository }: Context,
  { localTip, remoteTip }: Pick<DefaultBranch, "localTip" | "remoteTip">,
  push: boolean,
): Promise<string | undefined> {
  if (push) return remoteTip;
  if (localTip === undefined || remoteTip === undefined) return localTip ?? remoteTip;
  return (await repository.history.isAncestor(remoteTip, localTip)) ? localTip : remoteTip;
}

interface Candidate {
  readonly base: string;
  readonly tip: string | undefined;
  readonly registry: Registry | undefined;
}

async function read(context: Context, found: DefaultBranch, push: boolean): Promise<Candidate> {
  const tip = await chooseTip(context, found, push);
  const registry = tip === undefined ? undefined : await readNewestPolicy(context, tip);
  return { base: shortName(found.ref), tip, registry };
}

/** The usual branch holds no registry. */
async function requireMain(
  context: Context,
  standing: Candidate,
  { push, atHead }: MainQuery,
): Promise<MainBranch> {
  if (atHead?.branch === undefined) return complete(context, standing);
  return complete(context, await read(context, await findDefaultBranch(context, atHead.branch), push));
}

function complete(context: Context, { base, tip, registry }: Candidate): MainBranch {
  if (tip === undefined)
    throw new ModeltrailError("NOT_A_REGISTRY", `the branch ${base} has no commit yet`, {
      hint: "Run modeltrail init.",
    });
  if (registry === undefined) throw notARegistry(context, tip);
  return { base, tip, registry };
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
