import type { Forge, Repository, User } from "../state.ts";
import { hasRole } from "../state.ts";

export function userReply({ url }: Forge, user: User): object {
  const self = `${url}/api/v3/users/${encodeURIComponent(user.login)}`;
  return {
    login: user.login,
    id: user.id,
    node_id: `U_${user.id}`,
    avatar_url: `${url}/avatars/u/${user.id}`,
    gravatar_id: "",
    url: self,
    html_url: `${url}/${encodeURIComponent(user.login)}`,
    followers_url: `${self}/followers`,
    following_url: `${self}/following{/other_user}`,
    gists_url: `${self}/gists{/gist_id}`,
    starred_url: `${self}/starred{/owner}{/repo}`,
    subscriptions_url: `${self}/subscriptions`,
    organizations_url: `${self}/orgs`,
    repos_url: `${self}/repos`,
    events_url: `${self}/events{/privacy}`,
    received_events_url: `${self}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** The one whose token it is. */
export function viewerReply(forge: Forge, user: User): object {
  return {
    ...userReply(forge, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2020-01-01T00:00:00Z",
  };
}

export function associationOf(repository: Repository, user: User): string {
  if (repository.owner.login === user.login) return "OWNER";
  return hasRole(repository, user, "triage") ? "COLLABORATOR" : "NONE";
}
