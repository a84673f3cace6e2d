import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { planRulesets } from "../../src/change/rulesets.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { workflowToken } from "../builders/action-step.ts";
import { openGitHubTeam, type GitHubTeam } from "../builders/github-team.ts";
import { documentedWorkflows } from "../linters/collect.ts";
import { type Act, type ActRun, hasAct, newAct, PINNED, placeActions } from "./act.ts";

const STAGE = "models/fraud/stages/staging/stage.yaml";
const DEPLOYS = {
  "deploy.yml": {
    shownIn: "docs/action.md",
    event: "workflow_dispatch",
    says: /deploying 1\.1\.0 from \S+, sha256:/,
  },
  "deploy-on-push.yml": {
    shownIn: "README.md",
    event: "push",
    says: /Deploying \S+\/fraud\/1\.1\.0\/\S* \(sha256:/,
  },
} as const;

let team: GitHubTeam;
let act: Act;

/** A registry as `init --github` makes it, whose rules GitHub enforces, with two versions of a model. */
async function start(): Promise<void> {
  team = await openGitHubTeam({ init: { setup: { action: PINNED, owners: ["rob"] } } });
  const { world, ada, register } = team;
  await register("fraud", "1.0.0");
  await register("fraud", "1.1.0");
  ada.git("pull", "--quiet", world.repository.git.folder, "main");
  const files = Object.fromEntries(
    Object.entries(DEPLOYS).map(([name, { shownIn }]) => [
      `.github/workflows/${name}`,
      documentedDeploy(shownIn),
    ]),
  );
  world.commit({ files, message: "Deploy" });
  const path: string = "POST /repos/{owner}/{repo}/rulesets";
  for (const body of planRulesets({
    prefix: "",
    branch: "main",
    auditBranch: "modeltrail-audit",
    isPublic: false,
    verdict: "modeltrail/verdict",
  }))
    await world.as("max").request(path, { ...world.at, ...body });
  act = newAct(world);
}

/** The example of a deploy in a file of the docs, of this registry. */
function documentedDeploy(file: string): string {
  const found = documentedWorkflows().find(
    ({ from, text }) => from.startsWith(file) && text.includes("/action/gate@"),
  );
  if (found === undefined) throw new Error(`${file} has no workflow that uses action/gate`);
  return placeActions(found.text)
    .replaceAll(/^( +model): .*$/gm, "$1: fraud")
    .replaceAll(/^( +stage): .*$/gm, "$1: staging");
}

async function judge(
  number: number,
): Promise<ActRun & { readonly statuses: Readonly<Record<string, string>> }> {
  const { world } = team;
  const { data: pull } = await world.octokit.pulls.get({ ...world.at, pull_number: number });
  const run = await act.run(
    "pull_request",
    { action: "opened", number, pull_request: pull },
    { workflow: "modeltrail-verdict.yml", token: workflowToken(world) },
  );
  const own = world.repository.statuses.filter(({ sha }) => sha === pull.head.sha);
  return { ...run, statuses: Object.fromEntries(own.map(({ context, state }) => [context, state])) };
}

async function merge(branch: string): Promise<string> {
  return mergeProposal(await team.open(), branch).then(
    ({ status }) => status,
    (error: { readonly code?: string }) => error.code ?? "not foreseen",
  );
}

describe.skipIf(!hasAct)("the workflows of init --github, run by act (not run where it is missing)", () => {
  beforeAll(start, 120_000);
  afterAll(async () => {
    act?.dispose();
    await team?.dispose();
  });

  it("deny a change by hand that says what is not so", { timeout: 120_000 }, async () => {
    const { world } = team;
    world.commit({ branch: "patch-1", files: { [STAGE]: "kind: ModelStage\n" }, message: "By hand" });
    const { data } = await world.octokit.pulls.create({
      ...world.at,
      head: "patch-1",
      base: "main",
      title: "By hand",
    });
    const { code, log, statuses } = await judge(data.number);
    expect(statuses, log).toMatchObject({ "modeltrail/verdict": "failure" });
    expect(code).not.toBe(0);
    await world.octokit.pulls.update({ ...world.at, pull_number: data.number, state: "closed" });
  });

  it("judge a promotion, which can be merged then and not before", { timeout: 120_000 }, async () => {
    const { world } = team;
    const outcome = await promoteVersion(await team.open(), "fraud@1.1.0", "staging");
    if (outcome.status === "already") throw new Error("nothing was proposed");
    const number = outcome.request?.number ?? 0;
    await world.as("rob").pulls.createReview({ ...world.at, pull_number: number, event: "APPROVE" });
    expect(await merge(outcome.branch)).toBe("MERGE_REFUSED");
    const { code, log, statuses } = await judge(number);
    expect(statuses, log).toMatchObject({
      "modeltrail/verdict": "success",
      "modeltrail/artifact": "success",
    });
    expect(code).toBe(0);
    expect(await merge(outcome.branch)).toBe("merged");
  });

  it("record what was merged, once", { timeout: 120_000 }, async () => {
    const { world } = team;
    const pushed = { ref: "refs/heads/main", after: world.main() };
    const scopes = { metadata: "read", contents: "write", pull_requests: "read", statuses: "read" } as const;
    const audit = { workflow: "modeltrail-audit.yml", token: workflowToken(world, scopes) };
    const { code, log } = await act.run("push", pushed, audit);
    expect(code, log).toBe(0);
    const subjects = (): string => world.repository.git.text(["log", "--format=%s", "modeltrail-audit"]);
    expect(subjects()).toContain("staging: fraud (empty) -> 1.1.0");
    const approved = world.repository.git.text([
      "grep",
      "-h",
      '"approvals"',
      "modeltrail-audit",
      "--",
      "enrichment",
    ]);
    expect(approved).toContain('"login":"rob"');
    const before = subjects();
    expect(await act.run("push", pushed, audit)).toMatchObject({ code: 0 });
    expect(subjects()).toBe(before);
  });

  it.each(Object.entries(DEPLOYS))(
    "let a deploy go on: %s",
    { timeout: 120_000 },
    async (workflow, { event, says }) => {
      const token = workflowToken(team.world, { metadata: "read", contents: "read" });
      const pushed = { ref: "refs/heads/main", after: team.world.main() };
      const { code, log } = await act.run(event, pushed, { workflow, token });
      expect(code, log).toBe(0);
      expect(log).toMatch(says);
    },
  );
});
