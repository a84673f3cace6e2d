import { describe, expect, it } from "vitest";
import { renderAuditVerification } from "../../src/report/text/audit-verify.ts";

const CLEAN = {
  branch: "modeltrail-audit",
  commit: "a".repeat(40),
  main: "b".repeat(40),
  base: "main",
  defaultBranch: "main",
  entries: 5,
  verified: 5,
  otherRules: 0,
  pending: 0,
  anchors: 1,
  stores: [{ uri: "s3://acme-models/registry/", anchors: 1, older: 0 }],
  findings: [],
} as const;

function lastLines(verification: Parameters<typeof renderAuditVerification>[0]): string {
  return JSON.stringify(renderAuditVerification(verification).slice(-2));
}

describe("a verification of the audit history", () => {
  it("says that no entry was changed only where everything was recomputed", () => {
    expect(lastLines(CLEAN)).toContain("no entry was changed");
    const left = lastLines({ ...CLEAN, verified: 3, otherRules: 2 });
    expect(left).not.toContain("no entry was changed");
    expect(left).toContain("2 verdicts not recomputed");
  });

  it("names the branch that it went by", () => {
    expect(lastLines(CLEAN)).toContain("of main:");
  });

  it("says how many anchors were compared, and that enrichment is not proved", () => {
    expect(lastLines(CLEAN)).toMatch(/1 anchor compared: all agree\. What .* is not proved/);
    expect(lastLines({ ...CLEAN, anchors: 0 })).toContain("no anchor to compare");
    expect(lastLines({ ...CLEAN, anchors: "unknown", stores: [] })).toContain("No anchors were compared");
    const store = { uri: "file:/x/", anchors: "unknown", older: 0, problem: "x" } as const;
    expect(lastLines({ ...CLEAN, stores: [...CLEAN.stores, store] })).toContain("1 store did not tell");
    const own = { uri: "file:.modeltrail/artifacts/", anchors: 0, older: 0 } as const;
    expect(lastLines({ ...CLEAN, anchors: 0, stores: [own] })).toMatch(/no anchor to compare.*is not here/);
    const many = [{ uri: "file:/x/", anchors: 10_000, older: 7 }];
    expect(lastLines({ ...CLEAN, anchors: 10_000, stores: many })).toContain("7 older ones were not");
  });
});
