import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { planRulesets } from "../../../src/change/rulesets.ts";
import { diagnose } from "../../../src/workflows/doctor.ts";
import type { Check } from "../../../src/workflows/doctor/check.ts";
import type { Rule } from "../../servers/github/state.ts";
import { openGitHubTeam, type GitHubTeam, type TeamOptions } from "../../builders/github-team.ts";

const SETUP = { action: `modeltrail/modeltrail@${"0123456789".repeat(4)}`, owners: ["ada"] };

let team: GitHubTeam;
afterEach(() => team.dispose());

async function start(options: TeamOptions = {}): Promise<void> {
  team = await openGitHubTeam(options);
}

/** As an admin would with the commands that `init` shows. */
async function setRules(isPublic = true): Promise<void> {
  const { world } = team;
  const rules = planRulesets({
    prefix: "",
    branch: "main",
    auditBranch: "modeltrail-audit",
    isPublic,
    verdict: "modeltrail/verdict",
  });
  const path: string = "POST /repos/{owner}/{repo}/rulesets";
  for (const body of rules) await world.as("max").request(path, { ...world.at, ...body });
}

async function look(login?: string): Promise<Readonly<Record<string, Check>>> {
  const token = login === undefined ? undefined : team.world.server.addToken(login).value;
  const context =
    token === undefined ? await team.open() : await team.ada.open(undefined, { GITHUB_TOKEN: token });
  const { checks } = await diagnose(context);
  return Object.fromEntries(checks.map((check) => [check.name, check]));
}

const ABOUT_BRANCHES = ["pull requests", "required verdict", "main history", "audit history"];
const REVIEWS = {
  required_approving_review_count: 0,
  require_code_owner_review: false,
  require_last_push_approval: false,
  dismiss_stale_reviews_on_push: false,
  required_review_thread_resolution: false,
};
/** GitHub wants them all. */
const QUEUE = {
  check_response_timeout_minutes: 60,
  grouping_strategy: "ALLGREEN",
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: "MERGE",
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 5,
};

