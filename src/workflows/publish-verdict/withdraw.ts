import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { PlannedStatus, PullRequests, RequestFacts } from "../../ports/forge.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import type { ArtifactScope } from "../judge/judge.ts";
import { judgeRequests } from "./judge-requests.ts";
import { courtesy } from "./publish.ts";

const WHAT = "the status was not set";
const AT_ONCE = 4;

/** A commit; or the pull request whose head it is. */
export interface Place {
  readonly head: string | undefined;
  readonly number: number | undefined;
}

/** Takes back what stands on a commit where nothing could be told of it. A courtesy: the run fails in any case. */
export async function withdrawVerdict(
  context: Context,
  { head, number }: Place,
  status: PlannedStatus,
): Promise<void> {
  await courtesy(context, WHAT, async () => {
    const host = await openHost(context);
    const commit = head ?? (number === undefined ? undefined : (await host?.look(number))?.head);
    if (commit !== undefined) await host?.setStatuses(commit, [status]);
  });
}

/** Takes back a success, where one stands, from each of these. */
export async function withdrawSuccesses(
  context: Context,
  host: PullRequests,
  heads: Iterable<string>,
  status: PlannedStatus,
): Promise<void> {
  await mapBounded([...new Set(heads)], AT_ONCE, (head) =>
    courtesy(context, WHAT, () => host.setStatuses(head, [{ ...status, onlyOver: "success" }])),
  );
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
): Promise<void> {
  const isUnreadable = isModeltrailError(error) && error.code === "BROKEN_MANIFEST";
  await courtesy(context, WHAT, async () => {
    const host = await openHost(context);
    const all = (await host?.listRequests()) ?? [];
    if (host === undefined) return;
    const mends = async (facts: RequestFacts): Promise<boolean> =>
      isUnreadable &&
      !facts.isFork &&
      (await isSuccess(host, facts.head, status.name)) &&
      (await passesAsMending(context, facts, artifacts));
    const kept = new Set<string>();
    for (const facts of all) if (await mends(facts).catch(() => false)) kept.add(facts.head);
    const heads = all.map(({ head }) => head).filter((head) => !kept.has(head));
    await withdrawSuccesses(context, host, heads, status);
  });
}

async function isSuccess(host: PullRequests, head: string, name: string): Promise<boolean> {
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

/** What became of a pull request that an event says was closed. */
export type Closed = "merged" | "open" | "closed";

/**
 * Takes back the success of a pull request that was closed: nobody judges it any more, so it would be let in by what
 * was true once, as soon as it is reopened. One whose head is another's as well is judged on.
 */
export async function withdrawClosed(
  context: Context,
  number: number,
  status: PlannedStatus,
): Promise<Closed> {
  const host = await openHost(context);
  if (host === undefined) return "closed";
  const { state, head, base } = await host.look(number);
  if (state !== "closed") return state;
  const all = await host.listRequests();
  if (all.some((one) => one.head === head && one.base === base)) return state;
  try {
    await host.setStatuses(head, [{ ...status, onlyOver: "success" }]);
  } catch (error) {
    // A fork's run may not, and has none to take back.
    if (!isModeltrailError(error) || error.code !== "FORBIDDEN") throw error;
    context.notices.warn(`${WHAT}: ${error.message}`);
  }
  return state;
}

/** Statuses belong to no branch, and the policy may be what cannot be read. */
async function openHost(context: Context): Promise<PullRequests | undefined> {
  const scope = { branchPrefix: "", push: true, base: "", host: undefined } as const;
  return (await context.openForge(context.repository, scope)).pullRequests;
}
