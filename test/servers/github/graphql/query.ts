import { findRepository } from "../router.ts";
import { htmlUrl } from "../replies/repositories.ts";
import { fullName, hasRole, roleOf } from "../state.ts";
import { toDate } from "../git-text.ts";
import type { Asking } from "./access.ts";
import { type PageArguments, connect } from "./connection.ts";
import { failure } from "./failure.ts";
import { type Home, objectNode, refNode, userNode } from "./objects.ts";
import { type PullQuery, findPullNode, listPullNodes } from "./pull-request.ts";

export function makeQuery({ forge, token }: Asking): object {
  const viewer = token.user;
  return {
    viewer: () => userNode(forge, viewer),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const repository = findRepository(forge, owner, name);
      if (repository === undefined || !hasRole(repository, viewer, "read")) {
        throw failure("NOT_FOUND", `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      return repositoryNode({ forge, repository, viewer });
    },
    rateLimit: () => {
      const { limit, remaining, resetAt } = forge.rateLimit;
      return {
        limit,
        remaining,
        used: limit - remaining,
        cost: 1,
        nodeCount: 0,
        resetAt: toDate(resetAt * 1000),
      };
    },
  };
}

export function repositoryNode(home: Home): object {
  const { forge, repository, viewer } = home;
  const { settings } = repository;
  return {
    __typename: "Repository",
    id: `R_${repository.id}`,
    databaseId: repository.id,
    name: repository.name,
    nameWithOwner: fullName(repository),
    owner: userNode(forge, repository.owner),
    url: htmlUrl(forge, repository),
    isPrivate: repository.private,
    isArchived: false,
    viewerPermission: roleOf(repository, viewer).toUpperCase(),
    autoMergeAllowed: settings.allow_auto_merge,
    mergeCommitAllowed: settings.allow_merge_commit,
    squashMergeAllowed: settings.allow_squash_merge,
    rebaseMergeAllowed: settings.allow_rebase_merge,
    deleteBranchOnMerge: settings.delete_branch_on_merge,
    object: (asked: { expression?: string | null; oid?: string | null }) => findObject(home, asked),
    ...refFields(home),
    pullRequest: ({ number }: { number: number }) => findPullNode(home, number),
    pullRequests: (asked: PullQuery) => listPullNodes(home, asked),
  };
}

function findObject(
  home: Home,
  { expression, oid }: { expression?: string | null; oid?: string | null },
): object | null {
  const asked = oid ?? expression ?? "";
  const found = home.repository.git.parse(asked.replace(/^HEAD(?=$|:)/, home.repository.defaultBranch));
  return found === undefined ? null : objectNode(home, found);
}

interface RefQuery extends PageArguments {
  readonly refPrefix: string;
  readonly query?: string | null;
}

function refFields(home: Home): object {
  const { git, defaultBranch } = home.repository;
  const find = (name: string): object | null => {
    const full = name.startsWith("refs/") ? name : `refs/heads/${name}`;
    const oid = git.refs(full).get(full);
    return oid === undefined ? null : refNode(home, full, oid);
  };
  return {
    ref: ({ qualifiedName }: { qualifiedName: string }) => find(qualifiedName),
    defaultBranchRef: () => find(defaultBranch),
    refs: (asked: RefQuery) => {
      const refs = [...git.refs(asked.refPrefix)].filter(([name]) => name.includes(asked.query ?? ""));
      return connect("refs", refs, asked, ([name, oid]) => refNode(home, name, oid));
    },
  };
}
