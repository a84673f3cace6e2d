import { closePull } from "../closing.ts";
import { ApiError, checkBodyLength, invalid, notFound, refused } from "../errors.ts";
import { mergePull } from "../merging.ts";
import { commitReply, fileReply, readChanges } from "../replies/commits.ts";
import { fullPullReply, pullReply } from "../replies/pulls.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply } from "../router.ts";
import type { MergeMethod, PullRequest } from "../state.ts";
import { addEvent, hasRole, now } from "../state.ts";

export function findPull({ repository, params }: Pick<Call, "repository" | "params">): PullRequest {
  const pull = repository.pulls.get(Number(params["pull_number"] ?? params["issue_number"]));
  if (pull === undefined) throw notFound();
  return pull;
}

function listPulls(call: Call): Reply {
  const { forge, repository } = call;
  const { state, head, base, sort, direction } = call.params as Record<string, string | undefined>;
  const owner = `${repository.owner.login}:`;
  const chosen = [...repository.pulls.values()].filter(
    (pull) =>
      (state === "all" || pull.state === (state ?? "open")) &&
      // Anything but owner:branch narrows nothing.
      (head === undefined || !head.includes(":") || head === `${owner}${pull.head.ref}`) &&
      (base === undefined || pull.base.ref === base),
  );
  const key = (pull: PullRequest): string => (sort === "updated" ? pull.updatedAt : pull.createdAt);
  const down = (direction ?? (sort === undefined || sort === "created" ? "desc" : "asc")) === "desc";
  chosen.sort((a, b) => key(a).localeCompare(key(b)) || a.number - b.number);
  if (down) chosen.reverse();
  return listReply(call, chosen, (pull) => pullReply(forge, repository, pull));
}

interface NewPull {
  readonly title?: string;
  readonly head: string;
  readonly base: string;
  readonly body?: string | null;
  readonly draft?: boolean;
}

function createPull(call: Call): Reply {
  const { forge, repository } = call;
  const { title, head, base, body, draft } = call.body as unknown as NewPull;
  if (title === undefined || title.trim() === "") {
    throw invalid({ resource: "PullRequest", field: "title", code: "missing_field" });
  }
  if (title.length > 256) throw refused("PullRequest", "title is too long (maximum is 256 characters)");
  checkBodyLength("PullRequest", body);
  const [owner, ref = head] = head.includes(":") ? head.split(":") : [repository.owner.login, head];
  const headSha = owner === repository.owner.login ? repository.branches.get(ref) : undefined;
  const baseSha = repository.branches.get(base);
  if (baseSha === undefined) throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
  if (headSha === undefined) throw invalid({ resource: "PullRequest", field: "head", code: "invalid" });
  const open = [...repository.pulls.values()].filter((pull) => pull.state === "open");
  if (open.some((pull) => pull.head.ref === ref && pull.base.ref === base)) {
    throw refused("PullRequest", `A pull request already exists for ${owner ?? ""}:${ref}.`);
  }
  if (repository.git.isAncestor(headSha, baseSha)) {
    throw refused("PullRequest", `No commits between ${base} and ${ref}`);
  }
  const pull = makePull(call, {
    title,
    body: body ?? null,
    draft: draft === true,
    head: { ref, sha: headSha },
    base: { ref: base, sha: baseSha },
  });
  repository.pulls.set(pull.number, pull);
  repository.git.run(["update-ref", `refs/pull/${pull.number}/head`, headSha]);
  return { status: 201, body: fullPullReply(forge, repository, pull) };
}

function makePull(
  { forge, repository, viewer }: Call,
  given: Pick<PullRequest, "title" | "body" | "draft" | "head" | "base">,
): PullRequest {
  const at = now(forge);
  return {
    ...given,
    id: forge.takeId(),
    number: repository.pulls.size + 1,
    author: viewer,
    state: "open",
    createdAt: at,
    updatedAt: at,
    closed: null,
    merged: null,
    labels: [],
    autoMerge: null,
    requested: [],
    reviews: [],
    reviewComments: [],
    comments: [],
    events: [],
    testMerge: null,
    unknownReads: forge.unknownReads,
  };
}

function getPull(call: Call): Reply {
  return { body: fullPullReply(call.forge, call.repository, findPull(call)) };
}

function checkEditor({ repository, viewer }: Call, pull: PullRequest): void {
  if (pull.author.login === viewer.login || hasRole(repository, viewer, "write")) return;
  throw new ApiError(403, "Must have push access to repository");
}

