import { afterEach, describe, expect, it } from "vitest";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { yankVersion } from "../../src/workflows/yank.ts";
import { runStep, type StepResult, WRITER, workflowToken } from "../builders/action-step.ts";
import { groupEvent, moveToFork, pushEvent, requestEvent, scheduleEvent } from "../builders/events.ts";
import { type NoCloneTeam, openNoCloneTeam, promote, writesIn } from "../builders/no-clone-team.ts";
import { commitFiles } from "../servers/github/commit-files.ts";

const STAGE = "models/fraud/stages/staging/stage.yaml";
const BRANCH = "promote/staging/fraud/1.1.0";
const VERDICT = "modeltrail/verdict";

let team: NoCloneTeam;
afterEach(() => team.dispose());

/** Each of these takes seconds; what they differ in is told by one of them as well. */
const isLong = process.env["MODELTRAIL_TEST_LONG"] === "1";

/** A registry with 1.0.0 at staging, and #2, which brings 1.1.0 there and carries a success. */
async function succeed(): Promise<string> {
  team = await openNoCloneTeam();
  for (const version of ["1.0.0", "1.1.0"]) await team.register("fraud", version);
  await promote(team);
  await team.merge("promote/staging/fraud/1.0.0");
  await promote(team, "1.1.0");
  await judge(2);
  const head = headOf(2);
  expect(saidOn(head)).toEqual(["success"]);
  return head;
}

function judge(number: number, action = "synchronize", before?: string): Promise<StepResult> {
  const event = requestEvent(team.world, number, action, "pull_request", before);
  return runStep("validate", team.world, { event });
}

function headOf(number: number): string {
  return team.world.repository.pulls.get(number)!.head.sha;
}

/** All that was said of the verdict on a commit, oldest first. */
function saidOn(sha: string): readonly string[] {
  const own = team.world.repository.statuses.filter((one) => one.sha === sha && one.context === VERDICT);
  return own.map(({ state }) => state);
}

async function yank(version: string): Promise<void> {
  const outcome = await yankVersion(await team.open(), `fraud@${version}`, { reason: "bad" });
  await team.merge((outcome as { readonly branch: string }).branch);
}

async function open(head: string): Promise<number> {
  const { data } = await team.world.octokit.pulls.create({
    ...team.world.at,
    head,
    base: "main",
    title: head,
  });
  return data.number;
}

/** Whether GitHub would merge it, with the verdict required. */
async function lands(number: number): Promise<boolean> {
  const { server, repository, octokit, at } = team.world;
  server.protect(repository, "main", { requiredChecks: [VERDICT], enforceAdmins: true });
  return octokit.pulls.merge({ ...at, pull_number: number }).then(
    () => true,
    () => false,
  );
}

describe("a commit that its pull request has left", { timeout: 120_000 }, () => {
  it.each(isLong ? ["by force", "by one more commit"] : ["by one more commit"])(
    "keeps no success: %s",
    async (how) => {
      const first = await succeed();
      const { repository } = team.world;
      if (how === "by force") repository.git.move(`refs/heads/${BRANCH}`, first, team.world.main());
      commitFiles(repository, { branch: BRANCH, files: { [STAGE]: "kind: [\n" } });
      const second = await follow();
      await judge(2, "synchronize", first);
      expect([saidOn(first), saidOn(second)]).toEqual([["success", "pending"], ["failure"]]);
      await yank("1.1.0");
      repository.git.move(`refs/heads/${BRANCH}`, second, first);
      expect(await follow()).toBe(first);
      expect(await lands(2)).toBe(false);
    },
  );

  it("is found without the event that says so, by the next run for it and by one over all", async () => {
    const first = await succeed();
    const { repository } = team.world;
    const like = repository.statuses.find(({ sha, context }) => sha === first && context === VERDICT)!;
    repository.git.move(`refs/heads/${BRANCH}`, first, team.world.main());
    commitFiles(repository, { branch: BRANCH, files: { [STAGE]: "kind: [\n" } });
    await follow();
    for (const run of [
      () => judge(2, "edited"),
      () => runStep("validate", team.world, { event: scheduleEvent() }),
    ]) {
      repository.statuses.push({ ...like, id: like.id + 100_000 });
      await run();
      expect(saidOn(first).at(-1)).toBe("pending");
    }
  });

  it("keeps it where another own pull request into the same branch stands there", async () => {
    const first = await succeed();
    const { repository } = team.world;
    repository.git.run(["branch", "same", first]);
    await open("same");
    repository.git.move(`refs/heads/${BRANCH}`, first, team.world.main());
    commitFiles(repository, { branch: BRANCH, files: { "note.txt": "a\n" } });
    await follow();
    await judge(2, "synchronize", first);
    await runStep("validate", team.world, { event: scheduleEvent() });
    expect(saidOn(first)).toEqual(["success"]);
  });

  /** The head of #2, once GitHub has followed its branch. */
  async function follow(): Promise<string> {
    const { data } = await team.world.octokit.pulls.get({ ...team.world.at, pull_number: 2 });
    return data.head.sha;
  }
});

