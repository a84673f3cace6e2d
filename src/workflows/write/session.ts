import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Registry } from "../../manifest/types.generated.ts";
import type { Forge } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { noRegistryHere, readRegistryCommit, type RegistryCommit } from "../read/commit.ts";
import { findDefaultBranch, shortName, type DefaultBranch } from "../read/default-branch.ts";
import { readPolicy, tryReadPolicyAtHead } from "../read/policy.ts";

/** What a command that writes starts from: the tip of the default branch; where it pushes, the remote's. */
export interface Session {
  readonly tip: RegistryCommit;
  readonly registry: Registry;
  readonly branch: DefaultBranch;
  /** The default branch as people say it: `main`. */
  readonly base: string;
  readonly forge: Forge;
  readonly branchPrefix: string;
  /** Whether what is written goes to the remote. */
  readonly push: boolean;
  /** The remote's name; undefined without a remote. */
  readonly remote: string | undefined;
}

export interface SessionOptions {
  /** False works on this machine alone: nothing is fetched, nothing pushed. */
  readonly push?: boolean;
  /**
   * Where the policy at the tip cannot be read: the branch or commit that mends it. What it says of names and
   * of where changes are merged then counts; the judge lets nothing but the mending through. Only `merge` says this.
   */
  readonly mending?: string;
}

/** Finishes what a killed command left, fetches, and reads the policy at the tip. */
export async function openSession(context: Context, options: SessionOptions = {}): Promise<Session> {
  const { repository } = context;
  await repository.worktree.recover();
  const remote = (await repository.remote.describe())?.name;
  const push = remote !== undefined && options.push !== false;
  const known = (await tryReadPolicyAtHead(context))?.spec;
  if (push) await fetchAs(context, known?.forge);
  const branch = await findDefaultBranch(context, known?.branch);
  const tip = tipFor(branch, push);
  if (tip === undefined)
    throw new ModeltrailError("NOT_A_REGISTRY", `the branch ${shortName(branch.ref)} has no commit yet`, {
      hint: "Run modeltrail init.",
    });
  const commit = await readRegistryCommit(context, tip);
  if (commit === undefined) throw await noRegistryHere(context, tip);
  const registry = await readPolicy(context, commit).catch(async (error: unknown) => {
    if (options.mending === undefined) throw error;
    const { readMended } = await import("./mended.ts");
    return readMended(context, error, { branch, tip, push, remote, mending: options.mending });
  });
  await (push ? warnUnpushed(context, branch) : warnBehind(context, branch));
  const branchPrefix = context.prefix === "" ? "" : `${registry.metadata.name}/`;
  const { forge: host } = registry.spec;
  if (host !== undefined && remote === undefined) throw noClone(host.github);
  const base = shortName(branch.ref);
  const forge = await context.openForge(repository, { branchPrefix, push, base, host });
  return { tip: commit, registry, branch, base, forge, branchPrefix, push, remote };
}

/** Who has nothing to sign in with hears of that, and not of what Git makes of it. */
async function fetchAs(context: Context, host: Registry["spec"]["forge"]): Promise<void> {
  if (host !== undefined) await context.requireAccess(host);
  await context.repository.remote.fetch();
}

/** What stays here must follow your own branch, or it would stand on no branch at all. */
function tipFor({ localTip, remoteTip }: DefaultBranch, push: boolean): string | undefined {
  return push ? (remoteTip ?? localTip) : (localTip ?? remoteTip);
}

function noClone(name: string): ModeltrailError {
  return new ModeltrailError(
    "USAGE",
    `modeltrail.yaml names ${name} on GitHub, but this repository has no remote`,
    {
      hint: "Work in a clone of it, or add it with git remote add origin.",
    },
  );
}

/** Commits on the local branch that the remote lacks are not what proposals are built on; say so. */
async function warnUnpushed(
  { repository, notices }: Context,
  { ref, localTip, remoteTip }: DefaultBranch,
): Promise<void> {
  if (localTip === undefined || remoteTip === undefined || localTip === remoteTip) return;
  if (await repository.history.isAncestor(localTip, remoteTip)) return;
  notices.warn(
    `your ${shortName(ref)} has commits that the remote does not have; this works on the remote's ${shortName(ref)}. Push them if they belong to the registry.`,
  );
}

/** What stays here is built on your own branch, though the remote's has gone on. */
async function warnBehind(
  { repository, notices }: Context,
  { ref, localTip, remoteTip }: DefaultBranch,
): Promise<void> {
  if (localTip === undefined || remoteTip === undefined || localTip === remoteTip) return;
  if (await repository.history.isAncestor(remoteTip, localTip)) return;
  notices.warn(
    `the remote's ${shortName(ref)} has commits that yours does not have; with --no-push this works on your ${shortName(ref)}. git pull brings them.`,
  );
}
