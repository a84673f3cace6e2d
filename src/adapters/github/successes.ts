import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { CarriedSuccess } from "../../ports/commit-status.ts";
import type { Place } from "./pulls.ts";

interface CommitNode {
  readonly oid: string;
  readonly status: { readonly context: { readonly state: string } | null } | null;
}

interface PullNode {
  readonly number: number;
  readonly state: string;
  readonly baseRefName: string;
  readonly headRefOid: string;
  readonly mergeCommit: {
    readonly oid: string;
    readonly parents: Nodes<{ readonly oid: string }>;
  } | null;
  readonly commits: Nodes<{ readonly commit: CommitNode }>;
  readonly timelineItems: Nodes<{ readonly beforeCommit?: CommitNode | null }>;
}

/** GitHub leaves out what cannot be read just now. */
interface Nodes<T> {
  readonly nodes: readonly (T | null)[] | null;
}

const PARTS = `fragment Said on Commit { oid status { context(name: $name) { state } } }
fragment Carrier on PullRequest {
  number state baseRefName headRefOid
  mergeCommit { oid parents(first: 2) { nodes { oid } } }
  commits(last: $most) { nodes { commit { ...Said } } }
  timelineItems(last: $most, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) {
    nodes { ... on HeadRefForcePushedEvent { beforeCommit { ...Said } } }
  }
}`;

const ONE = `query ($owner: String!, $repo: String!, $name: String!, $most: Int!, $number: Int!) {
  repository(owner: $owner, name: $repo) { pullRequest(number: $number) { ...Carrier } }
}
${PARTS}`;

const MANY = `query ($owner: String!, $repo: String!, $name: String!, $most: Int!) {
  repository(owner: $owner, name: $repo) {
    pullRequests(first: 100, orderBy: { field: UPDATED_AT, direction: DESC }) { nodes { ...Carrier } }
  }
}
${PARTS}`;

interface Reply {
  readonly repository: {
    readonly pullRequest?: PullNode | null;
    readonly pullRequests?: Nodes<PullNode>;
  } | null;
}

/** Commits, and forced pushes, of one pull request that are looked at; of each of many. */
const MOST_OF_ONE = 100;
const MOST_OF_EACH = 10;

/** One request, whatever there is. */
export async function readSuccesses(
  { api }: Place,
  name: string,
  number: number | undefined,
): Promise<readonly CarriedSuccess[]> {
  const asked = { ...api.repo, name };
  const reply = (await (number === undefined
    ? api.graphql(MANY, { ...asked, most: MOST_OF_EACH })
    : api.graphql(ONE, { ...asked, most: MOST_OF_ONE, number }))) as Reply;
  if (reply.repository === null) {
    throw new ModeltrailError("NOT_FOUND", `GitHub shows no repository ${api.repo.owner}/${api.repo.repo}`, {
      hint: "Check its name, and what the token may read.",
    });
  }
  const { pullRequest, pullRequests = { nodes: [pullRequest ?? null] } } = reply.repository;
  return present(pullRequests).flatMap(successesOf);
}

function successesOf(pull: PullNode): readonly CarriedSuccess[] {
  const { number, commits, timelineItems } = pull;
  const state = STATES[pull.state];
  if (state === undefined) {
    throw new ModeltrailError("NETWORK", `GitHub says of #${number} that it is ${pull.state}`, {
      hint: "Run the command again later.",
    });
  }
  const own = present(commits)
    .map(({ commit }) => commit)
    .filter(isSuccess);
  const left = present(timelineItems)
    .flatMap(({ beforeCommit }) => beforeCommit ?? [])
    .filter(isSuccess);
  // What lies below a head that was merged as it is came to the base with it; what a forced push left did not.
  const base = isMergedAsItIs(pull) ? pull.baseRefName : undefined;
  const told = new Map<string, string | undefined>(left.map(({ oid }) => [oid, undefined]));
  for (const { oid } of own) told.set(oid, base);
  return [...told].map(([commit, containedIn]) => ({ commit, number, state, containedIn }));
}

function present<T>({ nodes }: Nodes<T>): readonly T[] {
  return (nodes ?? []).filter((node): node is T & {} => node !== null);
}

const STATES: Readonly<Record<string, CarriedSuccess["state"]>> = {
  OPEN: "open",
  MERGED: "merged",
  CLOSED: "closed",
};

function isSuccess({ status }: CommitNode): boolean {
  return status?.context?.state === "SUCCESS";
}

/** By a merge commit, or by a push of its commits to the base; squashed or rebased it has become another. */
function isMergedAsItIs({ state, headRefOid: head, mergeCommit }: PullNode): boolean {
  if (state !== "MERGED" || mergeCommit === null) return false;
  return mergeCommit.oid === head || present(mergeCommit.parents).some(({ oid }) => oid === head);
}
