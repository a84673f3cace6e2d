import { ApiError } from "../errors.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { text } from "../router.ts";
import { type BypassActor, type Forge, fullName, hasRole, type Repository, type Rule } from "../state.ts";

interface NewRuleset {
  readonly conditions?: { readonly ref_name?: { readonly include?: readonly string[] } };
  readonly rules?: readonly Rule[];
  readonly bypass_actors?: readonly BypassActor[];
}

/** Rules for branches by their full names; patterns are not understood. */
function createRuleset({ forge, repository, body }: Call): Reply {
  const { conditions, rules = [], bypass_actors: bypassActors = [] } = body as NewRuleset;
  const id = forge.takeId();
  const include = conditions?.ref_name?.include ?? [];
  for (const ref of include) {
    const branch = /^refs\/heads\/([^*?]+)$/.exec(ref)?.[1];
    if (branch === undefined) throw new ApiError(501, `the test server has no rules for ${ref}`);
    repository.rules.set(branch, [
      ...(repository.rules.get(branch) ?? []),
      ...rules.map((rule) => ({ ...rule, ruleset: id })),
    ]);
  }
  repository.rulesets.set(id, { name: text(body["name"]), bypassActors });
  const ruleset = {
    id,
    name: text(body["name"]),
    source_type: "Repository",
    source: fullName(repository),
    ...body,
  };
  return { status: 201, body: ruleset };
}

/** Who may go around it is told to those alone who may change it. */
function getRuleset({ repository, viewer, params }: Call): Reply {
  const id = Number(params["ruleset_id"]);
  const { name, bypassActors } = repository.rulesets.get(id) ?? { name: "rules", bypassActors: [] };
  const told = hasRole(repository, viewer, "admin") ? { bypass_actors: bypassActors } : {};
  return {
    body: {
      id,
      name,
      target: "branch",
      source_type: "Repository",
      source: fullName(repository),
      enforcement: "active",
      ...told,
    },
  };
}

const OWNER_FILES = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/** Of mistakes it knows owners who may not write, or are nobody; it has no teams. */
function listOwnerErrors({ forge, repository, params }: Call): Reply {
  const { git } = repository;
  const commit = git.resolve(text(params["ref"] ?? repository.defaultBranch));
  const path = OWNER_FILES.find((one) => commit !== undefined && git.entry(commit, one) !== undefined);
  if (commit === undefined || path === undefined) throw new ApiError(404, "Not Found");
  const lines = git
    .blob(git.entry(commit, path)?.sha ?? "")
    .toString("utf8")
    .split("\n");
  const errors = lines.flatMap((source, index) =>
    strangersIn(forge, repository, source).map((owner) => ({
      line: index + 1,
      column: source.indexOf(owner) + 1,
      source,
      kind: "Unknown owner",
      suggestion: `make sure ${owner} exists and has write access to the repository`,
      message: `Unknown owner on line ${index + 1}: ${owner}`,
      path,
    })),
  );
  return { body: { errors } };
}

function strangersIn(forge: Forge, repository: Repository, line: string): readonly string[] {
  const [, ...owners] = line.replace(/#.*/, "").trim().split(/\s+/);
  return owners.filter((owner) => {
    const user = forge.users.get(owner.slice(1).toLowerCase());
    return user === undefined || !hasRole(repository, user, "write");
  });
}

function getWorkflowPermissions({ repository }: Call): Reply {
  return {
    body: {
      default_workflow_permissions: "read",
      can_approve_pull_request_reviews: repository.workflowsMayApprove === true,
    },
  };
}

export const ruleRoutes: Routes = {
  "repos/get-repo-ruleset": { role: "read", handle: getRuleset },
  "repos/codeowners-errors": { role: "read", scopes: ["contents"], handle: listOwnerErrors },
  "repos/create-repo-ruleset": { role: "admin", scopes: ["administration"], handle: createRuleset },
  "actions/get-github-actions-default-workflow-permissions-repository": {
    role: "admin",
    scopes: ["administration"],
    handle: getWorkflowPermissions,
  },
};
