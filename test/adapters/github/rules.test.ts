import { afterEach, describe, expect, it } from "vitest";
import { openGitHubForge } from "../../../src/adapters/github/open-github-forge.ts";
import type { HostRules } from "../../../src/ports/host-rules.ts";
import type { Rule } from "../../servers/github/state.ts";
import { openWorld, type World } from "../../servers/github/world.ts";
import { cloneWorkspace, type Workspace } from "../../builders/workspace.ts";

let world: World;
let clone: Workspace;
afterEach(async () => {
  await clone.dispose();
  await world.close();
});

/** What somebody is told. */
async function start(): Promise<(login: string) => Promise<HostRules>> {
  world = await openWorld();
  const opened = cloneWorkspace(world.repository.git.folder);
  clone = opened;
  const { repository } = await opened.open();
  return (login) => {
    const forge = openGitHubForge({
      owner: "acme",
      name: "models",
      apiUrl: world.server.apiUrl,
      token: world.server.addToken(login).value,
      repository,
      branchPrefix: "",
      base: "main",
      userAgent: "test",
    });
    if (forge.rules === undefined) throw new Error("no rules");
    return Promise.resolve(forge.rules);
  };
}

const NOTHING = {
  pullRequests: false,
  approvals: 0,
  codeOwners: false,
  forcePushesBlocked: false,
  deletionBlocked: false,
  statuses: [],
  partial: false,
};

describe("the rules of a branch on GitHub", () => {
  it("are those of rulesets, which everybody who may read is told", async () => {
    const as = await start();
    const rules = await as("eve");
    expect(await rules.branch("main")).toEqual(NOTHING);
    expect(await rules.branch("not-there-yet")).toEqual(NOTHING);
    const checks = [
      { context: "a" },
      { context: "b", integration_id: 15368 },
      { context: "c", integration_id: 7 },
    ];
    const parameters = { required_status_checks: checks, strict_required_status_checks_policy: false };
    const { server, repository } = world;
    server.setRules(repository, "main", [
      { type: "required_status_checks", parameters },
      { type: "deletion" },
    ]);
    server.setRules(repository, "not-there-yet", [{ type: "non_fast_forward" }]);
    expect(await rules.branch("main")).toEqual({
      ...NOTHING,
      deletionBlocked: true,
      statuses: [
        { name: "a", source: "anybody" },
        { name: "b", source: "workflows" },
        { name: "c", source: "other" },
      ],
    });
    expect(await rules.branch("not-there-yet")).toEqual({ ...NOTHING, forcePushesBlocked: true });
  });

  it("ask for as many approvals as the strictest of them does", async () => {
    const rules = await (await start())("eve");
    const asking = (count: number, owners: boolean): Rule => ({
      type: "pull_request",
      parameters: {
        required_approving_review_count: count,
        require_code_owner_review: owners,
        require_last_push_approval: false,
        dismiss_stale_reviews_on_push: false,
        required_review_thread_resolution: false,
      },
    });
    const { server, repository } = world;
    const seen = { ...NOTHING, pullRequests: true };
    server.setRules(repository, "main", [asking(0, false)]);
    expect(await rules.branch("main")).toEqual(seen);
    server.setRules(repository, "main", [asking(2, false), asking(1, true)]);
    expect(await rules.branch("main")).toEqual({ ...seen, approvals: 2, codeOwners: true });
  });

  it("are also those of classic protection, which admins alone are told", async () => {
    const as = await start();
    const { server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 2, requiredChecks: ["a"] });
    expect(await (await as("ada")).branch("main")).toEqual({ ...NOTHING, partial: true });
    expect(await (await as("max")).branch("main")).toEqual({
      pullRequests: true,
      approvals: 2,
      codeOwners: false,
      forcePushesBlocked: true,
      deletionBlocked: true,
      statuses: [{ name: "a", source: "anybody" }],
      partial: false,
    });
  });

  it("reject where nothing is told, and say nothing of workflows to those who are no admins", async () => {
    const as = await start();
    world.server.fail({ matches: ({ path }) => path.includes("/rules/"), fault: 403 });
    await expect((await as("ada")).branch("main")).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(await (await as("ada")).workflowsMayApprove()).toBeUndefined();
    expect(await (await as("max")).workflowsMayApprove()).toBe(false);
    world.server.fail({
      matches: ({ path }) => path.includes("/permissions/workflow"),
      fault: 502,
      times: 9,
    });
    await expect((await as("max")).workflowsMayApprove()).rejects.toMatchObject({ code: "NETWORK" });
  });
});
