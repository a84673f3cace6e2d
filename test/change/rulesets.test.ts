import { expect, it } from "vitest";
import { planRulesets } from "../../src/change/rulesets.ts";

const NAMES = {
  prefix: "",
  branch: "main",
  auditBranch: "log",
  isPublic: true,
  verdict: "modeltrail/verdict",
};

it("keeps the audit history whole and in one line, and lets the recorder push", () => {
  const [main, audit] = planRulesets(NAMES);
  expect(audit?.rules.map(({ type }) => type)).toEqual([
    "deletion",
    "non_fast_forward",
    "required_linear_history",
  ]);
  expect(main?.rules.map(({ type }) => type)).not.toContain("required_linear_history");
});

it("calls the rules of two registries in one repository by two names", () => {
  const names = ["", "ml/", "team a/ml/"].flatMap((prefix) =>
    planRulesets({ ...NAMES, prefix }).map(({ name }) => name),
  );
  expect(new Set(names).size).toBe(6);
  expect(names).toContain("modeltrail: main");
  expect(names).toContain("modeltrail in ml: main");
});
