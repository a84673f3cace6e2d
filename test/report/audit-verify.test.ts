import { describe, expect, it } from "vitest";
import { renderAuditVerification } from "../../src/report/text/audit-verify.ts";

const CLEAN = {
  branch: "modeltrail-audit",
  commit: "a".repeat(40),
  main: "b".repeat(40),
  base: "main",
  entries: 5,
  verified: 5,
  otherRules: 0,
  pending: 0,
  anchors: 1,
  findings: [],
} as const;

function lastLine(verification: Parameters<typeof renderAuditVerification>[0]): string {
  return JSON.stringify(renderAuditVerification(verification).at(-1));
}

describe("a verification of the audit history", () => {
  it("says that nothing was changed only where everything was recomputed", () => {
    expect(lastLine(CLEAN)).toContain("nothing was changed");
    const left = lastLine({ ...CLEAN, verified: 3, otherRules: 2 });
    expect(left).not.toContain("nothing was changed");
    expect(left).toContain("2 verdicts not recomputed");
  });

  it("names the branch that it went by", () => {
    expect(lastLine(CLEAN)).toContain("of main:");
  });
});