describe("the head of a pull request that ended", { timeout: 120_000 }, () => {
  it.each(isLong ? (["squash", "rebase"] as const) : (["squash"] as const))(
    "keeps no success when it is merged by %s",
    async (method) => {
      const head = await succeed();
      const { octokit, at, repository } = team.world;
      await octokit.pulls.merge({ ...at, pull_number: 2, merge_method: method });
      expect((await judge(2, "closed")).code).toBe(0);
      expect(saidOn(head)).toEqual(["success", "pending"]);
      await promoteVersion(await team.open(), "fraud@1.0.0", "staging");
      await team.merge("rollback/staging/fraud/1.0.0");
      await yank("1.1.0");
      repository.git.run(["branch", "again", head]);
      expect(await lands(await open("again"))).toBe(false);
    },
  );

  it("keeps none when it was merged into another branch than the registry's", async () => {
    const head = await succeed();
    const { octokit, at, repository } = team.world;
    repository.git.run(["branch", "develop", "main"]);
    await octokit.pulls.update({ ...at, pull_number: 2, base: "develop" });
    await octokit.pulls.merge({ ...at, pull_number: 2, merge_method: "merge" });
    const like = repository.statuses.find(({ sha, context }) => sha === head && context === VERDICT)!;
    for (const run of [
      () => judge(2, "closed"),
      () => runStep("validate", team.world, { event: scheduleEvent() }),
    ]) {
      repository.statuses.push({ ...like, id: like.id + 100_000 });
      expect((await run()).code).toBe(0);
      expect(saidOn(head).at(-1)).toBe("pending");
    }
  });

  it("keeps none when a token closed it that starts no run, or merged it", async () => {
    const head = await succeed();
    const { octokit, at, repository } = team.world;
    await team.register("fraud", "1.2.0");
    const newer = { model: "fraud", version: "1.2.0", stage: "staging" };
    expect((await runStep("promote", team.world, { inputs: newer })).code).toBe(0);
    expect([repository.pulls.get(2)?.state, saidOn(head)]).toEqual(["closed", ["success"]]);
    await judge(3);
    const squashed = headOf(3);
    await octokit.pulls.merge({ ...at, pull_number: 3, merge_method: "squash" });
    const { code } = await runStep("validate", team.world, { event: pushEvent(team.world) });
    expect(code).toBe(0);
    expect([saidOn(head), saidOn(squashed)]).toEqual([
      ["success", "pending"],
      ["success", "pending"],
    ]);
    const again = await team.during(() => runStep("validate", team.world, { event: scheduleEvent() }));
    expect(writesIn(again)).toEqual([]);
  });

  it("keeps none for a fork's with the same head, be the own one closed or sent elsewhere", async () => {
    const head = await succeed();
    const { octokit, at, repository } = team.world;
    repository.git.run(["branch", "same", head]);
    const fork = await open("same");
    moveToFork(team.world, fork);
    await octokit.pulls.update({ ...at, pull_number: 2, state: "closed" });
    await judge(2, "closed");
    expect(saidOn(head)).toEqual(["success", "pending"]);
    await octokit.pulls.update({ ...at, pull_number: 2, state: "open" });
    await judge(2, "reopened");
    commitFiles(repository, { branch: "develop", files: { "a.txt": "a" } });
    await octokit.pulls.update({ ...at, pull_number: 2, base: "develop" });
    await judge(2, "edited");
    expect(saidOn(head)).toEqual(["success", "pending", "success", "pending"]);
    expect(await lands(fork)).toBe(false);
  });

  it("says whose success stays, and fails, where it cannot be taken back", async () => {
    const head = await succeed();
    const { octokit, at, server } = team.world;
    await octokit.pulls.update({ ...at, pull_number: 2, state: "closed" });
    server.fail({ matches: ({ write, path }) => write && path.endsWith(head), fault: 422 });
    for (const event of [requestEvent(team.world, 2, "closed"), scheduleEvent()]) {
      const { code, stdout } = await runStep("validate", team.world, { event });
      expect(code).toBe(1);
      expect(stdout).toMatch(
        /^::error::The success of #2, on commit [0-9a-f]{12}, could not be taken back: /m,
      );
    }
    server.heal();
    const readOnly = workflowToken(team.world, { ...WRITER, statuses: "read" });
    const event = requestEvent(team.world, 2, "closed");
    const { code, stdout } = await runStep("validate", team.world, { event, inputs: { token: readOnly } });
    expect(code).toBe(0);
    expect(stdout).toContain("the next run over all pull requests takes its success back");
  });
});

