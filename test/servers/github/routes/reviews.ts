import { readChanges } from "../replies/commits.ts";
import { shownLines } from "../diff-lines.ts";
import { ApiError, checkBodyLength, notFound } from "../errors.ts";
import { pullReply } from "../replies/pulls.ts";
import { userReply } from "../replies/users.ts";
import { reviewCommentReply, reviewReply } from "../replies/discussion.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, text } from "../router.ts";
import type { PullRequest, Review, ReviewComment } from "../state.ts";
import { addEvent, now } from "../state.ts";
import { findPull } from "./pulls.ts";

function listReviews(call: Call): Reply {
  const pull = findPull(call);
  return listReply(call, pull.reviews, (review) => reviewReply({ ...call, pull }, review));
}

interface NewReview {
  readonly event?: "APPROVE" | "REQUEST_CHANGES" | "COMMENT";
  readonly body?: string;
  readonly commit_id?: string;
  readonly comments?: readonly NewComment[];
}

interface NewComment {
  readonly path: string;
  readonly body: string;
  readonly line?: number;
  readonly start_line?: number;
  readonly side?: string;
  readonly commit_id?: string;
}

const STATES = { APPROVE: "APPROVED", REQUEST_CHANGES: "CHANGES_REQUESTED", COMMENT: "COMMENTED" } as const;

function createReview(call: Call): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  const { event, body = "", commit_id = pull.head.sha, comments = [] } = call.body as NewReview;
  checkBodyLength("PullRequestReview", body);
  if (event !== undefined && event !== "COMMENT" && pull.author.login === viewer.login) {
    const what = event === "APPROVE" ? "approve" : "request changes on";
    throw new ApiError(422, "Unprocessable Entity", [`Can not ${what} your own pull request`]);
  }
  if (event === "REQUEST_CHANGES" && body === "")
    throw new ApiError(422, "Unprocessable Entity", ["Body can't be blank"]);
  if (!repository.git.between(pull.base.sha, pull.head.sha).includes(commit_id)) {
    throw new ApiError(422, "Unprocessable Entity", ["Commit oid is not part of the pull request"]);
  }
  const review: Review = {
    id: forge.takeId(),
    user: viewer,
    state: event === undefined ? "PENDING" : STATES[event],
    body,
    commit: commit_id,
    submittedAt: now(forge),
  };
  pull.reviews.push(review);
  pull.requested = pull.requested.filter((user) => user.login !== viewer.login);
  for (const comment of comments) addReviewComment(call, pull, { ...comment, commit_id }, review);
  pull.updatedAt = now(forge);
  return { body: reviewReply({ ...call, pull }, review) };
}

function findReview(call: Call, pull: PullRequest): Review {
  const review = pull.reviews.find((one) => one.id === Number(call.params["review_id"]));
  if (review === undefined) throw notFound();
  return review;
}

function getReview(call: Call): Reply {
  const pull = findPull(call);
  return { body: reviewReply({ ...call, pull }, findReview(call, pull)) };
}

function dismissReview(call: Call): Reply {
  const { forge, viewer } = call;
  const pull = findPull(call);
  const review = findReview(call, pull);
  if (review.state !== "APPROVED" && review.state !== "CHANGES_REQUESTED") {
    throw new ApiError(422, "Unprocessable Entity", [
      `Can not dismiss a ${review.state.toLowerCase()} pull request review`,
    ]);
  }
  const state = review.state.toLowerCase();
  review.state = "DISMISSED";
  const dismissed = { state, review_id: review.id, dismissal_message: text(call.body["message"]) };
  addEvent(forge, pull, { event: "review_dismissed", actor: viewer, extra: { dismissed_review: dismissed } });
  return { body: reviewReply({ ...call, pull }, review) };
}

function addReviewComment(call: Call, pull: PullRequest, given: NewComment, review: Review): ReviewComment {
  const { forge, viewer } = call;
  checkBodyLength("PullRequestReviewComment", given.body);
  const at = now(forge);
  const comment = {
    id: forge.takeId(),
    user: viewer,
    body: given.body,
    createdAt: at,
    updatedAt: at,
    path: given.path,
    line: given.line ?? null,
    startLine: given.start_line ?? null,
    side: given.side ?? "RIGHT",
    commit: given.commit_id ?? pull.head.sha,
    review: review.id,
  };
  pull.reviewComments.push(comment);
  return comment;
}

