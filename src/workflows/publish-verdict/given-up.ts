import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { CarriedSuccess, PlannedStatus } from "../../ports/commit-status.ts";
import type { PullRequests, RequestFacts } from "../../ports/forge.ts";
import type { Context } from "../context.ts";
import { openHost, openJudgingPlace } from "./judging-place.ts";
import { isSuccess, type Standing, takeBackSuccesses, type Untaken } from "./withdraw.ts";

/**
 * Commits that nobody judges any more, and that carry a success all the same: it says what was true once, and counts at
 * once for whoever brings the commit back. Only an own pull request into the base branch keeps one.
 */

/** Why nobody judges a commit: its pull request was closed or merged, or has moved on. */
export type GivenUp = "closed" | "merged" | "left";

const WHY = { closed: "closed", merged: "merged", open: "left" } as const;

interface GivenUpCommit extends Standing {
  readonly why: GivenUp;
}

/** What is said in the place of a success, by why. Its name is the same for all. */
export type SayGivenUp = (why: GivenUp) => PlannedStatus;

/** Each takes two requests; what is left is taken back by the next run. */
const MOST_TAKEN = 50;

/** What became of a search for successes that nobody stands for. */
export interface Search {
  readonly untaken: readonly Untaken[];
  /** How many were left for the next run. */
  readonly left: number;
}

/** The commits that a pull request stood at before. `before` is the last of them, as its event says. */
export async function takeBackFormer(
  context: Context,
  {
    number,
    head,
    before,
  }: { readonly number: number; readonly head: string; readonly before?: string | undefined },
  say: SayGivenUp,
): Promise<Search> {
  const host = await openHost(context);
  if (host === undefined) return { untaken: [], left: 0 };
  const { name } = say("left");
  const found = new Map(await listGivenUp(host, name, { number }));
  if (before !== undefined && before !== head && !found.has(before) && (await hasSuccess(host, before, name)))
    found.set(before, { commit: before, number, why: "left" });
  const isOf = (facts: RequestFacts, open: readonly RequestFacts[]): boolean =>
    facts.base === (open.find(({ request }) => request.number === number)?.base ?? facts.base);
  const commits = [...found.values()].filter(({ commit }) => commit !== head);
  return takeBack(host, commits, { say, isKept: isOf });
}

/**
 * The commits of the pull requests that changed last. `known` are heads of open ones, which are not asked for again;
 * `base` is where successes count, undefined where that cannot be told.
 */
export async function takeBackGivenUp(
  context: Context,
  { known, base }: { readonly known: ReadonlySet<string>; readonly base: string | undefined },
  say: SayGivenUp,
): Promise<Search> {
  const host = await openHost(context);
  if (host === undefined) return { untaken: [], left: 0 };
  const all = [...(await listGivenUp(host, say("left").name, { base })).values()];
  const commits = all.filter(({ commit }) => !known.has(commit));
  return takeBack(host, commits, { say, isKept: (facts) => base === undefined || facts.base === base });
}

/** On a commit that is gone nothing stands. */
async function hasSuccess(host: PullRequests, commit: string, name: string): Promise<boolean> {
  try {
    return await isSuccess(host, commit, name);
  } catch (error) {
    const isGone = isModeltrailError(error) && (error.code === "NOT_FOUND" || error.code === "INVALID_INPUT");
    if (!isGone) throw error;
    return false;
  }
}

async function listGivenUp(
  host: PullRequests,
  name: string,
  { number, base }: { readonly number?: number; readonly base?: string | undefined },
): Promise<ReadonlyMap<string, GivenUpCommit>> {
  const carried = await host.listSuccesses(name, number);
  // Another branch that has it keeps nobody from proposing it for this one.
  const isIn = ({ containedIn }: CarriedSuccess): boolean =>
    containedIn !== undefined && (base === undefined || containedIn === base);
  const contained = new Set(carried.filter(isIn).map(({ commit }) => commit));
  const left = carried.filter(({ commit }) => !contained.has(commit));
  return new Map(
    left.map(({ commit, number: of, state }) => [commit, { commit, number: of, why: WHY[state] }]),
  );
}

interface Taking {
  readonly say: SayGivenUp;
  /** Whether an own pull request, of all that are open, is one that keeps its success. */
  readonly isKept: (facts: RequestFacts, open: readonly RequestFacts[]) => boolean;
}

async function takeBack(
  host: PullRequests,
  commits: readonly GivenUpCommit[],
  { say, isKept }: Taking,
): Promise<Search> {
  if (commits.length === 0) return { untaken: [], left: 0 };
  const open = await host.listRequests();
  const kept = new Set(open.filter((facts) => !facts.isFork && isKept(facts, open)).map(({ head }) => head));
  const from = commits.filter(({ commit }) => !kept.has(commit));
  const chosen = from.slice(0, MOST_TAKEN);
  const untaken = await takeBackSuccesses(host, chosen, ({ why }) => say(why));
  return { untaken, left: from.length - chosen.length };
}

/** What became of a pull request that an event says was closed. */
export interface Ended {
  readonly state: RequestFacts["state"];
  readonly untaken: readonly Untaken[];
}

/**
 * Takes back the success of a pull request that was closed or merged: nobody judges its head any more, so it would be
 * let in by what was true once, as soon as it is reopened or proposed anew. What the base branch contains has nothing
 * left to let in; a head that is another own one's into the branch of the registry is judged on.
 */
export async function takeBackEnded(context: Context, number: number, say: SayGivenUp): Promise<Ended> {
  const host = await openHost(context);
  if (host === undefined) return { state: "closed", untaken: [] };
  const { state, head, base, isFork } = await host.look(number);
  if (state === "open") return { state, untaken: [] };
  if (await isStoodFor(context, host, { number, head, base, isMerged: state === "merged" }))
    return { state, untaken: [] };
  const untaken = await takeBackSuccesses(host, [{ commit: head, number }], () => say(state));
  const [first] = untaken;
  // A fork's run may not, nor one that Dependabot started.
  if (!isModeltrailError(first?.error) || first.error.code !== "FORBIDDEN") return { state, untaken };
  const next = isFork ? "" : "; the next run over all pull requests takes its success back";
  context.notices.warn(`the status was not set: ${first.error.message}${next}`);
  return { state, untaken: [] };
}

interface EndedRequest {
  readonly number: number;
  readonly head: string;
  readonly base: string;
  readonly isMerged: boolean;
}

/** Whether the registry's branch contains the head already, or another own request into it has the same. */
async function isStoodFor(
  context: Context,
  host: PullRequests,
  { number, head, base, isMerged }: EndedRequest,
): Promise<boolean> {
  const main = isMerged ? await findBase(context) : undefined;
  // Another branch that has it keeps nobody from proposing it for this one.
  if (isMerged && base === (main ?? base) && (await isPartOfBase(context, host, { number, head })))
    return true;
  const twins = (await host.listRequests()).filter((one) => one.head === head && !one.isFork);
  const into = twins.length === 0 ? base : (main ?? (await findBase(context)) ?? base);
  return twins.some((one) => one.base === into);
}

/** Where successes are for; undefined where the policy that says so cannot be read. */
async function findBase(context: Context): Promise<string | undefined> {
  try {
    return (await openJudgingPlace(context)).base;
  } catch (error) {
    if (!isModeltrailError(error)) throw error;
    return undefined;
  }
}

async function isPartOfBase(
  { repository }: Context,
  host: PullRequests,
  { number, head }: { readonly number: number; readonly head: string },
): Promise<boolean> {
  const { commit = "" } = await host.progress(number);
  return commit !== "" && repository.history.isAncestor(head, commit);
}
