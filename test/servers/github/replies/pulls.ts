import { readMergeable } from "../merging.ts";
import { checkState, findBlocks } from "../protection.ts";
import type { Forge, Label, PullRequest, Repository } from "../state.ts";
import { readChanges } from "./commits.ts";
import { apiUrl, htmlUrl, repositoryReply } from "./repositories.ts";
import { associationOf, userReply } from "./users.ts";

export function labelReply(forge: Forge, repository: Repository, label: Label): object {
  return {
    id: label.id,
    node_id: `LA_${label.id}`,
    url: `${apiUrl(forge, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    description: label.description,
    color: label.color,
    default: false,
  };
}

export function labelsOf(repository: Repository, pull: PullRequest): readonly Label[] {
  return pull.labels.flatMap((name) => repository.labels.get(name.toLowerCase()) ?? []);
}

function branchReply(forge: Forge, repository: Repository, { ref, sha }: PullRequest["head"]): object {
  return {
    label: `${repository.owner.login}:${ref}`,
    ref,
    sha,
    user: userReply(forge, repository.owner),
    repo: repositoryReply(forge, repository),
  };
}

/** Of a fork that is gone there is nothing but its owner, for whom the author stands here. */
function headReply(forge: Forge, repository: Repository, { head, fork, author }: PullRequest): object {
  if (fork !== null) return branchReply(forge, fork ?? repository, head);
  return { ...head, label: `${author.login}:${head.ref}`, user: userReply(forge, author), repo: null };
}

/** What a merge made of it; of one that is not merged, the merge that GitHub tried. */
function mergeCommitOf(pull: PullRequest): string | null {
  return pull.merged?.sha ?? pull.testMerge;
}

/** As lists have it. */
export function pullReply(forge: Forge, repository: Repository, pull: PullRequest): object {
  const api = apiUrl(forge, repository);
  const html = `${htmlUrl(forge, repository)}/pull/${pull.number}`;
  const links = {
    self: `${api}/pulls/${pull.number}`,
    html,
    issue: `${api}/issues/${pull.number}`,
    comments: `${api}/issues/${pull.number}/comments`,
    review_comments: `${api}/pulls/${pull.number}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${api}/pulls/${pull.number}/commits`,
    statuses: `${api}/statuses/${pull.head.sha}`,
  };
  return {
    url: links.self,
    id: pull.id,
    node_id: `PR_${pull.id}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userReply(forge, pull.author),
    body: pull.body,
    labels: labelsOf(repository, pull).map((label) => labelReply(forge, repository, label)),
    milestone: null,
    active_lock_reason: null,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closed?.at ?? null,
    merged_at: pull.merged?.at ?? null,
    merge_commit_sha: mergeCommitOf(pull),
    assignee: null,
    assignees: [],
    requested_reviewers: pull.requested.map((user) => userReply(forge, user)),
    requested_teams: [],
    head: headReply(forge, repository, pull),
    base: branchReply(forge, repository, pull.base),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: associationOf(repository, pull.author),
    auto_merge: autoMergeReply(forge, pull),
    draft: pull.draft,
  };
}

function autoMergeReply(forge: Forge, pull: PullRequest): object | null {
  if (pull.autoMerge === null) return null;
  const { by, method, title, message } = pull.autoMerge;
  return {
    enabled_by: userReply(forge, by),
    merge_method: method,
    commit_title: title ?? pull.title,
    commit_message: message ?? "",
  };
}

/** As it is alone. */
export function fullPullReply(forge: Forge, repository: Repository, pull: PullRequest): object {
  const mergeable = readMergeable(repository, pull);
  const { git } = repository;
  const from = git.mergeBase(pull.base.sha, pull.head.sha);
  const changes = from === undefined ? [] : readChanges(repository, from, pull.head.sha);
  const add = (key: "additions" | "deletions"): number => changes.reduce((sum, one) => sum + one[key], 0);
  return {
    ...pullReply(forge, repository, pull),
    merged: pull.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: mergeableState(repository, pull, mergeable),
    merged_by: pull.merged === null ? null : userReply(forge, pull.merged.by),
    comments: pull.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: false,
    commits: git.between(pull.base.sha, pull.head.sha).length,
    additions: add("additions"),
    deletions: add("deletions"),
    changed_files: changes.length,
  };
}

function mergeableState(repository: Repository, pull: PullRequest, mergeable: boolean | null): string {
  if (mergeable === null) return "unknown";
  if (!mergeable) return "dirty";
  if (pull.draft) return "draft";
  const blocks = findBlocks(repository, pull);
  if (blocks.some((block) => block.includes("not up to date"))) return "behind";
  if (blocks.length > 0) return "blocked";
  const contexts = repository.statuses.filter((one) => one.sha === pull.head.sha).map((one) => one.context);
  const unstable = contexts.some((name) => checkState(repository, pull.head.sha, name) !== "success");
  return unstable ? "unstable" : "clean";
}
