import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runStep, type StepResult, workflowToken } from "../builders/action-step.ts";
import { checkout } from "../builders/checkout.ts";
import { pushEvent, requestEvent } from "../builders/events.ts";
import { BRANCH, type NoCloneTeam, openNoCloneTeam, promote } from "../builders/no-clone-team.ts";

const AUDIT = "modeltrail-audit";

let team: NoCloneTeam;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "modeltrail-checkout-"));
  team = await openNoCloneTeam();
  await team.register("fraud", "1.0.0");
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await team.dispose();
});

async function record(
  inputs: Readonly<Record<string, string>> = {},
  depth = 0,
): Promise<StepResult & { readonly place: string }> {
  const place = await checkout(team.world, folder, depth);
  const event = pushEvent(team.world);
  const result = await runStep("record", team.world, { inputs, event, env: { GITHUB_WORKSPACE: place } });
  return { ...result, place };
}

function enrichment(seq: number): unknown {
  return JSON.parse(team.git("show", `${AUDIT}:enrichment/000000/${String(seq).padStart(9, "0")}.json`));
}

describe("action/record", { timeout: 120_000 }, () => {
  it("records what reached main, with what GitHub knows of it, and notes it on the pull request", async () => {
    await promote(team);
    await runStep("validate", team.world, { event: requestEvent(team.world, 1) });
    const { head } = team.world.repository.pulls.get(1)!;
    await team.world.as("rob").pulls.createReview({
      ...team.world.at,
      pull_number: 1,
      event: "APPROVE",
      commit_id: head.sha,
    });
    await team.merge(BRANCH);
    const { code, outputs, stdout, summary } = await record({ comment: "true" });
    expect(stdout).not.toContain("::warning");
    expect(code).toBe(0);
    const recorded = Number(outputs["recorded"]);
    expect(recorded).toBeGreaterThanOrEqual(3);
    expect(outputs).toEqual({
      recorded: String(recorded),
      unverified: "0",
      sequence: String(recorded),
      tip: team.git("rev-parse", AUDIT),
    });
    expect(enrichment(recorded)).toMatchObject({
      seq: recorded,
      pullRequest: { number: 1, author: "ada", mergedBy: "ada" },
      approvals: [{ login: "rob" }],
      run: { id: "4711" },
      gates: { artifact: { state: "success" } },
    });
    expect(summary).toContain("fraud");
    const { comments } = team.world.repository.pulls.get(1)!;
    expect(comments.map(({ body }) => body)).toEqual([
      expect.stringMatching(
        /^<!-- modeltrail:recorded [0-9a-f]{12} -->\nRecorded in the audit history/,
      ) as string,
    ]);
    // Run again, in a clone as shallow as they come, there is nothing to do.
    const again = await record({}, 1);
    expect(again.code).toBe(0);
    expect(again.outputs).toEqual({ ...outputs, recorded: "0" });
  });

  it("deepens a shallow checkout, and warns of what came around the gates", async () => {
    const { world } = team;
    const path = "models/fraud/versions/1.0.0.yaml";
    world.commit({ files: { [path]: team.git("show", `main:${path}`).replace("bin", "exe") } });
    const { code, outputs, stdout } = await record({ anchor: "false" }, 1);
    expect(code).toBe(0);
    expect(outputs["unverified"]).toBe("1");
    expect(stdout).toMatch(/^::warning::Entry \d+ came around the gates/m);
  });

  it("goes by the default branch that the event names, though an older main lies beside it", async () => {
    const { world } = team;
    world.commit({ branch: "trunk", files: { "models/fraud/README.md": "# Fraud\n" } });
    const [name, payload] = pushEvent(world, "refs/heads/trunk");
    const { repository } = payload as { readonly repository: object };
    const place = await checkout(world, folder, 0);
    const { code } = await runStep("record", world, {
      event: [name, { ...payload, repository: { ...repository, default_branch: "trunk" } }],
      env: { GITHUB_WORKSPACE: place },
    });
    expect(code).toBe(0);
    const messages = team.git("log", "--format=%B", AUDIT);
    expect(messages).toContain(team.git("rev-parse", "trunk"));
  });

  it("fails where the token may not push, and records nothing", async () => {
    const token = workflowToken(team.world, { metadata: "read", contents: "read", pull_requests: "read" });
    const { code, outputs } = await record({ token });
    expect(code).toBe(1);
    expect(outputs).toEqual({});
    expect(team.world.repository.git.parse(`refs/heads/${AUDIT}`)).toBeUndefined();
  });
});
