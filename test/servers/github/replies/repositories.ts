import { requirementsOf } from "../protection.ts";
import type { Forge, Repository, Role, User } from "../state.ts";
import { ROLES, fullName, roleOf } from "../state.ts";
import { userReply } from "./users.ts";

export function apiUrl({ url }: Forge, repository: Repository): string {
  return `${url}/api/v3/repos/${fullName(repository)}`;
}

export function htmlUrl({ url }: Forge, repository: Repository): string {
  return `${url}/${fullName(repository)}`;
}

/** The addresses that hang below that of the repository, in GitHub's own templates. */
const LINKS = {
  archive_url: "/{archive_format}{/ref}",
  assignees_url: "/assignees{/user}",
  blobs_url: "/git/blobs{/sha}",
  branches_url: "/branches{/branch}",
  collaborators_url: "/collaborators{/collaborator}",
  comments_url: "/comments{/number}",
  commits_url: "/commits{/sha}",
  compare_url: "/compare/{base}...{head}",
  contents_url: "/contents/{+path}",
  contributors_url: "/contributors",
  deployments_url: "/deployments",
  downloads_url: "/downloads",
  events_url: "/events",
  forks_url: "/forks",
  git_commits_url: "/git/commits{/sha}",
  git_refs_url: "/git/refs{/sha}",
  git_tags_url: "/git/tags{/sha}",
  hooks_url: "/hooks",
  issue_comment_url: "/issues/comments{/number}",
  issue_events_url: "/issues/events{/number}",
  issues_url: "/issues{/number}",
  keys_url: "/keys{/key_id}",
  labels_url: "/labels{/name}",
  languages_url: "/languages",
  merges_url: "/merges",
  milestones_url: "/milestones{/number}",
  notifications_url: "/notifications{?since,all,participating}",
  pulls_url: "/pulls{/number}",
  releases_url: "/releases{/id}",
  stargazers_url: "/stargazers",
  statuses_url: "/statuses/{sha}",
  subscribers_url: "/subscribers",
  subscription_url: "/subscription",
  tags_url: "/tags",
  teams_url: "/teams",
  trees_url: "/git/trees{/sha}",
} as const;

/** As it stands inside other replies. */
export function repositoryReply(forge: Forge, repository: Repository): object {
  const api = apiUrl(forge, repository);
  const html = htmlUrl(forge, repository);
  const open = [...repository.pulls.values()].filter((pull) => pull.state === "open").length;
  return {
    id: repository.id,
    node_id: `R_${repository.id}`,
    name: repository.name,
    full_name: fullName(repository),
    owner: userReply(forge, repository.owner),
    private: repository.private,
    visibility: repository.private ? "private" : "public",
    html_url: html,
    description: null,
    fork: false,
    url: api,
    ...Object.fromEntries(Object.entries(LINKS).map(([name, path]) => [name, `${api}${path}`])),
    git_url: `${html.replace("http:", "git:")}.git`,
    clone_url: `${html}.git`,
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    svn_url: html,
    mirror_url: null,
    homepage: null,
    language: null,
    license: null,
    default_branch: repository.defaultBranch,
    forks: 0,
    forks_count: 0,
    stargazers_count: 0,
    watchers: 0,
    watchers_count: 0,
    size: 0,
    open_issues: open,
    open_issues_count: open,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    allow_forking: true,
    web_commit_signoff_required: false,
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
  };
}

export function fullRepositoryReply(forge: Forge, repository: Repository, viewer: User): object {
  return {
    ...repositoryReply(forge, repository),
    permissions: permissionsReply(roleOf(repository, viewer)),
    ...repository.settings,
    merge_commit_title: "MERGE_MESSAGE",
    merge_commit_message: "PR_TITLE",
    allow_update_branch: false,
    use_squash_pr_title_as_default: false,
    network_count: 0,
    subscribers_count: 0,
  };
}

export function permissionsReply(role: Role): object {
  const has = (least: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(least);
  return {
    admin: has("admin"),
    maintain: has("maintain"),
    push: has("write"),
    triage: has("triage"),
    pull: has("read"),
  };
}

/** `permission` is the coarse word that stands for a role; `role_name` is the role. */
export function collaboratorReply(forge: Forge, repository: Repository, user: User): object {
  const role = roleOf(repository, user);
  const coarse: Partial<Record<Role, string>> = { maintain: "write", triage: "read" };
  const profile = { ...userReply(forge, user), permissions: permissionsReply(role), role_name: role };
  return { permission: coarse[role] ?? role, role_name: role, user: profile };
}

export function isProtected(repository: Repository, branch: string): boolean {
  return repository.protections.has(branch) || repository.rules.has(branch);
}

export function protectionReply(forge: Forge, repository: Repository, branch: string): object {
  const url = `${apiUrl(forge, repository)}/branches/${branch}/protection`;
  const protection = repository.protections.get(branch) ?? {};
  const { checks, reviews, dismissStale, strict } = requirementsOf(repository, branch);
  return {
    url,
    ...(checks.length > 0 && {
      required_status_checks: {
        url: `${url}/required_status_checks`,
        strict,
        contexts: checks,
        contexts_url: `${url}/required_status_checks/contexts`,
        checks: checks.map((context) => ({ context, app_id: null })),
      },
    }),
    ...(protection.requiredReviews !== undefined && {
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`,
        dismiss_stale_reviews: dismissStale,
        require_code_owner_reviews: false,
        require_last_push_approval: false,
        required_approving_review_count: reviews,
      },
    }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins === true },
    required_linear_history: { enabled: false },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: false },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  };
}
