import { describe, expect, it } from "vitest";
import { compareHistory, type ComparedHistory } from "../../src/audit/compare-history.ts";
import { renderCanonical, type EntryDraft } from "../../src/audit/entry.ts";
import { parseEntry } from "../../src/audit/parse-entry.ts";
import { codes, sha256 } from "../builders/manifests.ts";

const RULES = 3;

function draft(index: number): EntryDraft {
  return {
    schema: "modeltrail.dev/audit/v1",
    source: "a".repeat(40),
    index,
    of: 9,
    kind: "edit",
    file: `models/${index}`,
    policy: "c".repeat(64),
    rules: RULES,
    verdict: { result: "unverified", gates: { schema: "fail" }, findings: [], more: 0 },
    committedAt: "2026-11-20T10:15:00Z",
  };
}

/** A chain that fits, of entries by these rules. */
function compare(rules: readonly number[], change: Partial<EntryDraft> = {}): ComparedHistory {
  let prev = "0".repeat(64);
  const found = rules.map((own, index) => {
    const entry = { ...draft(index + 1), rules: own, seq: index + 1, prev, ...(index === 1 ? change : {}) };
    const text = renderCanonical(entry);
    prev = sha256(text);
    return { seq: index + 1, commit: "e".repeat(40), text, digest: prev, reading: parseEntry(text) };
  });
  return compareHistory({ expected: rules.map((_, index) => draft(index + 1)), found, rules: RULES });
}

const PASS = { verdict: { result: "pass", gates: { schema: "pass" }, findings: [], more: 0 } } as const;

describe("the rules that entries name", () => {
  it("may rise, and what older ones decided stands", () => {
    expect(compare([1, 1, 2, 3, 3], PASS)).toMatchObject({ findings: [], verified: 2, otherRules: 3 });
  });

  it("still leave everything else to be compared", () => {
    expect(codes(compare([1, 1, 3], { file: "other" }).findings)).toEqual(["AUDIT_ENTRY_EDITED"]);
    expect(codes(compare([3, 3, 3], PASS).findings)).toEqual(["AUDIT_ENTRY_EDITED"]);
  });

  it.each([
    ["are newer than this version's", [3, 4, 3], 2],
    ["are newer than this version's, from the first on", [4, 4, 4], 1],
    ["are older than those of an entry before", [3, 2, 3], 2],
    ["fall in the middle of older ones", [2, 1, 3], 2],
  ])("are no way around the judge when they %s", (_, rules, seq) => {
    const { findings } = compare(rules, PASS);
    expect(codes(findings)).toEqual(["AUDIT_RULES_IMPLAUSIBLE"]);
    expect(findings[0]).toMatchObject({ severity: "error", file: `entries/000000/00000000${seq}.json` });
  });
});