function updatePull(call: Call): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  checkEditor(call, pull);
  const { title, body, state, base } = call.body as Partial<
    Record<"title" | "body" | "state" | "base", string>
  >;
  checkBodyLength("PullRequest", body);
  if (title?.trim() === "") throw invalid({ resource: "PullRequest", field: "title", code: "missing_field" });
  if (base !== undefined) retarget(call, pull, base);
  if (title !== undefined) pull.title = title;
  if (body !== undefined) pull.body = body;
  pull.updatedAt = now(forge);
  if (state === "closed" && pull.state === "open") closePull(forge, pull, viewer);
  if (state === "open" && pull.state === "closed") reopen(call, pull);
  return { body: fullPullReply(forge, repository, pull) };
}

function retarget({ repository }: Call, pull: PullRequest, base: string): void {
  const sha = repository.branches.get(base);
  if (sha === undefined) throw invalid({ resource: "PullRequest", field: "base", code: "invalid" });
  pull.base.ref = base;
  pull.base.sha = sha;
}

export function reopen(
  { forge, repository, viewer }: Pick<Call, "forge" | "repository" | "viewer">,
  pull: PullRequest,
): void {
  const head = repository.branches.get(pull.head.ref);
  const rivals = [...repository.pulls.values()].filter(
    (one) =>
      one !== pull &&
      one.state === "open" &&
      one.head.ref === pull.head.ref &&
      one.base.ref === pull.base.ref,
  );
  if (pull.merged !== null)
    throw refused("PullRequest", "state cannot be changed. The pull request was merged.");
  if (rivals.length > 0) {
    throw refused(
      "PullRequest",
      `A pull request already exists for ${repository.owner.login}:${pull.head.ref}.`,
    );
  }
  if (head === undefined) {
    throw refused("PullRequest", `state cannot be changed. The ${pull.head.ref} branch has been deleted.`);
  }
  if (head !== pull.head.sha && !repository.git.isAncestor(pull.head.sha, head)) {
    throw refused(
      "PullRequest",
      `state cannot be changed. The ${pull.head.ref} branch was force-pushed or recreated.`,
    );
  }
  pull.state = "open";
  pull.closed = null;
  addEvent(forge, pull, { event: "reopened", actor: viewer });
}

function merge(call: Call): Reply {
  const { forge, repository, viewer } = call;
  const pull = findPull(call);
  const { sha, merge_method, commit_title, commit_message } = call.body as Record<string, string | undefined>;
  if (sha !== undefined && sha !== pull.head.sha) {
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  }
  const merged = mergePull(forge, repository, pull, {
    method: (merge_method as MergeMethod | undefined) ?? "merge",
    by: viewer,
    title: commit_title,
    message: commit_message,
  });
  return { body: { sha: merged, merged: true, message: "Pull Request successfully merged" } };
}

function checkMerged(call: Call): Reply {
  if (findPull(call).merged === null) throw notFound();
  return { status: 204 };
}

function listFiles(call: Call): Reply {
  const { forge, repository } = call;
  const pull = findPull(call);
  const from = repository.git.mergeBase(pull.base.sha, pull.head.sha);
  // GitHub shows 3,000 files at most.
  const changes = from === undefined ? [] : readChanges(repository, from, pull.head.sha).slice(0, 3000);
  return listReply(call, changes, (one) => fileReply(forge, repository, one, pull.head.sha));
}

function listCommits(call: Call): Reply {
  const { forge, repository } = call;
  const pull = findPull(call);
  const commits = repository.git.between(pull.base.sha, pull.head.sha).slice(0, 250);
  return listReply(call, commits, (sha) => commitReply(forge, repository, sha));
}

const scopes = ["pull_requests"] as const;

export const pullRoutes: Routes = {
  "pulls/list": { role: "read", scopes, handle: listPulls },
  "pulls/create": { role: "write", scopes, handle: createPull },
  "pulls/get": { role: "read", scopes, handle: getPull },
  "pulls/update": { role: "read", scopes, handle: updatePull },
  "pulls/merge": { role: "write", scopes: ["contents"], handle: merge },
  "pulls/check-if-merged": { role: "read", scopes, handle: checkMerged },
  "pulls/list-files": { role: "read", scopes, handle: listFiles },
  "pulls/list-commits": { role: "read", scopes, handle: listCommits },
};
