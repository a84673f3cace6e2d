import { afterEach, describe, expect, it } from "vitest";
import {
  runStep,
  type StepOptions,
  type StepResult,
  WRITER,
  workflowToken,
} from "../builders/action-step.ts";
import {
  dispatchEvent,
  groupEvent,
  moveToFork,
  pushEvent,
  requestEvent,
  scheduleEvent,
} from "../builders/events.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { type NoCloneTeam, openNoCloneTeam, promote, writesIn } from "../builders/no-clone-team.ts";
import { commitFiles } from "../servers/github/commit-files.ts";

const STAGE = "models/fraud/stages/staging/stage.yaml";
const GATES = ["artifact", "consistency", "immutability", "order", "retire", "schema", "stale"];

let team: NoCloneTeam;
afterEach(() => team.dispose());

/** A registry with a version, and a pull request that brings it to staging. */
async function propose(...versions: readonly string[]): Promise<void> {
  team = await openNoCloneTeam();
  await team.register("fraud", "1.0.0");
  for (const version of versions) await team.register("fraud", version);
  await promote(team);
}

function validate(options: StepOptions): Promise<StepResult> {
  return runStep("validate", team.world, options);
}

function judge(number: number, options: StepOptions = {}): Promise<StepResult> {
  return validate({ event: requestEvent(team.world, number, "synchronize"), ...options });
}

/** The last state of each status of the head of a pull request, or of a commit. */
function statusesOf(of: number | string): Record<string, string> {
  const { repository } = team.world;
  const sha = typeof of === "string" ? of : repository.pulls.get(of)!.head.sha;
  const own = repository.statuses.filter((one) => one.sha === sha);
  return Object.fromEntries(own.map(({ context, state }) => [context.replace("modeltrail/", ""), state]));
}

/** A person's pull request that edits the stage by hand. */
async function editByHand(change: (text: string) => string, branch = "ada-patch-1"): Promise<number> {
  const { world } = team;
  const text = change(world.repository.git.text(["show", `main:${STAGE}`]));
  commitFiles(world.repository, { branch, files: { [STAGE]: text }, message: "Update stage.yaml" });
  const { data } = await world.octokit.pulls.create({
    ...world.at,
    head: branch,
    base: "main",
    title: "Edit",
  });
  return data.number;
}

