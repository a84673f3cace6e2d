import { ApiError, notFound, unprocessable } from "../errors.ts";
import { commitReply, fileReply, readChanges } from "../replies/commits.ts";
import { pullReply } from "../replies/pulls.ts";
import { apiUrl, htmlUrl } from "../replies/repositories.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, pageOf, text } from "../router.ts";
import type { PullRequest } from "../state.ts";

function listCommits(call: Call): Reply {
  const { forge, repository, params } = call;
  const start = repository.git.resolve(text(params["sha"] ?? repository.defaultBranch));
  if (start === undefined) throw notFound();
  const args = [
    ...(params["since"] === undefined ? [] : [`--since=${text(params["since"])}`]),
    ...(params["until"] === undefined ? [] : [`--until=${text(params["until"])}`]),
    start,
    "--",
    ...(params["path"] === undefined ? [] : [`:(literal)${text(params["path"])}`]),
  ];
  return listReply(call, repository.git.list(args), (sha) => commitReply(forge, repository, sha));
}

/** Git's name of a tree without entries. */
const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

function getCommit(call: Call): Reply {
  const { forge, repository, params } = call;
  const sha = repository.git.resolve(text(params["ref"]));
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${text(params["ref"])}`);
  const [parent] = repository.git.commit(sha).parents;
  const changes = readChanges(repository, parent ?? EMPTY_TREE, sha);
  const page = pageOf(call, changes, 300);
  const additions = changes.reduce((sum, one) => sum + one.additions, 0);
  const deletions = changes.reduce((sum, one) => sum + one.deletions, 0);
  return {
    body: {
      ...commitReply(forge, repository, sha),
      stats: { additions, deletions, total: additions + deletions },
      files: page.items.map((one) => fileReply(forge, repository, one, sha)),
    },
    headers: page.headers,
  };
}

function compare(call: Call): Reply {
  const { forge, repository, params } = call;
  const { git } = repository;
  const [from = "", to = ""] = text(params["basehead"]).split("...");
  const base = git.resolve(withoutOwner(from));
  const head = git.resolve(withoutOwner(to));
  if (base === undefined || head === undefined) throw notFound();
  const common = git.mergeBase(base, head);
  if (common === undefined) throw new ApiError(404, `No common ancestor between ${from} and ${to}.`);
  const ahead = git.between(base, head);
  const behind = git.between(head, base).length;
  const status = ahead.length > 0 ? (behind > 0 ? "diverged" : "ahead") : behind > 0 ? "behind" : "identical";
  const url = `${apiUrl(forge, repository)}/compare/${encodeURIComponent(from)}...${encodeURIComponent(to)}`;
  const html = `${htmlUrl(forge, repository)}/compare/${encodeURIComponent(from)}...${encodeURIComponent(to)}`;
  const page = pageOf(call, ahead, 250);
  // Files stand on the first page alone, 300 at most.
  const first = Number(params["page"] ?? 1) === 1;
  return {
    body: {
      url,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitReply(forge, repository, base),
      merge_base_commit: commitReply(forge, repository, common),
      status,
      ahead_by: ahead.length,
      behind_by: behind,
      total_commits: ahead.length,
      commits: page.items.map((sha) => commitReply(forge, repository, sha)),
      ...(first && {
        files: readChanges(repository, common, head)
          .slice(0, 300)
          .map((one) => fileReply(forge, repository, one, head)),
      }),
    },
    headers: page.headers,
  };
}

function withoutOwner(side: string): string {
  return side.slice(side.indexOf(":") + 1);
}

/** Merged ones that brought it, else the open ones that hold it. */
function listPulls(call: Call): Reply {
  const { forge, repository, params } = call;
  const sha = repository.git.resolve(text(params["commit_sha"]));
  if (sha === undefined) throw unprocessable(`No commit found for SHA: ${text(params["commit_sha"])}`);
  const holds = (pull: PullRequest): boolean =>
    pull.merged?.sha === sha || repository.git.between(pull.base.sha, pull.head.sha).includes(sha);
  const pulls = [...repository.pulls.values()].filter(holds);
  return listReply(call, pulls, (pull) => pullReply(forge, repository, pull));
}

const reads = { role: "read", scopes: ["contents"] } as const;

export const commitRoutes: Routes = {
  "repos/list-commits": { ...reads, handle: listCommits },
  "repos/get-commit": { ...reads, handle: getCommit },
  "repos/compare-commits-with-basehead": { ...reads, handle: compare },
  "repos/list-pull-requests-associated-with-commit": {
    role: "read",
    scopes: ["pull_requests"],
    handle: listPulls,
  },
};
