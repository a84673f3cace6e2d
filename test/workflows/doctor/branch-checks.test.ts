import { describe, expect, it } from "vitest";
import type { BranchRules, RequiredStatus } from "../../../src/ports/host-rules.ts";
import {
  checkAuditBranch,
  checkDefaultBranch,
  checkRegistration,
} from "../../../src/workflows/doctor/branch-checks.ts";

/** As the rules are that init shows. */
const RULES: BranchRules = {
  pullRequests: true,
  approvals: 1,
  codeOwners: true,
  staleDismissed: true,
  lastPushApproved: true,
  forcePushesBlocked: true,
  deletionBlocked: true,
  linearHistory: true,
  mergeQueue: false,
  pushBlocks: [],
  exceptions: [],
  statuses: [],
  partial: false,
};

describe("rules of the default branch", () => {
  it.each<[status: string, part: string, rules: Partial<BranchRules>]>([
    ["ok", "approved", {}],
    ["warn", "takes pushes", { pullRequests: false }],
    ["warn", "nobody but their author", { approvals: 0, codeOwners: false }],
    ["warn", "required_approving_review_count", { approvals: 0 }],
    ["warn", "require_code_owner_review", { codeOwners: false }],
    ["warn", "dismiss_stale_reviews_on_push", { staleDismissed: false }],
    ["warn", "require_last_push_approval", { lastPushApproved: false }],
    ["warn", "could not tell", { partial: true, codeOwners: false }],
  ])("about pull requests are %s: %s", (status, part, rules) => {
    const [check] = checkDefaultBranch("main", { ...RULES, ...rules }, { status: "v", isReported: true });
    expect(check).toMatchObject({ name: "pull requests", status, message: expect.stringContaining(part) });
  });

  it.each<[status: string, part: string, rules: Partial<BranchRules>]>([
    ["ok", "nobody", {}],
    ["ok", "could not tell", { exceptions: [{ rules: "ours", opens: ["approvals"], who: undefined }] }],
    ["ok", "could not tell", { partial: true }],
    ["warn", "a team (ours)", { exceptions: [{ rules: "ours", opens: ["pull requests"], who: "a team" }] }],
    ["warn", "a team (ours)", { exceptions: [{ rules: "ours", opens: ["source of v"], who: "a team" }] }],
    ["ok", "nobody", { exceptions: [{ rules: "ours", opens: ["linear history"], who: "a team" }] }],
    ["ok", "nobody", { exceptions: [{ rules: "ours", opens: ["status ci"], who: "a team" }] }],
  ])("name those for whom what is asked for does not hold: %s, %s", (status, part, rules) => {
    const checks = checkDefaultBranch("main", { ...RULES, ...rules }, { status: "v", isReported: true });
    expect(checks.find(({ name }) => name === "exceptions")).toMatchObject({
      status,
      message: expect.stringContaining(part),
    });
  });

  it.each<[status: string, part: string, source: RequiredStatus["source"]]>([
    ["ok", "GitHub Actions", "workflows"],
    ["ok", "one App", "app"],
    ["warn", "not GitHub Actions", "other"],
    ["warn", "anybody", "anybody"],
  ])("are %s, and say whose verdict counts: %s", (status, part, source) => {
    const rules = { ...RULES, statuses: [{ name: "v", source }] };
    const checks = checkDefaultBranch("main", rules, { status: "v", isReported: true });
    expect(checks.find(({ name }) => name === "required verdict")).toMatchObject({
      status,
      message: expect.stringContaining(part),
    });
  });

  it("stand against registering by a push, where they keep pushes out", () => {
    const closed = { ...RULES, pushBlocks: [{ rule: "pull_request", excepted: false }] };
    expect(checkRegistration("main", closed, "direct")).toMatchObject({
      status: "warn",
      hint: expect.stringContaining("pull-request"),
    });
    expect(checkRegistration("main", closed, "pull-request")).toBeUndefined();
    expect(checkRegistration("main", closed, undefined)).toBeUndefined();
    expect(checkRegistration("main", RULES, "direct")).toBeUndefined();
  });
});

describe("rules of the audit branch", () => {
  it.each<[status: string, part: string, rules: Partial<BranchRules>]>([
    ["ok", "neither", {}],
    ["warn", "merge commits", { linearHistory: false }],
    ["warn", "rewritten", { forcePushesBlocked: false }],
    ["warn", "deleted", { deletionBlocked: false }],
    ["fail", "pull_request", { pushBlocks: [{ rule: "pull_request", excepted: false }] }],
    ["fail", "required_signatures", { pushBlocks: [{ rule: "required_signatures", excepted: false }] }],
    ["warn", "update", { pushBlocks: [{ rule: "update", excepted: undefined }] }],
    [
      "warn",
      "an App (ours)",
      { exceptions: [{ rules: "ours", opens: ["deletion blocked"], who: "an App" }] },
    ],
    ["ok", "neither", { exceptions: [{ rules: "ours", opens: ["approvals"], who: "an App" }] }],
    ["ok", "neither", { exceptions: [{ rules: "ours", opens: ["deletion blocked"], who: undefined }] }],
    ["ok", "excepted", { pushBlocks: [{ rule: "update", excepted: true }] }],
  ])("are %s: %s", (status, part, rules) => {
    expect(checkAuditBranch("log", { ...RULES, ...rules })).toMatchObject({
      status,
      message: expect.stringContaining(part),
    });
  });
});
