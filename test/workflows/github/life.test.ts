import { describe, expect, it } from "vitest";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { listProposals } from "../../../src/workflows/proposals.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { rollbackStage } from "../../../src/workflows/rollback.ts";
import { teamsOfTest } from "../../builders/github-team.ts";

const start = teamsOfTest();

const METHODS = {
  merge: {},
  squash: { settings: { allow_merge_commit: false, allow_rebase_merge: false } },
  rebase: { settings: { allow_merge_commit: false, allow_squash_merge: false } },
} as const;

describe("the life of a model by pull requests", { timeout: 120_000 }, () => {
  it.each(["merge", "squash", "rebase"] as const)(
    "goes from registration to rollback (%s)",
    async (method) => {
      const { world, ada, open, register, bring } = await start({
        ...METHODS[method],
        registration: "pull-request",
      });
      await register("fraud", "1.0.0");
      await bring("fraud", "1.0.0", "staging");
      await bring("fraud", "1.0.0", "production");
      await register("fraud", "1.1.0");
      await bring("fraud", "1.1.0", "staging");

      const outcome = await promoteVersion(await open(), "fraud@staging", "production", {
        reason: "Better on new devices",
      });
      expect(outcome).toMatchObject({ status: "opened", branch: "promote/production/fraud/1.1.0" });
      if (outcome.status === "already" || outcome.request === undefined) throw new Error("no pull request");
      const { number } = outcome.request;
      const { data: pull } = await world.octokit.pulls.get({ ...world.at, pull_number: number });
      expect(pull.title).toBe("promote(production): fraud 1.0.0 -> 1.1.0");
      expect(pull.body).toContain("Promotes `fraud` `1.0.0` → `1.1.0` at `production`.");
      expect(pull.body).toContain("> Better on new devices");
      expect(pull.body).toContain("`modeltrail rollback fraud --stage production --to 1.0.0`");
      expect(pull.labels.map(({ name }) => name).toSorted()).toEqual([
        "model:fraud",
        "modeltrail",
        "stage:production",
      ]);
      expect([pull.commits, pull.changed_files]).toEqual([1, 1]);

      const rob = world.as("rob");
      await rob.pulls.createReview({ ...world.at, pull_number: number, event: "APPROVE" });
      const { proposals } = await listProposals(await open());
      expect(proposals).toMatchObject([
        { branch: outcome.branch, verdict: "pass", approvals: ["rob"], author: "ada", request: { number } },
      ]);

      expect(await mergeProposal(await open(), String(number))).toMatchObject({
        status: "merged",
        branch: outcome.branch,
      });
      expect(await mergeProposal(await open(), `#${number}`)).toMatchObject({ status: "already" });
      expect(world.repository.git.parse(`refs/heads/${outcome.branch}`)).toBeUndefined();
      // Your own main follows, and says what GitHub's says.
      expect(ada.git("rev-parse", "main").trim()).toBe(world.main());
      expect(await resolveModel(await open(), "fraud@production")).toMatchObject({ version: "1.1.0" });
      ada.git("fsck", "--strict");

      const back = await rollbackStage(await open(), "fraud", "production");
      expect(back).toMatchObject({ status: "opened", branch: "rollback/production/fraud/1.0.0" });
      await mergeProposal(await open(), "rollback/production/fraud/1.0.0");
      expect(await resolveModel(await open(), "fraud@production")).toMatchObject({ version: "1.0.0" });
      expect((await listProposals(await open())).proposals).toEqual([]);
    },
  );
});
