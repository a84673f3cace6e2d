import { readMergeable } from "../merging.ts";
import { countedReviews, findBlocks, opinionatedReviews, reviewDecision } from "../protection.ts";
import { readChanges } from "../replies/commits.ts";
import { labelsOf } from "../replies/pulls.ts";
import { htmlUrl } from "../replies/repositories.ts";
import { associationOf } from "../replies/users.ts";
import type { Comment, IssueEvent, PullRequest, Review } from "../state.ts";
import { type PageArguments, connect } from "./connection.ts";
import { failure } from "./failure.ts";
import { rollupNode } from "./rollup.ts";
import { type Home, commitNode, refNode, userNode } from "./objects.ts";

export function pullNode(home: Home, pull: PullRequest): object {
  const { forge, repository } = home;
  return {
    __typename: "PullRequest",
    id: `PR_${pull.id}`,
    databaseId: pull.id,
    number: pull.number,
    title: pull.title,
    body: pull.body ?? "",
    url: `${htmlUrl(forge, repository)}/pull/${pull.number}`,
    state: pull.merged !== null ? "MERGED" : pull.state.toUpperCase(),
    closed: pull.state === "closed",
    merged: pull.merged !== null,
    isDraft: pull.draft,
    isCrossRepository: pull.fork !== undefined,
    locked: false,
    createdAt: pull.createdAt,
    updatedAt: pull.updatedAt,
    closedAt: pull.closed?.at ?? null,
    mergedAt: pull.merged?.at ?? null,
    author: userNode(forge, pull.author),
    authorAssociation: associationOf(repository, pull.author),
    mergedBy: pull.merged === null ? null : userNode(forge, pull.merged.by),
    mergeCommit: () => (pull.merged === null ? null : commitNode(home, pull.merged.sha)),
    viewerDidAuthor: pull.author.login === home.viewer.login,
    ...branches(home, pull),
    ...mergeability(home, pull),
    ...discussion(home, pull),
    ...reviewing(home, pull),
    ...changes(home, pull),
  };
}

function branches(home: Home, pull: PullRequest): object {
  const node = (ref: string): object | null => {
    const oid = home.repository.branches.get(ref);
    return oid === undefined ? null : refNode(home, `refs/heads/${ref}`, oid);
  };
  return {
    headRefName: pull.head.ref,
    headRefOid: pull.head.sha,
    headRef: () => node(pull.head.ref),
    baseRefName: pull.base.ref,
    baseRefOid: pull.base.sha,
    baseRef: () => node(pull.base.ref),
  };
}

function mergeability({ forge, repository, viewer }: Home, pull: PullRequest): object {
  const armed = pull.autoMerge;
  return {
    mergeable: () => {
      const answer = readMergeable(repository, pull);
      if (answer === null) return "UNKNOWN";
      return answer ? "MERGEABLE" : "CONFLICTING";
    },
    mergeStateStatus: () => {
      const answer = readMergeable(repository, pull);
      if (answer === null) return "UNKNOWN";
      if (!answer) return "DIRTY";
      if (pull.draft) return "DRAFT";
      return findBlocks(repository, pull).length > 0 ? "BLOCKED" : "CLEAN";
    },
    statusCheckRollup: () => rollupNode(repository, pull.head.sha),
    reviewDecision: () => reviewDecision(repository, pull),
    viewerCanEnableAutoMerge: () =>
      repository.settings.allow_auto_merge && findBlocks(repository, pull, viewer).length > 0,
    autoMergeRequest:
      armed === null
        ? null
        : {
            enabledAt: pull.updatedAt,
            enabledBy: userNode(forge, armed.by),
            mergeMethod: armed.method.toUpperCase(),
            commitHeadline: armed.title ?? null,
            commitBody: armed.message ?? null,
          },
  };
}

function discussion(home: Home, pull: PullRequest): object {
  const { forge, repository } = home;
  return {
    comments: (asked: PageArguments) =>
      connect("comments", pull.comments, asked, (one) => commentNode(home, one)),
    labels: (asked: PageArguments) =>
      connect("labels", labelsOf(repository, pull), asked, ({ id, name, color, description }) => ({
        id: `LA_${id}`,
        name,
        color,
        description,
      })),
    timelineItems: (asked: PageArguments & { itemTypes?: readonly string[] | null }) => {
      const events = pull.events.filter(
        (one) =>
          TIMELINE_TYPES[one.event] !== undefined && (asked.itemTypes?.includes(toItemType(one)) ?? true),
      );
      return connect("timelineItems", events, asked, (one) => ({
        __typename: TIMELINE_TYPES[one.event],
        id: `E_${one.id}`,
        actor: userNode(forge, one.actor),
        createdAt: one.createdAt,
        ...pushedCommits(home, one),
      }));
    },
  };
}

function pushedCommits(home: Home, { commit, before }: IssueEvent): object {
  return {
    beforeCommit: () => (before === undefined ? null : commitNode(home, before)),
    afterCommit: () => (commit === null ? null : commitNode(home, commit)),
  };
}

