import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { PlannedStatus } from "../../ports/commit-status.ts";
import type { PullRequests, RequestFacts } from "../../ports/forge.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import type { ArtifactScope } from "../judge/judge.ts";
import { judgeRequests } from "./judge-requests.ts";
import { openHost } from "./judging-place.ts";

const AT_ONCE = 4;

/** A commit, and the pull request that it is of; undefined for one of a merge queue. */
export interface Standing {
  readonly commit: string;
  readonly number: number | undefined;
}

/** A commit whose success could not be taken back, and why. */
export interface Untaken extends Standing {
  readonly error: unknown;
}

/** Says something in the place of a success, where one stands. Gives back those where it could not be said. */
export async function takeBackSuccesses<T extends Standing>(
  host: PullRequests,
  from: readonly T[],
  say: (one: T) => PlannedStatus,
): Promise<readonly Untaken[]> {
  const untaken: Untaken[] = [];
  const once = [...new Map(from.map((one) => [one.commit, one])).values()];
  await mapBounded(once, AT_ONCE, async (one) => {
    try {
      await host.setStatuses(one.commit, [{ ...say(one), onlyOver: "success" }]);
    } catch (error) {
      untaken.push({ commit: one.commit, number: one.number, error });
    }
  });
  return untaken;
}

/** Where nothing could be told: a commit, or the pull request whose head it is. */
export interface Place {
  readonly head: string | undefined;
  readonly number: number | undefined;
}

/** Says on a commit that nothing could be told of it. Gives back what it could not say; the run fails in any case. */
export async function withdrawVerdict(
  context: Context,
  { head, number }: Place,
  status: PlannedStatus,
): Promise<readonly Untaken[]> {
  let commit = head;
  try {
    const host = await openHost(context);
    commit ??= number === undefined ? undefined : (await host?.look(number))?.head;
    if (commit !== undefined) await host?.setStatuses(commit, [status]);
    return [];
  } catch (error) {
    return [{ commit: commit ?? "", number, error }];
  }
}

/** What kept all open pull requests from being judged, and how they are judged. */
export interface Trouble {
  readonly error: unknown;
  readonly artifacts: ArtifactScope;
}

/**
 * Takes back each success of an open pull request where none could be judged. Where it is the policy that cannot be
 * read, what mends it is judged by itself and stays: nothing else could be merged then.
 */
export async function withdrawAll(
  context: Context,
  status: PlannedStatus,
  { error, artifacts }: Trouble,
): Promise<readonly Untaken[]> {
  const isUnreadable = isModeltrailError(error) && error.code === "BROKEN_MANIFEST";
  const host = await openHost(context);
  const all = (await host?.listRequests()) ?? [];
  if (host === undefined) return [];
  const mends = async (facts: RequestFacts): Promise<boolean> =>
    isUnreadable &&
    !facts.isFork &&
    (await isSuccess(host, facts.head, status.name)) &&
    (await passesAsMending(context, facts, artifacts));
  const kept = new Set<string>();
  for (const facts of all) if (await mends(facts).catch(() => false)) kept.add(facts.head);
  const from = all.filter(({ head }) => !kept.has(head));
  return takeBackSuccesses(host, from.map(toStanding), () => status);
}

/** The head of a pull request. */
export function toStanding({ head, request }: RequestFacts): Standing {
  return { commit: head, number: request.number };
}

/** Whether the last status of that name is a success. */
export async function isSuccess(host: PullRequests, head: string, name: string): Promise<boolean> {
  return (await host.statuses(head)).some((status) => status.name === name && status.state === "success");
}

async function passesAsMending(
  context: Context,
  { request, branch }: RequestFacts,
  artifacts: ArtifactScope,
): Promise<boolean> {
  const options = { artifacts, number: request.number, mending: branch };
  const { judged } = await judgeRequests(context, options);
  return judged[0]?.verdict === "pass";
}
