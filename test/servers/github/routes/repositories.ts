import { ApiError, notFound } from "../errors.ts";
import { requirementsOf } from "../protection.ts";
import { commitReply } from "../replies/commits.ts";
import {
  apiUrl,
  collaboratorReply,
  fullRepositoryReply,
  htmlUrl,
  isProtected,
  protectionReply,
} from "../replies/repositories.ts";
import { viewerReply } from "../replies/users.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { listReply, text } from "../router.ts";
import { fullName, hasRole } from "../state.ts";

function getViewer({ forge, viewer, token }: Call): Reply {
  // The token of an App's installation stands for no user.
  if (token.value.startsWith("ghs_")) throw new ApiError(403, "Resource not accessible by integration");
  return { body: viewerReply(forge, viewer) };
}

function getRateLimit({ forge }: Call): Reply {
  const { limit, remaining, resetAt } = forge.rateLimit;
  const rate = { limit, used: limit - remaining, remaining, reset: resetAt };
  return { body: { resources: { core: rate, search: rate, graphql: rate }, rate } };
}

function getRepository({ forge, repository, viewer }: Call): Reply {
  return { body: fullRepositoryReply(forge, repository, viewer) };
}

function tipOf({ repository, params }: Call): { branch: string; sha: string } {
  const branch = text(params["branch"]);
  const sha = repository.branches.get(branch);
  if (sha === undefined) throw new ApiError(404, "Branch not found");
  return { branch, sha };
}

function listBranches(call: Call): Reply {
  const { forge, repository, params } = call;
  const api = apiUrl(forge, repository);
  const branches = [...repository.branches].filter(
    ([name]) => params["protected"] === undefined || params["protected"] === isProtected(repository, name),
  );
  return listReply(call, branches, ([name, sha]) => ({
    name,
    commit: { sha, url: `${api}/commits/${sha}` },
    protected: isProtected(repository, name),
  }));
}

function getBranch(call: Call): Reply {
  const { forge, repository } = call;
  const { branch, sha } = tipOf(call);
  const url = `${apiUrl(forge, repository)}/branches/${encodeURIComponent(branch)}`;
  const checks = requirementsOf(repository, branch).checks;
  return {
    body: {
      name: branch,
      commit: commitReply(forge, repository, sha),
      _links: { self: url, html: `${htmlUrl(forge, repository)}/tree/${branch}` },
      protected: isProtected(repository, branch),
      protection: {
        enabled: repository.protections.has(branch),
        required_status_checks: {
          enforcement_level: checks.length > 0 ? "non_admins" : "off",
          contexts: checks,
          checks: checks.map((context) => ({ context, app_id: null })),
        },
      },
      protection_url: `${url}/protection`,
    },
  };
}

function getProtection(call: Call): Reply {
  const { forge, repository } = call;
  const { branch } = tipOf(call);
  if (!repository.protections.has(branch)) throw new ApiError(404, "Branch not protected");
  return { body: protectionReply(forge, repository, branch) };
}

/** The rules of rulesets; classic protection is not among them. */
function listRules(call: Call): Reply {
  const { repository } = call;
  const rules = repository.rules.get(text(call.params["branch"])) ?? [];
  return listReply(call, rules, (rule) => ({
    type: rule.type,
    ...(rule.parameters !== undefined && { parameters: rule.parameters }),
    ruleset_source_type: "Repository",
    ruleset_source: fullName(repository),
    ruleset_id: rule.ruleset ?? 1,
  }));
}

function getPermission({ forge, repository, viewer, params }: Call): Reply {
  const user = forge.users.get(text(params["username"]).toLowerCase());
  if (user === undefined) throw notFound();
  if (!hasRole(repository, viewer, "write") && viewer.login !== user.login) {
    throw new ApiError(403, "Must have push access to view collaborator permission.");
  }
  return { body: collaboratorReply(forge, repository, user) };
}

export const repositoryRoutes: Routes = {
  "users/get-authenticated": { handle: getViewer },
  "rate-limit/get": { handle: getRateLimit },
  "meta/get": { handle: () => ({ body: { verifiable_password_authentication: false } }) },
  "repos/get": { role: "read", handle: getRepository },
  "repos/list-branches": { role: "read", scopes: ["contents"], handle: listBranches },
  "repos/get-branch": { role: "read", scopes: ["contents"], handle: getBranch },
  "repos/get-branch-protection": { role: "admin", scopes: ["administration"], handle: getProtection },
  "repos/get-branch-rules": { role: "read", handle: listRules },
  "repos/get-collaborator-permission-level": { role: "read", handle: getPermission },
};
