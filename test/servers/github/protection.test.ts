import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld } from "./world.ts";

let world: World;
let pull: { owner: string; repo: string; pull_number: number };
beforeEach(async () => {
  world = await openWorld();
  pull = { ...world.at, pull_number: 1 };
});
afterEach(() => world.close());

describe("a protected branch", () => {
  it("waits for reviews of people who may write", async () => {
    const { octokit, server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 1 });
    await world.open("a");
    expect((await octokit.pulls.get(pull)).data.mergeable_state).toBe("blocked");
    await world.as("eve").pulls.createReview({ ...pull, event: "APPROVE" });
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({
      status: 405,
      response: {
        data: { message: "At least 1 approving review is required by reviewers with write access." },
      },
    });
    const rob = world.as("rob");
    const { data } = await rob.pulls.createReview({ ...pull, event: "REQUEST_CHANGES", body: "no" });
    await world.as("max").pulls.createReview({ ...pull, event: "APPROVE" });
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    await octokit.pulls.dismissReview({ ...pull, review_id: data.id, message: "settled" });
    expect((await octokit.pulls.merge(pull)).data.merged).toBe(true);
  });

  it("drops approvals of what was pushed over, when told to", async () => {
    const { octokit, server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 1, dismissStaleReviews: true });
    await world.open("a");
    await world.as("rob").pulls.createReview({ ...pull, event: "APPROVE" });
    world.commit({ branch: "a", files: { "b.txt": "b" } });
    const { data } = await octokit.pulls.listReviews(pull);
    expect(data.map((one) => one.state)).toEqual(["DISMISSED"]);
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
  });

  it("waits for statuses on the head, the newest of each name", async () => {
    const { octokit, server, repository, at } = world;
    server.protect(repository, "main", { requiredChecks: ["modeltrail", "other"] });
    const { head: sha } = await world.open("a");
    const report = (state: "success" | "failure" | "pending", context = "modeltrail"): Promise<unknown> =>
      octokit.repos.createCommitStatus({ ...at, sha, state, context, description: "d" });
    await report("success", "other");
    const refused = (says: string): Promise<void> =>
      expect(octokit.pulls.merge(pull)).rejects.toMatchObject({
        status: 405,
        response: { data: { message: `Required status check "modeltrail" is ${says}.` } },
      });
    await refused("expected");
    await report("pending");
    await refused("pending");
    await report("failure");
    await refused("failing");
    const combined = await octokit.repos.getCombinedStatusForRef({ ...at, ref: "a" });
    expect(combined.data).toMatchObject({ state: "failure", total_count: 2, sha });
    await report("success");
    expect((await octokit.repos.getCombinedStatusForRef({ ...at, ref: sha })).data.state).toBe("success");
    expect((await octokit.repos.listCommitStatusesForRef({ ...at, ref: "a" })).data[0]).toMatchObject({
      state: "success",
      creator: { login: "ada" },
    });
    expect((await octokit.pulls.merge(pull)).data.merged).toBe(true);
  });

  it("counts check runs as it counts statuses", async () => {
    const { octokit, server, repository, at } = world;
    server.protect(repository, "main", { requiredChecks: ["modeltrail"], strictChecks: true });
    const { head } = await world.open("a");
    const run = { ...at, name: "modeltrail", head_sha: head };
    await octokit.checks.create({ ...run, status: "completed", conclusion: "failure" });
    expect((await octokit.pulls.get(pull)).data.mergeable_state).toBe("blocked");
    await octokit.checks.create({ ...run, conclusion: "success" });
    expect((await octokit.checks.listForRef({ ...at, ref: "a" })).data).toMatchObject({ total_count: 2 });
    world.commit({ files: { "other.txt": "o" } });
    expect((await octokit.pulls.get(pull)).data.mergeable_state).toBe("behind");
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
  });

  it("lets admins pass unless it binds them", async () => {
    const { server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 2, enforceAdmins: true });
    await world.open("a");
    const max = world.as("max");
    await expect(max.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    server.protect(repository, "main", { requiredReviews: 2 });
    expect((await max.pulls.merge(pull)).data.merged).toBe(true);
  });

  it("is described, to admins, and as a branch to all", async () => {
    const { octokit, server, repository, at } = world;
    const branch = { ...at, branch: "main" };
    await expect(world.as("max").repos.getBranchProtection(branch)).rejects.toMatchObject({
      status: 404,
      response: { data: { message: "Branch not protected" } },
    });
    server.protect(repository, "main", {
      requiredReviews: 1,
      requiredChecks: ["modeltrail"],
      enforceAdmins: true,
    });
    await expect(octokit.repos.getBranchProtection(branch)).rejects.toMatchObject({ status: 403 });
    expect((await world.as("max").repos.getBranchProtection(branch)).data).toMatchObject({
      required_status_checks: { contexts: ["modeltrail"], strict: false },
      required_pull_request_reviews: { required_approving_review_count: 1 },
      enforce_admins: { enabled: true },
    });
    expect((await octokit.repos.getBranch(branch)).data).toMatchObject({
      name: "main",
      protected: true,
      commit: { sha: world.main() },
    });
    await expect(octokit.repos.getBranch({ ...at, branch: "none" })).rejects.toMatchObject({ status: 404 });
  });

  it("has rules, too", async () => {
    const { octokit, server, repository, at } = world;
    const reviews = {
      required_approving_review_count: 1,
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: false,
      require_last_push_approval: false,
      required_review_thread_resolution: false,
      allowed_merge_methods: ["squash"],
    };
    server.setRules(repository, "main", [
      { type: "pull_request", parameters: reviews },
      {
        type: "required_status_checks",
        parameters: {
          required_status_checks: [{ context: "modeltrail" }],
          strict_required_status_checks_policy: false,
        },
      },
      { type: "non_fast_forward" },
    ]);
    const { head } = await world.open("a");
    const rules = await octokit.repos.getBranchRules({ ...at, branch: "main" });
    expect(rules.data.map((rule) => rule.type)).toEqual([
      "pull_request",
      "required_status_checks",
      "non_fast_forward",
    ]);
    await world.as("rob").pulls.createReview({ ...pull, event: "APPROVE" });
    await octokit.repos.createCommitStatus({ ...at, sha: head, state: "success", context: "modeltrail" });
    await expect(octokit.pulls.merge(pull)).rejects.toMatchObject({ status: 405 });
    expect((await octokit.pulls.merge({ ...pull, merge_method: "squash" })).data.merged).toBe(true);
    await expect(
      octokit.git.updateRef({ ...at, ref: "heads/main", sha: head, force: true }),
    ).rejects.toMatchObject({ status: 422 });
  });
});
