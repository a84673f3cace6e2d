import { isModeltrailError, ModeltrailError } from "../../diagnostics/errors.ts";
import type { PullRequests } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { findDefaultBranch, shortName } from "../read/default-branch.ts";
import { openSession } from "../write/session.ts";

/** What pull requests are judged on, and where they are. */
export interface JudgingPlace {
  readonly host: PullRequests;
  /** Of the default branch: its name as people say it, and the commit at its tip. */
  readonly base: string;
  readonly tip: string;
  /** The remote's name; undefined without one. */
  readonly remote: string | undefined;
}

/**
 * The tip of the default branch, fetched. One without a registry is a place, too: what brings the registry is judged
 * there. `mending` is a branch or commit that may mend a policy which cannot be read. Rejects with USAGE without pull requests.
 */
export async function openJudgingPlace(context: Context, mending?: string): Promise<JudgingPlace> {
  try {
    const session = await openSession(context, mending === undefined ? {} : { mending });
    const { base, remote, tip, forge } = session;
    return { host: requireHost(forge.pullRequests), base, remote, tip: tip.oid };
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "NOT_A_REGISTRY") throw error;
    return openUnfounded(context, error);
  }
}

async function openUnfounded(context: Context, reason: ModeltrailError): Promise<JudgingPlace> {
  const { repository } = context;
  const branch = await findDefaultBranch(context, undefined);
  const tip = branch.remoteTip ?? branch.localTip;
  if (tip === undefined) throw reason;
  const base = shortName(branch.ref);
  const scope = { branchPrefix: "", push: true, base, host: undefined };
  const forge = await context.openForge(repository, scope);
  if (forge.pullRequests === undefined) throw reason;
  const remote = (await repository.remote.describe())?.name;
  return { host: forge.pullRequests, base, tip, remote };
}

/** Pull requests by their numbers: statuses belong to no branch, and the policy may be what cannot be read. */
export async function openHost(context: Context): Promise<PullRequests | undefined> {
  const scope = { branchPrefix: "", push: true, base: "", host: undefined } as const;
  return (await context.openForge(context.repository, scope)).pullRequests;
}

function requireHost(host: PullRequests | undefined): PullRequests {
  if (host !== undefined) return host;
  throw new ModeltrailError("USAGE", "this registry has no pull requests", {
    hint: "Use --base and --head.",
  });
}
