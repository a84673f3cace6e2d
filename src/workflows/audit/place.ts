import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { notARegistry, readRegistryCommit } from "../read/commit.ts";
import { readManifestAt } from "../read/manifest-at.ts";
import { tryReadPolicyAtHead } from "../read/policy.ts";
import { findDefaultBranch, shortName, type DefaultBranch } from "../read/default-branch.ts";

/** The main branch and the audit branch, as they are known here. */
export interface AuditPlace {
  /** Tip of the main branch. */
  readonly main: string;
  /** The main branch as people say it. */
  readonly base: string;
  /** The newest policy of the main branch that can be read. */
  readonly registry: Registry;
  /** The audit branch, without and with `refs/heads/`. */
  readonly branch: string;
  readonly ref: string;
  /** What is read, and what a recorder goes on from; undefined while nothing is recorded. */
  readonly tip: string | undefined;
  readonly localTip: string | undefined;
  readonly remoteTip: string | undefined;
  /** Whether what is recorded goes to the remote. */
  readonly push: boolean;
  /** Whether there is a remote, pushed to or not. */
  readonly shared: boolean;
}

/** Which of the two sides an audit is about. */
export interface PlaceOptions {
  /** Bring the remote's branches first. */
  readonly fetch: boolean;
  /** Go by the remote, where there is one: what is recorded is pushed to it. */
  readonly push: boolean;
}

/** Finds both branches. A policy that is broken now is no reason to record nothing: the newest that can be read counts. */
export async function openAudit(context: Context, options: PlaceOptions): Promise<AuditPlace> {
  const { repository } = context;
  const remote = (await repository.remote.describe())?.name;
  const known = (await tryReadPolicyAtHead(context))?.spec;
  if (options.fetch && remote !== undefined) await fetchAs(context, known?.forge);
  const push = options.push && remote !== undefined;
  const found = await findDefaultBranch(context, known?.branch);
  const main = await choose(context, found, push);
  const base = shortName(found.ref);
  if (main === undefined)
    throw new ModeltrailError("NOT_A_REGISTRY", `the branch ${base} has no commit yet`, {
      hint: "Run modeltrail init.",
    });
  const registry = await readNewestPolicy(context, main);
  const branch = auditBranch(registry, context.prefix);
  if (branch === base)
    throw new ModeltrailError("USAGE", `spec.audit.branch names ${branch}, which is the main branch itself`, {
      hint: `Name another branch in ${context.prefix}${REGISTRY_FILE}, or leave spec.audit out.`,
    });
  const ref = `refs/heads/${branch}`;
  const localTip = await repository.refs.read(ref);
  const remoteTip =
    remote === undefined ? undefined : await repository.refs.read(`refs/remotes/${remote}/${branch}`);
  const tip = await choose(context, { ref, localTip, remoteTip }, push);
  return { main, base, registry, branch, ref, tip, localTip, remoteTip, push, shared: remote !== undefined };
}

async function fetchAs(context: Context, host: Registry["spec"]["forge"]): Promise<void> {
  if (host !== undefined) await context.requireAccess(host);
  await context.repository.remote.fetch();
}

/** The branch of the audit history: what the policy says, else by the registry's place. */
export function auditBranch({ spec, metadata }: Registry, prefix: string): string {
  return spec.audit?.branch ?? (prefix === "" ? "modeltrail-audit" : `modeltrail-audit-${metadata.name}`);
}

/** What is pushed goes on from the remote's; otherwise it is what is furthest, and the remote's in doubt. */
async function choose(
  { repository }: Context,
  { localTip, remoteTip }: DefaultBranch,
  push: boolean,
): Promise<string | undefined> {
  if (push) return remoteTip;
  if (localTip === undefined || remoteTip === undefined) return localTip ?? remoteTip;
  return (await repository.history.isAncestor(remoteTip, localTip)) ? localTip : remoteTip;
}

/** The policy of the newest first-parent commit that has one that can be read. */
async function readNewestPolicy(context: Context, main: string): Promise<Registry> {
  const tip = await tryReadPolicy(context, main);
  if (tip !== undefined) return tip;
  const paths = [`${context.prefix}${REGISTRY_FILE}`];
  for await (const { commit } of context.repository.history.firstParent(main, { paths })) {
    const registry = await tryReadPolicy(context, commit.oid);
    if (registry !== undefined) return registry;
  }
  throw notARegistry(context, main);
}

async function tryReadPolicy(context: Context, oid: string): Promise<Registry | undefined> {
  const commit = await readRegistryCommit(context, oid);
  if (commit === undefined) return undefined;
  const place = { kind: "Registry", tree: commit.tree, path: REGISTRY_FILE } as const;
  const reading = await readManifestAt(context, place);
  return reading?.ok === true ? reading.value : undefined;
}
