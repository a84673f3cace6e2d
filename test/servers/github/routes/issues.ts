import { closePull } from "../closing.ts";
import { ApiError, checkBodyLength, invalid, notFound } from "../errors.ts";
import { commentReply, eventReply, issueReply, reviewReply } from "../replies/discussion.ts";
import { userReply } from "../replies/users.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, text } from "../router.ts";
import type { Comment, PullRequest } from "../state.ts";
import { hasRole, now } from "../state.ts";
import { setLabels } from "./labels.ts";
import { findPull, reopen } from "./pulls.ts";

function getIssue(call: Call): Reply {
  return { body: issueReply({ ...call, pull: findPull(call) }) };
}

function updateIssue(call: Call): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  if (pull.author.login !== viewer.login && !hasRole(repository, viewer, "triage")) {
    throw new ApiError(403, "Must have push access to repository");
  }
  const { title, body, state } = call.body as Partial<Record<"title" | "body" | "state", string>>;
  const labels = call.body["labels"] as readonly (string | { name: string })[] | undefined;
  checkBodyLength("Issue", body);
  if (title !== undefined) pull.title = title;
  if (body !== undefined) pull.body = body;
  if (labels !== undefined) {
    setLabels(
      call,
      pull,
      labels.map((one) => (typeof one === "string" ? one : one.name)),
    );
  }
  if (state === "closed" && pull.state === "open") closePull(forge, pull, viewer);
  if (state === "open" && pull.state === "closed") reopen(call, pull);
  pull.updatedAt = now(forge);
  return getIssue(call);
}

function listComments(call: Call): Reply {
  const pull = findPull(call);
  const since = text(call.params["since"]);
  const comments = pull.comments.filter((one) => since === "" || one.updatedAt >= since);
  return listReply(call, comments, (one) => commentReply({ ...call, pull }, one));
}

function checkComment(body: string): void {
  checkBodyLength("IssueComment", body);
  if (body.trim() === "") throw invalid({ resource: "IssueComment", field: "body", code: "missing_field" });
}

function createComment(call: Call): Reply {
  const pull = findPull(call);
  const comment = addComment(call, pull, text(call.body["body"]));
  return { status: 201, body: commentReply({ ...call, pull }, comment) };
}

export function addComment(
  { forge, viewer }: Pick<Call, "forge" | "viewer">,
  pull: PullRequest,
  body: string,
): Comment {
  checkComment(body);
  const at = now(forge);
  const comment: Comment = { id: forge.takeId(), user: viewer, body, createdAt: at, updatedAt: at };
  pull.comments.push(comment);
  pull.updatedAt = at;
  return comment;
}

function findComment({ repository, params }: Call): { pull: PullRequest; comment: Comment } {
  for (const pull of repository.pulls.values()) {
    const comment = pull.comments.find((one) => one.id === Number(params["comment_id"]));
    if (comment !== undefined) return { pull, comment };
  }
  throw notFound();
}

function checkCommenter({ repository, viewer }: Call, comment: Comment): void {
  if (comment.user.login === viewer.login || hasRole(repository, viewer, "write")) return;
  throw new ApiError(403, "Must have push access to repository");
}

function getComment(call: Call): Reply {
  const { pull, comment } = findComment(call);
  return { body: commentReply({ ...call, pull }, comment) };
}

function updateComment(call: Call): Reply {
  const { pull, comment } = findComment(call);
  checkCommenter(call, comment);
  const body = text(call.body["body"]);
  checkComment(body);
  comment.body = body;
  comment.updatedAt = now(call.forge);
  return { body: commentReply({ ...call, pull }, comment) };
}

function deleteComment(call: Call): Reply {
  const { pull, comment } = findComment(call);
  checkCommenter(call, comment);
  pull.comments = pull.comments.filter((one) => one !== comment);
  return { status: 204 };
}

function listEvents(call: Call): Reply {
  const pull = findPull(call);
  return listReply(call, pull.events, (event) => eventReply(call, event));
}

/** Events, comments and reviews together, by time. */
function listTimeline(call: Call): Reply {
  const { forge } = call;
  const pull = findPull(call);
  const place = { ...call, pull };
  const rows = [
    ...pull.events.map((one) => ({ id: one.id, at: one.createdAt, reply: () => eventReply(call, one) })),
    ...pull.comments.map((one) => ({
      id: one.id,
      at: one.createdAt,
      reply: () => ({ event: "commented", actor: userReply(forge, one.user), ...commentReply(place, one) }),
    })),
    ...pull.reviews.map((one) => ({
      id: one.id,
      at: one.submittedAt,
      reply: () => ({
        event: "reviewed",
        ...reviewReply(place, one),
        state: one.state.toLowerCase(),
      }),
    })),
  ];
  rows.sort((a, b) => a.at.localeCompare(b.at) || a.id - b.id);
  return listReply(call, rows, (row) => row.reply());
}

const scopes = ["issues", "pull_requests"] as const;

export const issueRoutes: Routes = {
  "issues/get": { role: "read", scopes, handle: getIssue },
  "issues/update": { role: "read", scopes, handle: updateIssue },
  "issues/list-comments": { role: "read", scopes, handle: listComments },
  "issues/create-comment": { role: "read", scopes, handle: createComment },
  "issues/get-comment": { role: "read", scopes, handle: getComment },
  "issues/update-comment": { role: "read", scopes, handle: updateComment },
  "issues/delete-comment": { role: "read", scopes, handle: deleteComment },
  "issues/list-events": { role: "read", scopes, handle: listEvents },
  "issues/list-events-for-timeline": { role: "read", scopes, handle: listTimeline },
};