describe("action/validate on a pull request", { timeout: 120_000 }, () => {
  it("sets the statuses of a change that passes, and nothing when it is run again", async () => {
    await propose();
    const first = await judge(1);
    expect(first.code).toBe(0);
    expect(first.outputs).toMatchObject({ verdict: "pass", findings: "0" });
    expect(first.report).toMatchObject({ verdict: "pass", pullRequest: { number: 1 } });
    expect(first.summary).toContain("✅ #1");
    expect(statusesOf(1)).toEqual(Object.fromEntries(["verdict", ...GATES].map((gate) => [gate, "success"])));
    const { statuses, pulls } = team.world.repository;
    // The success comes last.
    expect(statuses.at(-1)).toMatchObject({
      context: "modeltrail/verdict",
      targetUrl: `${team.world.server.url}/acme/models/actions/runs/4711`,
    });
    expect(pulls.get(1)?.comments).toEqual([]);
    const again = await team.during(() => judge(1, { env: { GITHUB_RUN_ID: "4712" } }));
    expect(writesIn(again)).toEqual([]);
  });

  it("denies with annotations, a comment and suggestions, and takes all back once it is mended", async () => {
    await propose("1.1.0");
    await team.merge("promote/staging/fraud/1.0.0");
    const good = team.world.repository.git.text(["show", `main:${STAGE}`]);
    const number = await editByHand((text) => text.replace('version: "1.0.0"', 'version: "1.1.0"'));
    const { code, outputs, stdout, summary } = await judge(number);
    expect(code).toBe(1);
    expect(outputs["verdict"]).toBe("fail");
    expect(stdout).toMatch(
      /^::error title=consistency%3A STAGE_DIFFERS,file=models\/fraud\/stages\/staging\/stage\.yaml,line=\d+,col=\d+::/m,
    );
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("::error::Denied by consistency");
    expect(statusesOf(number)).toMatchObject({
      verdict: "failure",
      consistency: "failure",
      schema: "success",
    });
    const pull = team.world.repository.pulls.get(number)!;
    expect(pull.comments).toHaveLength(1);
    expect(pull.comments[0]?.body).toContain("Denied by consistency");
    expect(summary).toContain("Denied by consistency");
    expect(pull.reviewComments.length).toBeGreaterThan(0);
    const again = await team.during(() => judge(number));
    expect(writesIn(again)).toEqual([]);

    commitFiles(team.world.repository, { branch: "ada-patch-1", files: { [STAGE]: `${good}# mended\n` } });
    const mended = await team.during(() => judge(number));
    expect(writesIn(mended)).toContain("issues/update-comment");
    expect(pull.comments).toHaveLength(1);
    expect(pull.comments[0]?.body).toContain("✅");
  });

  it("leaves a comment alone that somebody else made with our marker", async () => {
    await propose("1.1.0");
    const marker = "<!-- modeltrail:verdict e3b0c44298fc -->";
    await team.world.octokit.issues.createComment({
      ...team.world.at,
      issue_number: 1,
      body: `${marker}\nAll is well.`,
    });
    await promote(team, "1.1.0", { queue: true });
    await team.merge("promote/staging/fraud/1.1.0");
    await judge(1);
    const { comments } = team.world.repository.pulls.get(1)!;
    expect(comments.map(({ user }) => user.login)).toEqual(["ada", "github-actions[bot]"]);
    expect(comments[0]?.body).toBe(`${marker}\nAll is well.`);
    expect(comments[1]?.body.startsWith(marker)).toBe(true);
  });

  it("says what is missing where the token may not set statuses", async () => {
    await propose();
    const token = workflowToken(team.world, { ...WRITER, statuses: "read", pull_requests: "read" });
    const { code, stdout } = await judge(1, { inputs: { token } });
    expect(code).toBe(1);
    expect(stdout).toContain("statuses: write");
    expect(statusesOf(1)).toEqual({});
    // Nor does it let one in that goes elsewhere.
    commitFiles(team.world.repository, { branch: "develop", files: { "a.txt": "a" } });
    await team.world.octokit.pulls.update({ ...team.world.at, pull_number: 1, base: "develop" });
    const elsewhere = await judge(1, { inputs: { pending: "pass" } });
    expect(elsewhere.code).toBe(0);
    expect(elsewhere.outputs["verdict"]).toBe("pending");
    expect(statusesOf(1)).toEqual({ verdict: "pending" });
    expect(team.world.repository.pulls.get(1)?.comments).toEqual([]);
  });

  it.each(["there", "gone"])(
    "verifies nothing of a fork that is %s, and needs no right for that",
    async (is) => {
      await propose();
      moveToFork(team.world, 1, is === "gone");
      const event = requestEvent(team.world, 1, "opened");
      const token = workflowToken(team.world, { metadata: "read", contents: "read", pull_requests: "read" });
      const readOnly = await validate({ event, inputs: { token } });
      expect(readOnly.code).toBe(1);
      expect(readOnly.outputs["verdict"]).toBe("not-verified");
      expect(readOnly.summary).toContain("comes from a fork");
      expect(readOnly.stdout).not.toContain("may be merged");
      expect(statusesOf(1)).toEqual({});
      const { code, report } = await validate({ event });
      expect(code).toBe(1);
      expect(report).toMatchObject({ verdict: "not-verified" });
      expect(statusesOf(1)).toMatchObject({ verdict: "failure", schema: "success" });
    },
  );

  it("judges again when the head moves meanwhile", async () => {
    await propose();
    const { server, repository } = team.world;
    let moved = "";
    server.onRequest = ({ operationId }) => {
      if (operationId !== "pulls/get" || moved !== "") return;
      moved = "now";
      server.onRequest = ({ operationId: next }) => {
        if (next !== "pulls/get" || moved !== "now") return;
        moved = commitFiles(repository, {
          branch: "promote/staging/fraud/1.0.0",
          files: { "models/fraud/versions/1.0.0.yaml": null },
        });
      };
    };
    const { code, outputs } = await judge(1);
    server.onRequest = undefined;
    expect(moved).toHaveLength(40);
    expect(code).toBe(1);
    expect(outputs["verdict"]).toBe("fail");
    expect(repository.statuses.every(({ sha }) => sha === moved)).toBe(true);
    expect(statusesOf(moved)).toMatchObject({ verdict: "failure", immutability: "failure" });
  });

  it("never says success when a request fails, and takes a success back", { timeout: 180_000 }, async () => {
    await propose("1.1.0");
    const { server, repository } = team.world;
    await promote(team, "1.1.0", { queue: true });
    // What is stale now was good before.
    await judge(1);
    expect(statusesOf(1)["verdict"]).toBe("success");
    await team.merge("promote/staging/fraud/1.1.0");
    const good = repository.statuses.length;
    const requests = await team.during(() => judge(1));
    expect(statusesOf(1)["verdict"]).toBe("failure");
    const isLong = process.env["MODELTRAIL_TEST_LONG"] === "1";
    for (let nth = isLong ? 0 : 1; nth < requests.length; nth += isLong ? 1 : 7) {
      repository.statuses.length = good;
      let seen = 0;
      server.fail({ matches: () => seen++ === nth, fault: 403 });
      const { code } = await judge(1);
      server.heal();
      expect(code, requests[nth]?.operationId).toBe(1);
      expect(["failure", "error"], requests[nth]?.operationId).toContain(statusesOf(1)["verdict"]);
    }
  });
});