/** A comment on lines of a change; alone it makes a review of its own. */
function createReviewComment(call: Call): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  const given = call.body as unknown as NewComment;
  if (repository.git.entry(pull.head.sha, given.path) === undefined) {
    throw new ApiError(422, "Validation Failed", [
      { resource: "PullRequestReviewComment", code: "invalid", field: "pull_request_review_thread.path" },
    ]);
  }
  requireShown(call, pull, given);
  const review: Review = {
    id: forge.takeId(),
    user: viewer,
    state: "COMMENTED",
    body: "",
    commit: given.commit_id ?? pull.head.sha,
    submittedAt: now(forge),
  };
  const comment = addReviewComment(call, pull, given, review);
  pull.reviews.push(review);
  return { status: 201, body: reviewCommentReply({ ...call, pull }, comment) };
}

/** GitHub takes comments on lines that the change shows, and on no others. */
function requireShown({ repository }: Call, pull: PullRequest, given: NewComment): void {
  const from = repository.git.mergeBase(pull.base.sha, pull.head.sha) ?? pull.base.sha;
  const change = readChanges(repository, from, pull.head.sha).find(({ path }) => path === given.path);
  const shown = shownLines(change?.patch ?? "");
  const outside = [given.start_line, given.line].some((line) => typeof line === "number" && !shown.has(line));
  if (change !== undefined && !outside) return;
  throw new ApiError(422, "Validation Failed", [
    {
      resource: "PullRequestReviewComment",
      code: "custom",
      field: "pull_request_review_thread.line",
      message: "pull_request_review_thread.line must be part of the diff",
    },
  ]);
}

function listReviewComments(call: Call): Reply {
  const pull = findPull(call);
  return listReply(call, pull.reviewComments, (comment) => reviewCommentReply({ ...call, pull }, comment));
}

function listRequested(call: Call): Reply {
  const users = findPull(call).requested.map((user) => userReply(call.forge, user));
  return { body: { users, teams: [] } };
}

function changeRequested(call: Call, change: "add" | "remove"): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  for (const login of (call.body["reviewers"] ?? []) as readonly string[]) {
    const user = forge.users.get(login.toLowerCase());
    if (change === "add" && (user === undefined || user.login === pull.author.login)) {
      throw new ApiError(
        422,
        user === undefined
          ? "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the repository."
          : "Review cannot be requested from pull request author.",
      );
    }
    pull.requested = pull.requested.filter((one) => one.login !== user?.login);
    if (user === undefined) continue;
    if (change === "add") pull.requested.push(user);
    addEvent(forge, pull, {
      event: change === "add" ? "review_requested" : "review_request_removed",
      actor: viewer,
      extra: { review_requester: userReply(forge, viewer), requested_reviewer: userReply(forge, user) },
    });
  }
  return { status: change === "add" ? 201 : 200, body: pullReply(forge, repository, pull) };
}

const scopes = ["pull_requests"] as const;

export const reviewRoutes: Routes = {
  "pulls/list-reviews": { role: "read", scopes, handle: listReviews },
  "pulls/create-review": { role: "read", scopes, handle: createReview },
  "pulls/get-review": { role: "read", scopes, handle: getReview },
  "pulls/dismiss-review": { role: "write", scopes, handle: dismissReview },
  "pulls/list-review-comments": { role: "read", scopes, handle: listReviewComments },
  "pulls/create-review-comment": { role: "read", scopes, handle: createReviewComment },
  "pulls/list-requested-reviewers": { role: "read", scopes, handle: listRequested },
  "pulls/request-reviewers": { role: "triage", scopes, handle: (call) => changeRequested(call, "add") },
  "pulls/remove-requested-reviewers": {
    role: "triage",
    scopes,
    handle: (call) => changeRequested(call, "remove"),
  },
};
