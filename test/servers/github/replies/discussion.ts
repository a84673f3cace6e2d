import type { Comment, Forge, IssueEvent, PullRequest, Repository, Review, ReviewComment } from "../state.ts";
import { labelReply, labelsOf } from "./pulls.ts";
import { apiUrl, htmlUrl } from "./repositories.ts";
import { associationOf, userReply } from "./users.ts";

/** A pull request and where it is. */
export interface Place {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly pull: PullRequest;
}

function addressesOf({ forge, repository, pull }: Place): { api: string; html: string } {
  return { api: apiUrl(forge, repository), html: `${htmlUrl(forge, repository)}/pull/${pull.number}` };
}

export function commentReply(place: Place, comment: Comment): object {
  const { forge, repository, pull } = place;
  const { api, html } = addressesOf(place);
  return {
    id: comment.id,
    node_id: `IC_${comment.id}`,
    url: `${api}/issues/comments/${comment.id}`,
    html_url: `${html}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${pull.number}`,
    user: userReply(forge, comment.user),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: associationOf(repository, comment.user),
    body: comment.body,
    performed_via_github_app: null,
  };
}

export function reviewReply(place: Place, review: Review): object {
  const { forge, repository, pull } = place;
  const { api, html } = addressesOf(place);
  const address = `${html}#pullrequestreview-${review.id}`;
  const own = `${api}/pulls/${pull.number}`;
  return {
    id: review.id,
    node_id: `PRR_${review.id}`,
    user: userReply(forge, review.user),
    body: review.body,
    state: review.state,
    html_url: address,
    pull_request_url: own,
    _links: { html: { href: address }, pull_request: { href: own } },
    author_association: associationOf(repository, review.user),
    commit_id: review.commit,
    ...(review.state !== "PENDING" && { submitted_at: review.submittedAt }),
  };
}

export function reviewCommentReply(place: Place, comment: ReviewComment): object {
  const { forge, repository, pull } = place;
  const { api, html } = addressesOf(place);
  const self = `${api}/pulls/comments/${comment.id}`;
  const address = `${html}#discussion_r${comment.id}`;
  const own = `${api}/pulls/${pull.number}`;
  const lines = comment.line === null ? {} : { line: comment.line, original_line: comment.line };
  return {
    url: self,
    id: comment.id,
    node_id: `PRRC_${comment.id}`,
    pull_request_review_id: comment.review,
    diff_hunk: "@@ -1 +1 @@",
    path: comment.path,
    commit_id: comment.commit,
    original_commit_id: comment.commit,
    user: userReply(forge, comment.user),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: address,
    pull_request_url: own,
    author_association: associationOf(repository, comment.user),
    _links: { self: { href: self }, html: { href: address }, pull_request: { href: own } },
    ...lines,
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : "RIGHT",
    side: comment.side,
    subject_type: comment.line === null ? "file" : "line",
  };
}

export function eventReply(
  { forge, repository }: Pick<Place, "forge" | "repository">,
  event: IssueEvent,
): object {
  const api = apiUrl(forge, repository);
  return {
    id: event.id,
    node_id: `E_${event.id}`,
    url: `${api}/issues/events/${event.id}`,
    actor: userReply(forge, event.actor),
    event: event.event,
    commit_id: event.commit,
    commit_url: event.commit === null ? null : `${api}/commits/${event.commit}`,
    created_at: event.createdAt,
    performed_via_github_app: null,
    ...event.extra,
  };
}

/** A pull request as the issue that it is, too. */
export function issueReply(place: Place): object {
  const { forge, repository, pull } = place;
  const { api, html } = addressesOf(place);
  const url = `${api}/issues/${pull.number}`;
  return {
    id: pull.id,
    node_id: `PR_${pull.id}`,
    url,
    repository_url: api,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: html,
    number: pull.number,
    title: pull.title,
    user: userReply(forge, pull.author),
    labels: labelsOf(repository, pull).map((label) => labelReply(forge, repository, label)),
    state: pull.state,
    state_reason: null,
    locked: false,
    active_lock_reason: null,
    assignee: null,
    assignees: [],
    milestone: null,
    comments: pull.comments.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closed?.at ?? null,
    closed_by: pull.closed === null ? null : userReply(forge, pull.closed.by),
    author_association: associationOf(repository, pull.author),
    draft: pull.draft,
    body: pull.body,
    pull_request: {
      url: `${api}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.merged?.at ?? null,
    },
  };
}
