import type { IncomingMessage } from "node:http";
import { type BackendAnswer, runHttpBackend } from "../git-http.ts";
import { followRefs } from "./follow-refs.ts";
import { settleAutoMerges } from "./merging.ts";
import { requirementsOf } from "./protection.ts";
import { findRepository } from "./router.ts";
import type { Forge, Repository, Token } from "./state.ts";
import { hasRole } from "./state.ts";

export interface GitRequest {
  readonly owner: string;
  readonly name: string;
  readonly rest: string;
  readonly service: "upload-pack" | "receive-pack";
  /** The request that carries objects and moves refs. */
  readonly write: boolean;
}

/** A request of Git's smart protocol; undefined when it is none. */
export function parseGitRequest(method: string, url: URL): GitRequest | undefined {
  const match = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-(?:upload|receive)-pack)$/.exec(
    url.pathname,
  );
  const [, owner = "", name = "", rest = ""] = match ?? [];
  const service = (url.searchParams.get("service") ?? rest).replace(/^git-/, "");
  if (service !== "upload-pack" && service !== "receive-pack") return undefined;
  return { owner, name, rest, service, write: method === "POST" && service === "receive-pack" };
}

export interface GitHost {
  readonly forge: Forge;
  /** The folder of all repositories. */
  readonly root: string;
  /** The request's body. */
  readonly content: Buffer;
}

export async function answerGit(
  { forge, root, content }: GitHost,
  request: IncomingMessage,
  asked: GitRequest,
): Promise<BackendAnswer> {
  const token = readBasic(forge, request.headers.authorization);
  if (token === undefined)
    return refuse(401, "Authentication failed", { "www-authenticate": 'Basic realm="GitHub"' });
  const repository = findRepository(forge, asked.owner, asked.name);
  if (repository === undefined || !hasRole(repository, token.user, "read") || !mayUse(token, "read")) {
    return refuse(404, "Repository not found.");
  }
  const pushes = asked.service === "receive-pack";
  if (pushes && !(hasRole(repository, token.user, "write") && mayUse(token, "write"))) {
    return refuse(403, "Write access to repository not granted.");
  }
  const answer = await runHttpBackend(request, {
    root,
    path: `/${repository.owner.login}/${repository.name}.git/${asked.rest}`,
    env: guardsOf(repository, token),
    content,
  });
  if (asked.write) {
    followRefs(forge, repository, token.user);
    settleAutoMerges(forge, repository);
  }
  return answer;
}

/** The token is the password, or, when that is no token, the user's name. */
function readBasic(forge: Forge, header: string | undefined): Token | undefined {
  const [, encoded = ""] = /^basic (.+)$/i.exec(header ?? "") ?? [];
  const [user = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return forge.tokens.get(rest.join(":")) ?? forge.tokens.get(user);
}

function mayUse({ scopes }: Token, level: "read" | "write"): boolean {
  return scopes === undefined || scopes["contents"] === "write" || scopes["contents"] === level;
}

function refuse(status: number, text: string, headers: Record<string, string> = {}): BackendAnswer {
  return { status, headers: { ...headers, "content-type": "text/plain" }, body: Buffer.from(`${text}\n`) };
}

/** What the update hook refuses, as lists of branches. */
function guardsOf(repository: Repository, { user }: Token): Record<string, string> {
  const names = new Set([...repository.protections.keys(), ...repository.rules.keys()]);
  const binding = [...names]
    .map((name) => ({ name, asks: requirementsOf(repository, name) }))
    .filter(({ asks }) => asks.bindsAdmins || !hasRole(repository, user, "admin"));
  const list = (key: "closedToPushes" | "noForcePush" | "noDeletion" | "linear"): string =>
    ` ${binding.flatMap(({ name, asks }) => (asks[key] ? [name] : [])).join(" ")} `;
  return {
    FORGE_CLOSED: list("closedToPushes"),
    FORGE_NO_FORCE: list("noForcePush"),
    FORGE_NO_DELETION: list("noDeletion"),
    FORGE_LINEAR: list("linear"),
  };
}

/** Refuses pushes to protected branches in GitHub's words. */
export const UPDATE_HOOK = `#!/bin/sh
branch="\${1#refs/heads/}"
refuse() {
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: $2" >&2
  exit 1
}
has() { case "$1" in *" $branch "*) return 0 ;; *) return 1 ;; esac }
case "$3" in *[!0]*) ;; *) has "$FORGE_NO_DELETION" && refuse "$1" "Cannot delete this branch" ; exit 0 ;; esac
has "$FORGE_CLOSED" && refuse "$1" "Changes must be made through a pull request."
case "$2" in *[!0]*) ;; *) exit 0 ;; esac
if has "$FORGE_NO_FORCE" && ! git merge-base --is-ancestor "$2" "$3"; then
  refuse "$1" "Cannot force-push to this branch"
fi
if has "$FORGE_LINEAR" && [ -n "$(git rev-list --merges --max-count=1 "$2..$3")" ]; then
  refuse "$1" "This branch must not contain merge commits."
fi
exit 0
`;
