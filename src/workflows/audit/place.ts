import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { tryReadPolicyAtHead } from "../read/policy.ts";
import { fetchRemote, type Fetched } from "./fetched.ts";
import { chooseTip, findMainBranch, type MainBranch } from "./main-branch.ts";

/** The main branch and the audit branch, as they are known here. */
export interface AuditPlace extends Pick<MainBranch, "base" | "defaultBranch" | "registry"> {
  /** Tip of the main branch. */
  readonly main: string;
  /** That of your own branch of its name. */
  readonly mainLocalTip: string | undefined;
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
  /** Left out where nothing was fetched. */
  readonly fetched?: Fetched;
}

/** Which of the two sides an audit is about. */
export interface PlaceOptions {
  /** Bring the remote's branches first, and go by them alone. */
  readonly fetch: boolean;
  /** Go by the remote alone, where there is one: what is recorded is pushed to it. */
  readonly push: boolean;
}

/**
 * Finds both branches. Rejects with USAGE where only fetching is asked for, and there is nothing to fetch from. A policy that is broken now is no reason to record nothing: the newest that can be read counts.
 */
export async function openAudit(context: Context, options: PlaceOptions): Promise<AuditPlace> {
  const { repository } = context;
  const remote = (await repository.remote.describe())?.name;
  const atHead = (await tryReadPolicyAtHead(context))?.spec;
  const fetched = await fetchFirst(context, options, { remote, host: atHead?.forge });
  const push = options.push && remote !== undefined;
  const remoteAlone = push || fetched !== undefined;
  const found = await findMainBranch(context, { remoteAlone, atHead });
  const { base, defaultBranch, registry, localTip } = found;
  return {
    main: found.tip,
    base,
    defaultBranch,
    registry,
    mainLocalTip: localTip,
    ...(await findAuditBranch(context, found, { remote, remoteAlone })),
    push,
    shared: remote !== undefined,
    ...(fetched === undefined ? {} : { fetched }),
  };
}

async function fetchFirst(
  context: Context,
  { fetch, push }: PlaceOptions,
  { remote, host }: { readonly remote: string | undefined; readonly host: Registry["spec"]["forge"] },
): Promise<Fetched | undefined> {
  if (!fetch) return undefined;
  if (remote !== undefined) {
    if (host !== undefined) await context.requireAccess(host);
    return fetchRemote(context, remote);
  }
  if (push) return undefined;
  throw new ModeltrailError("USAGE", "this repository has no remote to fetch from", {
    hint: "Leave out --fetch, or add the remote with git remote add origin.",
  });
}

async function findAuditBranch(
  context: Context,
  { registry, base }: MainBranch,
  { remote, remoteAlone }: { readonly remote: string | undefined; readonly remoteAlone: boolean },
): Promise<Pick<AuditPlace, "branch" | "ref" | "tip" | "localTip" | "remoteTip">> {
  const branch = auditBranch(registry, context.prefix);
  if (branch === base)
    throw new ModeltrailError("USAGE", `spec.audit.branch names ${branch}, which is the main branch itself`, {
      hint: `Name another branch in ${context.prefix}${REGISTRY_FILE}, or leave spec.audit out.`,
    });
  const ref = `refs/heads/${branch}`;
  const localTip = await readTip(context, ref);
  const remoteTip =
    remote === undefined ? undefined : await readTip(context, `refs/remotes/${remote}/${branch}`);
  const tip = await chooseTip(context, { localTip, remoteTip }, remoteAlone);
  return { branch, ref, tip, localTip, remoteTip };
}

/** The commit that a branch is at. A tag's object in its place is followed by some programs, and not by others. */
async function readTip(context: Context, ref: string): Promise<string | undefined> {
  const { refs } = context.repository;
  const oid = await refs.read(ref);
  if (oid === undefined || (await refs.resolve(oid)) === oid) return oid;
  throw new ModeltrailError(
    "AUDIT_DAMAGED",
    `${ref} does not point to a commit, as branches do, but to ${oid}`,
    {
      hint: `git update-ref ${ref} <commit> mends it; find out who wrote it there.`,
    },
  );
}

/** The branch of the audit history: what the policy says, else by the registry's place. */
export function auditBranch({ spec, metadata }: Registry, prefix: string): string {
  return spec.audit?.branch ?? (prefix === "" ? "modeltrail-audit" : `modeltrail-audit-${metadata.name}`);
}
