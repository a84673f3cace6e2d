import { afterEach, describe, expect, it } from "vitest";
import { openGitHubForge } from "../../../src/adapters/github/open-github-forge.ts";
import { toSource } from "../../../src/adapters/github/required-source.ts";
import type { BranchRules, HostRules } from "../../../src/ports/host-rules.ts";
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

const NOTHING: BranchRules = {
  pullRequests: false,
  approvals: 0,
  codeOwners: false,
  staleDismissed: false,
  lastPushApproved: false,
  forcePushesBlocked: false,
  deletionBlocked: false,
  linearHistory: false,
  mergeQueue: false,
  pushBlocks: [],
  exceptions: [],
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
      // Whether somebody may go around it is for admins to know.
      pushBlocks: [{ rule: "required_status_checks", excepted: undefined }],
      exceptions: [
        {
          rules: "rules",
          opens: ["deletion blocked", "status a", "status b", "source of b", "status c", "source of c"],
          who: undefined,
        },
      ],
      // Away from github.com nobody knows the number of Actions.
      statuses: [
        { name: "a", source: "anybody" },
        { name: "b", source: "app" },
        { name: "c", source: "app" },
      ],
    });
    expect(await rules.branch("not-there-yet")).toEqual({
      ...NOTHING,
      forcePushesBlocked: true,
      exceptions: [{ rules: "rules", opens: ["force pushes blocked"], who: undefined }],
    });
  });

  it("say whose word counts: github.com's own Actions, an App of another GitHub, anybody's", () => {
    const of = (host: string): readonly string[] =>
      [15368, 7, -1, null, undefined].map((app) => toSource(app, host));
    expect(of("github.com")).toEqual(["workflows", "other", "anybody", "anybody", "anybody"]);
    expect(of("ghe.acme.com")).toEqual(["app", "app", "anybody", "anybody", "anybody"]);
  });

  it("say what keeps pushes out, and tell admins who may go around it", async () => {
    const as = await start();
    const path: string = "POST /repos/{owner}/{repo}/rulesets";
    const rulesets = [
      { name: "ours", rules: ["required_signatures", "required_linear_history"] },
      {
        name: "narrow",
        rules: ["update"],
        bypass_actors: [
          { actor_type: "Integration", actor_id: 7 },
          { actor_type: "RepositoryRole", actor_id: 5, bypass_mode: "pull_request" },
        ],
      },
    ];
    for (const { rules, ...ruleset } of rulesets)
      await world.as("max").request(path, {
        ...world.at,
        ...ruleset,
        target: "branch",
        enforcement: "active",
        conditions: { ref_name: { include: ["refs/heads/log"], exclude: [] } },
        rules: rules.map((type) => ({ type })),
      });
    expect(await (await as("max")).branch("log")).toEqual({
      ...NOTHING,
      linearHistory: true,
      pushBlocks: [
        { rule: "required_signatures", excepted: false },
        { rule: "update", excepted: true },
      ],
      exceptions: [],
    });
    expect(await (await as("ada")).branch("log")).toMatchObject({
      pushBlocks: [{ excepted: undefined }, { excepted: undefined }],
      exceptions: [{ rules: "ours", opens: ["linear history"], who: undefined }],
    });
  });

  it("say which lines of CODEOWNERS name nobody", async () => {
    const rules = await (await start())("ada");
    expect(await rules.codeOwnerMistakes(world.main())).toBeUndefined();
    world.commit({
      files: { "docs/CODEOWNERS": "# @nobody\n* @ada\n/a/ @ada @nobody\n" },
      message: "Owners",
    });
    expect(await rules.codeOwnerMistakes(world.main())).toEqual([
      { line: 3, kind: "Unknown owner", source: "/a/ @ada @nobody" },
    ]);
  });

  it("ask for as many approvals as the strictest of them does", async () => {
    const rules = await (await start())("eve");
    const asking = (count: number, owners: boolean): Rule => ({
      type: "pull_request",
      parameters: {
        required_approving_review_count: count,
        require_code_owner_review: owners,
        require_last_push_approval: owners,
        dismiss_stale_reviews_on_push: owners,
        required_review_thread_resolution: false,
      },
    });
    const { server, repository } = world;
    const block = { rule: "pull_request", excepted: undefined };
    const exceptions = [{ rules: "rules", opens: ["pull requests"], who: undefined }];
    const seen = { ...NOTHING, pullRequests: true, pushBlocks: [block], exceptions };
    server.setRules(repository, "main", [asking(0, false)]);
    expect(await rules.branch("main")).toEqual(seen);
    server.setRules(repository, "main", [asking(2, false), asking(1, true)]);
    expect(await rules.branch("main")).toEqual({
      ...seen,
      approvals: 2,
      codeOwners: true,
      staleDismissed: true,
      lastPushApproved: true,
      pushBlocks: [block, block],
      exceptions: [
        {
          ...exceptions[0],
          opens: ["pull requests", "approvals", "code owners", "stale dismissed", "last push approved"],
        },
      ],
    });
  });

  it("are also those of classic protection, which admins alone are told", async () => {
    const as = await start();
    const { server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 2, requiredChecks: ["a"] });
    expect(await (await as("ada")).branch("main")).toEqual({ ...NOTHING, partial: true });
    expect(await (await as("max")).branch("main")).toEqual({
      ...NOTHING,
      pullRequests: true,
      approvals: 2,
      forcePushesBlocked: true,
      deletionBlocked: true,
      pushBlocks: [
        { rule: "pull_request", excepted: false },
        { rule: "required_status_checks", excepted: false },
      ],
      exceptions: [
        {
          rules: "branch protection",
          opens: ["pull requests", "approvals"],
          who: "admins of the repository",
        },
        {
          rules: "branch protection",
          opens: ["force pushes blocked", "deletion blocked", "status a"],
          who: "admins of the repository",
        },
      ],
      statuses: [{ name: "a", source: "anybody" }],
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
