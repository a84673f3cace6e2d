import { expect, it } from "vitest";
import type { BranchRules } from "../../../src/ports/host-rules.ts";
import { checkDefaultBranch } from "../../../src/workflows/doctor/branch-checks.ts";

const RULES: BranchRules = {
  pullRequests: true,
  approvals: 0,
  codeOwners: false,
  forcePushesBlocked: true,
  deletionBlocked: true,
  statuses: [],
  partial: false,
};

it.each<[status: string, part: string, rules: Partial<BranchRules>]>([
  ["warn", "takes pushes", { pullRequests: false, approvals: 1 }],
  ["warn", "nobody but their author", {}],
  ["warn", "could not tell", { partial: true }],
  ["ok", "approved", { approvals: 1 }],
  ["ok", "approved", { codeOwners: true }],
])("pull requests are %s: %s", (status, part, rules) => {
  const [check] = checkDefaultBranch("main", { ...RULES, ...rules }, { status: "v", isReported: true });
  expect(check).toMatchObject({ name: "pull requests", status, message: expect.stringContaining(part) });
});
