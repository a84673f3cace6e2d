import { ApiError } from "../errors.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { text } from "../router.ts";
import { fullName, type Rule } from "../state.ts";

interface NewRuleset {
  readonly conditions?: { readonly ref_name?: { readonly include?: readonly string[] } };
  readonly rules?: readonly Rule[];
}

/** Rules for branches by their full names; patterns are not understood. */
function createRuleset({ forge, repository, body }: Call): Reply {
  const { conditions, rules = [] } = body as NewRuleset;
  const include = conditions?.ref_name?.include ?? [];
  for (const ref of include) {
    const branch = /^refs\/heads\/([^*?]+)$/.exec(ref)?.[1];
    if (branch === undefined) throw new ApiError(501, `the test server has no rules for ${ref}`);
    repository.rules.set(branch, [...(repository.rules.get(branch) ?? []), ...rules]);
  }
  const ruleset = {
    id: forge.takeId(),
    name: text(body["name"]),
    source_type: "Repository",
    source: fullName(repository),
    ...body,
  };
  return { status: 201, body: ruleset };
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
  "repos/create-repo-ruleset": { role: "admin", scopes: ["administration"], handle: createRuleset },
  "actions/get-github-actions-default-workflow-permissions-repository": {
    role: "admin",
    scopes: ["administration"],
    handle: getWorkflowPermissions,
  },
};
