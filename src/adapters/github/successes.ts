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
  readonly headRefOid: string;
  readonly mergeCommit: {
    readonly oid: string;
    readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
  } | null;
  readonly commits: { readonly nodes: readonly { readonly commit: CommitNode }[] };
  readonly timelineItems: { readonly nodes: readonly { readonly beforeCommit?: CommitNode | null }[] };
}

const PARTS = `fragment Said on Commit { oid status { context(name: $name) { state } } }
fragment Carrier on PullRequest {
  number state headRefOid
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
    readonly pullRequests?: { readonly nodes: readonly PullNode[] };
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
  const { pullRequest, pullRequests } = reply.repository ?? {};
  const pulls =
    pullRequests?.nodes ?? (pullRequest === undefined || pullRequest === null ? [] : [pullRequest]);
  return pulls.flatMap(successesOf);
}

function successesOf(pull: PullNode): readonly CarriedSuccess[] {
  const { number, commits, timelineItems } = pull;
  const state = STATES[pull.state];
  if (state === undefined) {
    throw new ModeltrailError("NETWORK", `GitHub says of #${number} that it is ${pull.state}`, {
      hint: "Run the command again later.",
    });
  }
  const own = commits.nodes.map(({ commit }) => commit).filter(isSuccess);
  const left = timelineItems.nodes.flatMap(({ beforeCommit }) => beforeCommit ?? []).filter(isSuccess);
  // What lies below a head that was merged as it is came to the base with it; what a forced push left did not.
  const isContained = isMergedAsItIs(pull);
  const told = new Map(left.map(({ oid }) => [oid, false]));
  for (const { oid } of own) told.set(oid, isContained);
  return [...told].map(([commit, isIn]) => ({ commit, number, state, isContained: isIn }));
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
  return mergeCommit.oid === head || mergeCommit.parents.nodes.some(({ oid }) => oid === head);
}