describe("action/validate, killed while it writes", { timeout: 120_000 }, () => {
  /** Runs it, and kills it when its nth write arrives, which is carried out all the same. */
  async function killedAt(nth: number): Promise<void> {
    const { server } = team.world;
    let [kill, writes] = [(): void => undefined, 0];
    server.onRequest = ({ write }) => {
      if (write && (writes += 1) === nth) kill();
    };
    const { code } = await judge(1, { started: (end) => (kill = end) });
    server.onRequest = undefined;
    expect([code, writes]).toEqual([null, nth]);
  }

  it("leaves no success that it did not mean", async () => {
    await propose("1.1.0");
    for (const nth of [1, 7]) {
      team.world.repository.statuses.length = 0;
      await killedAt(nth);
      expect(Object.keys(statusesOf(1))).toHaveLength(nth);
      expect(statusesOf(1)["verdict"]).toBeUndefined();
    }
    await judge(1);
    expect(statusesOf(1)["verdict"]).toBe("success");
    await promote(team, "1.1.0", { queue: true });
    await team.merge("promote/staging/fraud/1.1.0");
    await killedAt(1);
    expect(statusesOf(1)["verdict"]).toBe("failure");
  });
});

describe("action/validate by event", { timeout: 120_000 }, () => {
  it("judges a review, a typed number, and a group of a merge queue", async () => {
    await propose();
    const review = await validate({
      event: requestEvent(team.world, 1, "submitted", "pull_request_review"),
    });
    expect(review.outputs["verdict"]).toBe("pass");
    const typed = await validate({ event: dispatchEvent(team.world), inputs: { "pull-request": "1" } });
    expect(typed.outputs["verdict"]).toBe("pass");
    const base = team.world.main();
    const head = commitFiles(team.world.repository, {
      branch: "gh-readonly-queue/main/pr-1",
      files: { [STAGE]: team.git("show", `promote/staging/fraud/1.0.0:${STAGE}`) + "\n" },
    });
    const group = await validate({ event: groupEvent(team.world, { base, head }) });
    expect(group.code).toBe(0);
    expect(statusesOf(head)["verdict"]).toBe("success");
  });

  it("judges all that are open by push, schedule and hand, and writes what is new", async () => {
    await propose("1.1.0");
    await promote(team, "1.1.0", { queue: true });
    const first = await validate({ event: dispatchEvent(team.world) });
    expect(first.code).toBe(0);
    expect([statusesOf(1)["verdict"], statusesOf(2)["verdict"]]).toEqual(["success", "success"]);
    const again = await team.during(() => validate({ event: scheduleEvent() }));
    expect(writesIn(again)).toEqual([]);
    await team.merge("promote/staging/fraud/1.1.0");
    const { code, outputs, report } = await validate({ event: pushEvent(team.world) });
    // It has told what there is to tell.
    expect(code).toBe(0);
    expect(outputs["verdict"]).toBe("fail");
    expect(report).toMatchObject([{ verdict: "fail", pullRequest: { number: 1 } }]);
    expect(statusesOf(1)).toMatchObject({ verdict: "failure", stale: "failure" });
  });

  it("turns a waiting change green by itself once what it waits for is there", async () => {
    await propose();
    const context = await team.open();
    await promoteVersion(context, "fraud@1.0.0", "production", { draft: true });
    await judge(2);
    expect(statusesOf(2)).toMatchObject({ verdict: "failure", order: "failure" });
    await team.merge("promote/staging/fraud/1.0.0");
    const { code } = await validate({ event: scheduleEvent() });
    expect(code).toBe(0);
    expect(statusesOf(2)).toMatchObject({ verdict: "success", order: "success" });
    expect(team.world.repository.pulls.get(2)?.comments[0]?.body).toContain("✅");
  });

  it("lets in what mends a policy that cannot be read, and nothing else", async () => {
    await propose();
    const policy = team.git("show", "main:modeltrail.yaml");
    commitFiles(team.world.repository, { files: { "modeltrail.yaml": "kind: [\n" }, message: "Break" });
    const broken = await judge(1);
    expect(broken.code).toBe(1);
    expect(statusesOf(1)).toMatchObject({ verdict: "failure", schema: "failure" });
    commitFiles(team.world.repository, { branch: "mend", files: { "modeltrail.yaml": `${policy}\n` } });
    await team.world.octokit.pulls.create({ ...team.world.at, head: "mend", base: "main", title: "Mend" });
    const { code } = await judge(2);
    expect(code).toBe(0);
    expect(statusesOf(2)["verdict"]).toBe("success");
  });

  it("judges what brings the registry, and nothing else before it is there", async () => {
    await propose();
    const { repository } = team.world;
    const policy = team.git("show", "main:modeltrail.yaml");
    const empty = repository.git.text(["mktree"], "").trim();
    const who = ["-c", "user.name=A", "-c", "user.email=a@e.example"];
    const first = repository.git.text([...who, "commit-tree", empty], "Begin\n").trim();
    repository.git.move("refs/heads/main", team.world.main(), first);
    for (const [branch, file] of [
      ["bring", "modeltrail.yaml"],
      ["leave", "README.md"],
    ] as const) {
      commitFiles(repository, { branch, files: { [file]: `${policy}\n` } });
      await team.world.octokit.pulls.create({ ...team.world.at, head: branch, base: "main", title: branch });
    }
    const brings = await judge(2);
    expect(brings.code).toBe(0);
    expect(statusesOf(2)["verdict"]).toBe("success");
    const leaves = await judge(3);
    expect(leaves.code).toBe(1);
    expect(statusesOf(3)).toEqual({ verdict: "error" });
  });

  it("works on a registry in a folder, and names files from the repository's root", async () => {
    await propose();
    const { git } = team.world.repository;
    const inside = git
      .text(["mktree"], `040000 tree ${team.git("rev-parse", "main^{tree}")}\tmy registry\n`)
      .trim();
    const tree = git.text(["mktree"], `040000 tree ${inside}\tml\n`).trim();
    const message = Buffer.from("Move\n");
    const moved = git
      .text(["-c", "user.name=A", "-c", "user.email=a@e.example", "commit-tree", tree, "-p", "main"], message)
      .trim();
    git.move("refs/heads/main", team.world.main(), moved);
    const path = "ml/my registry";
    commitFiles(team.world.repository, { branch: "bad", files: { [`${path}/${STAGE}`]: "kind: x\n" } });
    const { data } = await team.world.octokit.pulls.create({
      ...team.world.at,
      head: "bad",
      base: "main",
      title: "Bad",
    });
    const { code, stdout } = await judge(data.number, { inputs: { path } });
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^::error title=schema%3A \w+,file=ml\/my registry\/models\/fraud\/stages\/staging/m,
    );
    const root = await judge(data.number);
    expect(root.stdout).toContain("NOT_A_REGISTRY");
    expect(root.code).toBe(1);
  });

  it("tells the others when one cannot be told", async () => {
    await propose("1.1.0");
    await promote(team, "1.1.0", { queue: true });
    const head = team.world.repository.pulls.get(1)!.head.sha;
    team.world.server.fail({
      matches: ({ path }) => path.includes(`...${head}`) || path.includes(`${head}/statuses`),
      fault: 500,
    });
    const { code } = await validate({ event: scheduleEvent() });
    expect(code).toBe(1);
    expect(statusesOf(2)["verdict"]).toBe("success");
    expect(statusesOf(1)["verdict"]).not.toBe("success");
  });
});

describe("what a verdict costs", { timeout: 120_000 }, () => {
  it("does not grow with the number of models", async () => {
    await propose();
    const costOf = async (): Promise<{ readonly requests: number; readonly bytes: number }> => {
      const seen = await team.during(() => judge(1));
      return { requests: seen.length, bytes: seen.reduce((sum, { bytes }) => sum + bytes, 0) };
    };
    await judge(1);
    const small = await costOf();
    const files: Record<string, string> = {};
    for (let at = 0; at < 100; at += 1)
      for (const version of ["1.0.0", "1.1.0"])
        files[`models/other-${at}/versions/${version}.yaml`] = `${at}\n`;
    commitFiles(team.world.repository, { files });
    const large = await costOf();
    expect(small.requests).toBeLessThan(25);
    // One commit more to look back over.
    expect(large.requests).toBeLessThanOrEqual(small.requests + 3);
    // Of other models only names are read, some hundred bytes each.
    expect(large.bytes - small.bytes).toBeLessThan(2 * 101 * 100 + 10_000);
  });
});