const TIMELINE_TYPES: Readonly<Record<string, string>> = {
  closed: "ClosedEvent",
  reopened: "ReopenedEvent",
  merged: "MergedEvent",
  head_ref_deleted: "HeadRefDeletedEvent",
  head_ref_force_pushed: "HeadRefForcePushedEvent",
};

function toItemType({ event }: IssueEvent): string {
  return `${event.toUpperCase()}_EVENT`;
}

export function commentNode({ forge, repository }: Home, comment: Comment): object {
  return {
    __typename: "IssueComment",
    id: `IC_${comment.id}`,
    databaseId: comment.id,
    author: userNode(forge, comment.user),
    authorAssociation: associationOf(repository, comment.user),
    body: comment.body,
    createdAt: comment.createdAt,
    updatedAt: comment.updatedAt,
  };
}

function reviewing(home: Home, pull: PullRequest): object {
  const { forge, repository } = home;
  const render = (review: Review): object => reviewNode(home, review);
  return {
    reviews: (asked: PageArguments & { states?: readonly string[] | null; author?: string | null }) => {
      const chosen = pull.reviews.filter(
        (one) =>
          (asked.states?.includes(one.state) ?? true) && (!asked.author || one.user.login === asked.author),
      );
      return connect("reviews", chosen, asked, render);
    },
    latestOpinionatedReviews: (asked: PageArguments & { writersOnly?: boolean | null }) => {
      const chosen = asked.writersOnly === true ? countedReviews(repository, pull) : opinionatedReviews(pull);
      return connect("latestOpinionatedReviews", chosen, asked, render);
    },
    reviewRequests: (asked: PageArguments) =>
      connect("reviewRequests", pull.requested, asked, (user) => ({
        id: `RR_${user.id}`,
        requestedReviewer: userNode(forge, user),
      })),
  };
}

function reviewNode(home: Home, review: Review): object {
  const { forge, repository } = home;
  return {
    __typename: "PullRequestReview",
    id: `PRR_${review.id}`,
    databaseId: review.id,
    author: userNode(forge, review.user),
    authorAssociation: associationOf(repository, review.user),
    body: review.body,
    state: review.state,
    submittedAt: review.submittedAt,
    commit: () => commitNode(home, review.commit),
  };
}

const CHANGE_TYPES = {
  added: "ADDED",
  removed: "DELETED",
  modified: "MODIFIED",
  renamed: "RENAMED",
  changed: "CHANGED",
} as const;

function changes(home: Home, pull: PullRequest): object {
  const { git } = home.repository;
  const from = git.mergeBase(pull.base.sha, pull.head.sha);
  const read = (): ReturnType<typeof readChanges> =>
    from === undefined ? [] : readChanges(home.repository, from, pull.head.sha);
  return {
    changedFiles: () => read().length,
    additions: () => read().reduce((sum, one) => sum + one.additions, 0),
    deletions: () => read().reduce((sum, one) => sum + one.deletions, 0),
    files: (asked: PageArguments) =>
      connect("files", read(), asked, ({ path, additions, deletions, status }) => ({
        path,
        additions,
        deletions,
        changeType: CHANGE_TYPES[status],
      })),
    commits: (asked: PageArguments) =>
      connect("commits", git.between(pull.base.sha, pull.head.sha), asked, (oid) => ({
        id: `PRC_${oid}`,
        commit: commitNode(home, oid),
      })),
  };
}

export interface PullQuery extends PageArguments {
  readonly states?: readonly string[] | null;
  readonly headRefName?: string | null;
  readonly baseRefName?: string | null;
  readonly labels?: readonly string[] | null;
  readonly orderBy?: { readonly field: string; readonly direction: string } | null;
}

/** By number, oldest first, unless another order is asked for. */
export function listPullNodes(home: Home, asked: PullQuery): object {
  const chosen = [...home.repository.pulls.values()].filter((pull) => {
    const state = pull.merged !== null ? "MERGED" : pull.state.toUpperCase();
    return (
      (asked.states?.includes(state) ?? true) &&
      (!asked.headRefName || pull.head.ref === asked.headRefName) &&
      (!asked.baseRefName || pull.base.ref === asked.baseRefName) &&
      (asked.labels?.some((label) => pull.labels.includes(label)) ?? true)
    );
  });
  if (asked.orderBy?.field === "UPDATED_AT") chosen.sort((a, b) => a.updatedAt.localeCompare(b.updatedAt));
  if (asked.orderBy?.direction === "DESC") chosen.reverse();
  return connect("pullRequests", chosen, asked, (pull) => pullNode(home, pull));
}

export function findPullNode(home: Home, number: number): object {
  const pull = home.repository.pulls.get(number);
  if (pull === undefined) {
    throw failure("NOT_FOUND", `Could not resolve to a PullRequest with the number of ${number}.`);
  }
  return pullNode(home, pull);
}
