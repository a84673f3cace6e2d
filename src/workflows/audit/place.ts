import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { tryReadPolicyAtHead } from "../read/policy.ts";
import { chooseTip, findMainBranch } from "./main-branch.ts";

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
  const atHead = (await tryReadPolicyAtHead(context))?.spec;
  if (options.fetch && remote !== undefined) await fetchAs(context, atHead?.forge);
  const push = options.push && remote !== undefined;
  const { base, tip: main, registry } = await findMainBranch(context, { push, atHead });
  const branch = auditBranch(registry, context.prefix);
  if (branch === base)
    throw new ModeltrailError("USAGE", `spec.audit.branch names ${branch}, which is the main branch itself`, {
      hint: `Name another branch in ${context.prefix}${REGISTRY_FILE}, or leave spec.audit out.`,
    });
  const ref = `refs/heads/${branch}`;
  const localTip = await repository.refs.read(ref);
  const remoteTip =
    remote === undefined ? undefined : await repository.refs.read(`refs/remotes/${remote}/${branch}`);
  const tip = await chooseTip(context, { localTip, remoteTip }, push);
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
