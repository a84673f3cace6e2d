import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStep, type StepResult } from "../builders/action-step.ts";
import { BRANCH, type NoCloneTeam, openNoCloneTeam, writesIn } from "../builders/no-clone-team.ts";

let team: NoCloneTeam;
beforeAll(async () => {
  team = await openNoCloneTeam();
  await team.register("fraud", "1.0.0");
});
afterAll(() => team.dispose());

const VERSION = { model: "fraud", version: "1.0.0", stage: "staging" };

function propose(inputs: Readonly<Record<string, string>> = {}): Promise<StepResult> {
  return runStep("promote", team.world, { inputs: { ...VERSION, ...inputs } });
}

describe("action/promote", { timeout: 120_000 }, () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ["a value that is none", { draft: "yes" }, /the input "draft" is "yes"/],
    ["a change that is denied", { stage: "production" }, /was not proposed for production/],
  ])("writes nothing for %s", async (_, inputs, why) => {
    let result: StepResult | undefined;
    const requests = await team.during(async () => (result = await propose(inputs)));
    expect(result?.stdout).toMatch(why);
    expect(result?.code).toBe(1);
    expect(writesIn(requests)).toEqual([]);
  });

  it("opens a pull request as the workflow's bot", async () => {
    const { code, outputs } = await propose({ reason: "The run was good." });
    expect(code).toBe(0);
    expect(outputs).toEqual({
      status: "opened",
      verdict: "pass",
      branch: BRANCH,
      number: "1",
      url: `${team.world.server.url}/acme/models/pull/1`,
    });
    const { data } = await team.world.octokit.pulls.get({ ...team.world.at, pull_number: 1 });
    expect(data.user.login).toBe("github-actions[bot]");
    expect(data.body).toContain("The run was good.");
  });

  it("finds its own when it is run again, and says when there is nothing to do", async () => {
    let again: StepResult | undefined;
    const requests = await team.during(async () => (again = await propose({ reason: "The run was good." })));
    expect(again?.code).toBe(0);
    expect(again?.outputs).toMatchObject({ status: "unchanged", number: "1" });
    expect(writesIn(requests)).toEqual([]);
    await team.merge(BRANCH);
    const { code, outputs } = await propose();
    expect(code).toBe(0);
    expect(outputs).toEqual({ status: "already" });
  });

  it("proposes what is denied as a draft when asked to", async () => {
    await team.register("fraud", "1.1.0");
    const { code, outputs } = await propose({ version: "1.1.0", stage: "production", draft: "true" });
    expect(code).toBe(0);
    expect(outputs).toMatchObject({ status: "opened", verdict: "fail", number: "2" });
    expect(team.world.repository.pulls.get(2)?.draft).toBe(true);
  });

  it("refuses a draft that is to be merged by itself", async () => {
    const inputs = { stage: "production", draft: "true", "auto-merge": "true" };
    const { code, stdout, outputs } = await propose(inputs);
    expect([code, outputs]).toEqual([1, {}]);
    expect(stdout).toContain("GitHub merges no draft by itself");
  });

  it("says what is open and what is not done where GitHub does not merge by itself", async () => {
    const inputs = { version: "1.1.0", "auto-merge": "true" };
    const { code, outputs, stdout } = await propose(inputs);
    expect(code).toBe(1);
    expect(outputs).toMatchObject({ status: "opened", verdict: "pass", number: "3" });
    expect(stdout).toMatch(/^::error::#3 is open, but will not be merged by itself: .*\(MERGE_REFUSED\)/m);
    expect(team.world.repository.pulls.get(3)?.state).toBe("open");
  });
});