describe("a commit with many statuses", { timeout: 120_000 }, () => {
  it("gets no success that could not be taken back", async () => {
    const head = await succeed();
    const { repository } = team.world;
    const [like] = repository.statuses;
    const creator = repository.owner;
    for (let id = 0; id < 900; id += 1)
      repository.statuses.push({
        ...like!,
        id: 90_000 + id,
        sha: head,
        context: VERDICT,
        state: "pending",
        creator,
      });
    const { code, outputs, stdout } = await judge(2);
    expect([code, outputs["verdict"]]).toEqual([1, undefined]);
    expect(saidOn(head).at(-1)).toBe("error");
    expect(stdout).toMatch(/^::error::#2: too many statuses stand on this commit/m);
  });
});

describe("a merge queue", { timeout: 120_000 }, () => {
  it("lets in what mends a policy that cannot be read, and nothing else", async () => {
    await succeed();
    const { repository } = team.world;
    const policy = team.git("show", "main:modeltrail.yaml");
    commitFiles(repository, { files: { "modeltrail.yaml": "kind: [\n" } });
    const base = team.world.main();
    const queued = async (branch: string, files: Record<string, string>): Promise<string | undefined> => {
      const head = commitFiles(repository, { branch: `gh-readonly-queue/main/${branch}`, files });
      await runStep("validate", team.world, { event: groupEvent(team.world, { base, head }) });
      return saidOn(head).at(-1);
    };
    expect(await queued("mend", { "modeltrail.yaml": `${policy}\n` })).toBe("success");
    const stage = team.git("show", `${BRANCH}:${STAGE}`);
    expect(await queued("more", { "modeltrail.yaml": `${policy}\n`, [STAGE]: `${stage}\n` })).toBe("failure");
    expect(await queued("other", { "note.txt": "a\n" })).toBe("error");
  });

  it("has its commit forgotten when the group is given up, unless it is merged", async () => {
    const head = await succeed();
    const [name, payload] = groupEvent(team.world, { base: team.world.main(), head });
    for (const [reason, said] of [
      ["merged", ["success"]],
      ["dequeued", ["success", "pending"]],
    ] as const) {
      const event = [name, { ...payload, action: "destroyed", reason }] as const;
      expect((await runStep("validate", team.world, { event })).code).toBe(0);
      expect(saidOn(head)).toEqual(said);
    }
  });
});

describe("a registry on another branch than the default one", { timeout: 120_000 }, () => {
  it("is judged again by a push to it, and to none else, and is what the gate reads", async () => {
    team = await openNoCloneTeam();
    for (const version of ["1.0.0", "1.1.0"]) await team.register("fraud", version);
    await promote(team);
    await team.merge("promote/staging/fraud/1.0.0");
    const { repository } = team.world;
    const policy = team
      .git("show", "main:modeltrail.yaml")
      .replace("spec:\n", 'spec:\n  branch: "release"\n');
    const gate = (): Promise<StepResult> =>
      runStep("gate", team.world, { inputs: { model: "fraud", stage: "staging" } });
    commitFiles(repository, { files: { "modeltrail.yaml": `${policy}\n` } });
    expect((await gate()).stdout).toContain('names the branch "release", which is not there');
    repository.git.run(["branch", "release", "main"]);
    await promote(team, "1.1.0");
    const push = (ref: string): Promise<StepResult> =>
      runStep("validate", team.world, { event: pushEvent(team.world, ref) });
    const { code, outputs } = await push("refs/heads/release");
    expect([code, outputs["verdict"]]).toEqual([0, "pass"]);
    const other = await push("refs/heads/other");
    expect([other.code, other.stdout.includes("not to release")]).toEqual([1, true]);
    await team.merge(BRANCH);
    const passed = await gate();
    expect(passed.outputs).toMatchObject({ version: "1.1.0", commit: repository.git.parse("release") });
    commitFiles(repository, { branch: "release", files: { "models/fraud/yanked/1.1.0.yaml": "yanked\n" } });
    expect((await gate()).code).toBe(1);
  });
});