describe("doctor, of a registry on GitHub", () => {
  it("misses workflows and rules, each with its remedy", async () => {
    await start();
    const checks = await look();
    for (const name of ["verdict workflow", "audit workflow", ...ABOUT_BRANCHES])
      expect(checks[name], name).toMatchObject({
        status: "warn",
        hint: expect.stringMatching(/init --github/),
      });
  });

  it("is content with what init --github writes, and with the rules that it shows", async () => {
    await start({ init: { setup: SETUP } });
    await setRules();
    const checks = await look("max");
    const asked = ["verdict workflow", "audit workflow", "approvals", "code owners", "exceptions"];
    for (const name of [...asked, ...ABOUT_BRANCHES])
      expect(checks[name], name).toMatchObject({ status: "ok" });
    team.world.repository.workflowsMayApprove = true;
    expect(await look("max")).toMatchObject({ approvals: { status: "warn" } });
  });

  it("takes it well when others may go around what its own rules hold up for everybody", async () => {
    await start({ init: { setup: SETUP } });
    await setRules();
    const { server, repository } = team.world;
    const everywhere = { type: "required_linear_history", ruleset: 7 } as const;
    const kept: readonly Rule[] = [
      { type: "deletion", ruleset: 7 },
      { type: "non_fast_forward", ruleset: 7 },
    ];
    const ci: Rule = {
      type: "required_status_checks",
      ruleset: 7,
      parameters: {
        strict_required_status_checks_policy: false,
        required_status_checks: [{ context: "ci" }],
      },
    };
    repository.rulesets.set(7, { name: "org", bypassActors: [{ actor_type: "OrganizationAdmin" }] });
    const [main = [], log = []] = ["main", "modeltrail-audit"].map((branch) => repository.rules.get(branch));
    server.setRules(repository, "main", [...main, everywhere, ...kept, ci]);
    server.setRules(repository, "modeltrail-audit", [...log, everywhere, ...kept]);
    const checks = await look("max");
    for (const name of ["exceptions", "audit history"])
      expect(checks[name], name).toMatchObject({ status: "ok" });
    // What only they hold up is open to those.
    const less = (rules: readonly Rule[]): readonly Rule[] =>
      rules.filter(({ type, ruleset }) => type !== "deletion" || ruleset === 7);
    server.setRules(repository, "main", less([...main, ...kept]));
    server.setRules(repository, "modeltrail-audit", less([...log, ...kept]));
    const named = { status: "warn", message: expect.stringContaining("owners of the organization (org)") };
    expect(await look("max")).toMatchObject({ exceptions: named, "audit history": named });
  });

  it("asks for owners where their review is required, and for approvals where nobody's is", async () => {
    await start();
    await setRules();
    expect(await look()).toMatchObject({
      "pull requests": { status: "ok" },
      "code owners": { status: "warn" },
    });
    const { server, repository } = team.world;
    server.setRules(repository, "main", [{ type: "pull_request", parameters: REVIEWS }]);
    const checks = await look();
    expect(checks["pull requests"]).toMatchObject({ status: "warn" });
    expect(checks["code owners"]).toBeUndefined();
  });

  it("tells what keeps pushes out, who may go around rules, and owners whom GitHub does not know", async () => {
    await start({ init: { setup: { ...SETUP, owners: ["nobody"] } } });
    await setRules();
    const { world, ada } = team;
    const { server, repository } = world;
    expect(await look()).toMatchObject({
      // The team's versions are registered by commits.
      registration: { status: "warn", hint: expect.stringContaining("pull-request") },
      "code owners": { status: "warn", message: expect.stringContaining("Unknown owner") },
      exceptions: { status: "ok", message: expect.stringContaining("could not tell") },
    });
    repository.rulesets.set(7, { name: "open", bypassActors: [{ actor_type: "Team", actor_id: 3 }] });
    server.setRules(repository, "main", [
      { type: "deletion", ruleset: 7 },
      { type: "merge_queue", parameters: QUEUE },
    ]);
    server.setRules(repository, "modeltrail-audit", [{ type: "pull_request", parameters: REVIEWS }]);
    ada.git("pull", "--quiet", repository.git.folder, "main");
    const verdict = ".github/workflows/modeltrail-verdict.yml";
    ada.write(verdict, readFileSync(join(ada.folder, verdict), "utf8").replace("  merge_group:\n", ""));
    ada.git("commit", "--quiet", "--all", "--message", "No queue");
    ada.git("push", "--quiet", repository.git.folder, "main");
    expect(await look("max")).toMatchObject({
      exceptions: { status: "warn", message: expect.stringContaining("a team (open)") },
      "audit history": { status: "fail", message: expect.stringContaining("pull_request") },
      "verdict workflow": { status: "warn", message: expect.stringContaining("merge_group") },
    });
  });

  it("says what it could not tell", async () => {
    await start({ init: { setup: SETUP } });
    const { server, repository } = team.world;
    expect((await look())["approvals"]?.message).toContain("could not tell");
    server.protect(repository, "main", { requiredReviews: 1, requiredChecks: ["modeltrail/verdict"] });
    const seen = await look();
    for (const name of ABOUT_BRANCHES.slice(0, 3))
      expect(seen[name], name).toMatchObject({
        status: "warn",
        message: expect.stringContaining("could not tell"),
      });
    expect(await look("max")).toMatchObject({
      "pull requests": { status: "warn", message: expect.stringContaining("require_code_owner_review") },
      exceptions: { status: "warn" },
      // Classic protection of the test's server takes it from anybody.
      "required verdict": { status: "warn" },
      "main history": { status: "ok" },
    });
    server.fail({ matches: ({ path }) => path.includes("/rules/branches/"), fault: 403 });
    expect(await look()).toMatchObject({
      "branch rules": { status: "warn", message: expect.stringContaining("could not tell") },
      "audit history": { status: "warn", message: expect.stringContaining("could not tell") },
    });
    server.heal();
  });

  it("fails when the verdict is required that nobody reports, and warns when anybody may set it", async () => {
    await start();
    await setRules(false);
    expect(await look()).toMatchObject({ "required verdict": { status: "fail" } });
    await team.dispose();
    await start({ init: { setup: SETUP } });
    await setRules(false);
    expect(await look()).toMatchObject({
      "required verdict": { status: "warn", message: expect.stringContaining("anybody who may write") },
    });
  });
});
