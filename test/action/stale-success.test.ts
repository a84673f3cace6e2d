import { afterEach, describe, expect, it } from "vitest";
import { publishVerdicts } from "../../action/src/publish-verdicts.ts";
import { judgeRequests } from "../../src/workflows/publish-verdict/judge-requests.ts";
import { runStep, type StepResult } from "../builders/action-step.ts";
import { dispatchEvent, moveToFork, pushEvent, requestEvent, scheduleEvent } from "../builders/events.ts";
import { type NoCloneTeam, openNoCloneTeam, promote, writesIn } from "../builders/no-clone-team.ts";
import { commitFiles } from "../servers/github/commit-files.ts";

const YANKED = { "models/fraud/yanked/1.0.0.yaml": "yanked\n" };

let team: NoCloneTeam;
afterEach(() => team.dispose());

/** A registry with a pull request for each version, which brings it to staging. */
async function propose(...more: readonly string[]): Promise<void> {
  team = await openNoCloneTeam();
  for (const version of ["1.0.0", ...more]) await team.register("fraud", version);
  for (const version of ["1.0.0", ...more]) await promote(team, version, { queue: true });
}

function judge(number: number, action = "synchronize"): Promise<StepResult> {
  return runStep("validate", team.world, { event: requestEvent(team.world, number, action) });
}

/** All that was said of the verdict on the head of a pull request, oldest first. */
function saidOf(number: number): readonly string[] {
  const { statuses, pulls } = team.world.repository;
  const { sha } = pulls.get(number)!.head;
  return statuses
    .filter((one) => one.sha === sha && one.context === "modeltrail/verdict")
    .map(({ state }) => state);
}

describe("a success", { timeout: 120_000 }, () => {
  it("is not written, or taken back at once, when main moves before or while it is written", async () => {
    await propose();
    const { server, repository } = team.world;
    // Seven gates come before the verdict. It is judged again, on what is there then.
    for (const [nth, said] of [
      [7, ["pending", "success"]],
      [8, ["success", "pending", "success"]],
    ] as const) {
      repository.statuses.length = 0;
      let writes = 0;
      server.onRequest = ({ write }) => {
        if (write && (writes += 1) === nth) commitFiles(repository, { files: { "note.txt": `${nth}\n` } });
      };
      const { code, outputs } = await judge(1);
      server.onRequest = undefined;
      expect(saidOf(1)).toEqual(said);
      expect([code, outputs["verdict"]]).toEqual([0, "pass"]);
    }
  });

  it("is not told where it was not left: the page, the outputs and the exit say what was written", async () => {
    await propose();
    const { server, repository } = team.world;
    let writes = 0;
    server.onRequest = ({ write }) => {
      // Whenever a success arrives, main has moved.
      if (write && (writes += 1) >= 8) commitFiles(repository, { files: { "note.txt": `${writes}\n` } });
    };
    const { code, outputs, report, summary } = await judge(1);
    server.onRequest = undefined;
    expect(saidOf(1).at(-1)).toBe("pending");
    expect([code, outputs["verdict"]]).toEqual([1, "pending"]);
    expect(report).toMatchObject({ verdict: "pending" });
    expect(summary).toContain("⏳ #1");
  });

  it("does not replace what a run that knew more has said meanwhile", async () => {
    await propose();
    const { server, repository } = team.world;
    const { sha } = repository.pulls.get(1)!.head;
    let writes = 0;
    server.onRequest = ({ write }) => {
      if (!write || (writes += 1) !== 7) return;
      commitFiles(repository, { files: YANKED });
      const [like] = repository.statuses;
      repository.statuses.push({ ...like!, sha, context: "modeltrail/verdict", state: "failure" });
    };
    await judge(1);
    server.onRequest = undefined;
    expect(new Set(saidOf(1))).toEqual(new Set(["failure"]));
  });

  it("waits once its pull request is closed, and stays where the base contains its commit", async () => {
    await propose("1.1.0");
    const { octokit, at } = team.world;
    for (const number of [1, 2]) await judge(number);
    await octokit.pulls.update({ ...at, pull_number: 1, state: "closed" });
    const { code } = await judge(1, "closed");
    expect([code, saidOf(1)]).toEqual([0, ["success", "pending"]]);
    expect(writesIn(await team.during(() => judge(1, "closed")))).toEqual([]);
    await team.merge("promote/staging/fraud/1.1.0");
    const merged = await judge(2, "closed");
    expect([merged.code, saidOf(2)]).toEqual([0, ["success"]]);
  });

  it("is taken from all when the policy cannot be read, but from what mends it", async () => {
    await propose();
    const { repository, octokit, at } = team.world;
    const policy = team.git("show", "main:modeltrail.yaml");
    await judge(1);
    commitFiles(repository, { files: { "modeltrail.yaml": "kind: [\n" } });
    commitFiles(repository, { branch: "mend", files: { "modeltrail.yaml": `${policy}\n` } });
    await octokit.pulls.create({ ...at, head: "mend", base: "main", title: "Mend" });
    await judge(2);
    const { code, stdout } = await runStep("validate", team.world, { event: pushEvent(team.world) });
    expect(code).toBe(1);
    expect(stdout).toContain("BROKEN_MANIFEST");
    expect([saidOf(1), saidOf(2)]).toEqual([["success", "error"], ["success"]]);
  });

  it("is taken from those that are too many to be judged, forks before others", async () => {
    await propose("1.1.0");
    for (const number of [1, 2]) await judge(number);
    moveToFork(team.world, 2);
    const context = await team.open();
    const found = await judgeRequests(context, { artifacts: "changed", most: 1 });
    expect(found.judged.map(({ request }) => request?.request.number)).toEqual([1]);
    const env = {
      GITHUB_SERVER_URL: team.world.server.url,
      GITHUB_REPOSITORY: "acme/models",
      GITHUB_RUN_ID: "1",
    };
    const rest = { artifacts: "changed", isAboutAll: true, head: undefined, number: undefined } as const;
    const publishing = { env, context, comment: false, suggest: false, ...rest };
    await publishVerdicts(publishing, found, found.judged);
    expect([saidOf(1).at(-1), saidOf(2).at(-1)]).toEqual(["success", "pending"]);
  });

  it("is decided by the pull request of one's own where a fork's has the same head", async () => {
    await propose();
    const { repository, octokit, at } = team.world;
    repository.git.run(["branch", "same", repository.pulls.get(1)!.head.sha]);
    await octokit.pulls.create({ ...at, head: "same", base: "main", title: "Same" });
    moveToFork(team.world, 2);
    expect(repository.pulls.get(2)?.head.sha).toBe(repository.pulls.get(1)?.head.sha);
    const { report } = await runStep("validate", team.world, { event: scheduleEvent() });
    expect(report).toMatchObject([{ verdict: "pass" }, { verdict: "not-verified" }]);
    await runStep("validate", team.world, {
      event: dispatchEvent(team.world),
      inputs: { "pull-request": "2" },
    });
    await runStep("validate", team.world, { event: scheduleEvent() });
    expect(saidOf(1)).toEqual(["success"]);
  });

  it("is known to be denied before all others are judged", async () => {
    await propose("1.1.0");
    const { repository, octokit, at } = team.world;
    repository.git.run(["branch", "same", repository.pulls.get(1)!.head.sha]);
    await octokit.pulls.create({ ...at, head: "same", base: "main", title: "Same" });
    moveToFork(team.world, 3);
    await team.merge("promote/staging/fraud/1.1.0");
    const denied: (number | undefined)[] = [];
    let isDone = false;
    const found = await judgeRequests(await team.open(), {
      artifacts: "none",
      denied: (_, { request }) => {
        expect(isDone).toBe(false);
        return Promise.resolve(void denied.push(request?.request.number));
      },
    });
    isDone = true;
    expect(found.judged.map(({ verdict }) => verdict)).toEqual(["fail", "not-verified"]);
    expect([denied, found.base]).toEqual([[1], "main"]);
  });

  it("stays where it was what let its pull request in", async () => {
    team = await openNoCloneTeam({ settings: { allow_auto_merge: true } });
    await team.register("fraud", "1.0.0");
    const { server, repository } = team.world;
    server.protect(repository, "main", { requiredChecks: ["modeltrail/verdict"], enforceAdmins: true });
    await promote(team, "1.0.0", { autoMerge: true });
    const { code, outputs } = await judge(1);
    expect(repository.pulls.get(1)?.merged).not.toBeNull();
    expect([code, outputs["verdict"], saidOf(1)]).toEqual([0, "pass", ["success"]]);
  });
});
