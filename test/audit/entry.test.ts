import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  enrichmentPath,
  entryPath,
  expectedShape,
  parseAuditPath,
  renderCanonical,
} from "../../src/audit/entry.ts";
import { longestRise } from "../../src/audit/longest-rise.ts";
import { describeEntry, renderEntryMessage } from "../../src/audit/message.ts";
import { parseEntry } from "../../src/audit/parse-entry.ts";
import { plainText } from "../../src/audit/plain-text.ts";
import { inertWords } from "../../src/change/inert-words.ts";

const ENTRY = {
  schema: "modeltrail.dev/audit/v1",
  seq: 7,
  source: "a".repeat(40),
  index: 1,
  of: 1,
  kind: "promote",
  model: "fraud",
  stage: "production",
  from: "1.0.0",
  to: "1.1.0",
  digest: `sha256:${"b".repeat(64)}`,
  policy: "c".repeat(64),
  rules: 1,
  verdict: {
    result: "pass",
    gates: { retire: "skipped", order: "pass", schema: "pass" },
    findings: [],
    more: 0,
  },
  committedAt: "2026-11-20T10:15:00Z",
  prev: "d".repeat(64),
} as const;

describe("paths", () => {
  it("hold a thousand entries a folder, and say which", () => {
    expect(entryPath(1)).toBe("entries/000000/000000001.json");
    expect(entryPath(1000)).toBe("entries/000001/000001000.json");
    expect(enrichmentPath(999_999_999)).toBe("enrichment/999999/999999999.json");
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), (seq) => {
        expect(parseAuditPath(entryPath(seq))).toEqual({ kind: "entry", seq });
        expect(parseAuditPath(enrichmentPath(seq))).toEqual({ kind: "enrichment", seq });
      }),
    );
    expect(expectedShape(999)).toEqual({ folders: 1, inLast: 999 });
    expect(expectedShape(1000)).toEqual({ folders: 2, inLast: 1 });
  });

  it.each([
    "entries/000001/000000001.json",
    "entries/000000/000000000.json",
    "entries/1.json",
    "README.md",
    "x/entries/000000/000000001.json",
  ])("that are none: %s", (path) => expect(parseAuditPath(path)).toBeUndefined());
});

describe("an entry", () => {
  it("is read as it is written", () => {
    const text = renderCanonical(ENTRY);
    expect(text.startsWith('{"committedAt":')).toBe(true);
    expect(parseEntry(text)).toEqual({ ok: true, entry: ENTRY });
  });

  it.each([
    [{ seq: 0 }],
    [{ seq: 1.5 }],
    [{ source: "x" }],
    [{ kind: "hack" }],
    [{ model: null }],
    [{ extra: 1 }],
    [{ schema: "v2" }],
    [{ prev: "00" }],
    [{ wasBroken: false }],
    [{ committedAt: "yesterday" }],
    [{ verdict: { ...ENTRY.verdict, result: "maybe" } }],
    [{ verdict: { ...ENTRY.verdict, findings: [{ code: 1 }] } }],
    [{ verdict: undefined }],
  ])("is none with %j", (change) => {
    expect(parseEntry(renderCanonical({ ...ENTRY, ...change })).ok).toBe(false);
  });

  it.each([
    ["a second newline", `${renderCanonical(ENTRY)}\n`],
    ["another order", `${JSON.stringify(ENTRY)}\n`],
    ["a field twice", renderCanonical(ENTRY).replace('"seq":7', '"seq":6,"seq":7')],
    ["half a character", renderCanonical(ENTRY).replace('"fraud"', '"\\ud800"')],
  ])("is none with %s", (_, text) => expect(parseEntry(text).ok).toBe(false));
});

describe("the message of an entry", () => {
  it("says what happened and why it was allowed, for people and for programs", () => {
    expect(renderEntryMessage(ENTRY, inertWords)).toBe(
      [
        "production: fraud 1.0.0 -> 1.1.0",
        "",
        `Verified under the policy of ${"c".repeat(12)}: schema, order.`,
        "",
        "Kind: promote",
        "Model: fraud",
        "Stage: production",
        "Version-From: 1.0.0",
        "Version-To: 1.1.0",
        `Artifact-Digest: sha256:${"b".repeat(64)}`,
        `Source-Commit: ${"a".repeat(40)}`,
        "Verdict: pass",
        "Audit-Sequence: 7",
        `Audit-Previous: ${"d".repeat(64)}`,
        "",
      ].join("\n"),
    );
  });

  it("names what was not passed, a few of many", () => {
    const findings = Array.from({ length: 9 }, (_, index) => ({
      code: "X",
      gate: "schema",
      message: `@ada ${index}`,
    }));
    const verdict = {
      result: "unverified",
      gates: { soak: "pending", schema: "fail" },
      findings,
      more: 3,
    } as const;
    const lines = renderEntryMessage({ ...ENTRY, verdict }, inertWords).split("\n");
    expect(lines.filter((line) => line.startsWith("Unverified: schema: @ ada"))).toHaveLength(5);
    expect(lines).toContain("and 8 more");
  });

  it("leaves names of the usual form as they are", () => {
    expect(describeEntry({ ...ENTRY, model: "gh-1" }, inertWords)).toBe("production: gh-1 1.0.0 -> 1.1.0");
  });
});

describe("plain text", () => {
  it("is one line that hides nothing, of bounded length and whole characters", () => {
    expect(plainText("a\nb\u202e\u{e0041}é", 99)).toBe("a\\u000ab\\u202e\\u{e0041}é");
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }),
        fc.integer({ min: 1, max: 40 }),
        (text, most) => {
          const plain = plainText(text, most);
          expect(() => encodeURIComponent(plain)).not.toThrow();
          expect(plain).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        },
      ),
    );
  });
});

describe("the longest rise", () => {
  it("is rising, and no shorter than any other", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: 9 }), (values) => {
        const kept = [...longestRise(values)].toSorted((a, b) => a - b).map((index) => values[index] ?? 0);
        expect(kept).toEqual(kept.toSorted((a, b) => a - b));
        expect(kept.length).toBe(longestByTrying(values));
      }),
    );
  });
});

function longestByTrying(values: readonly number[]): number {
  const [first, ...rest] = values;
  if (first === undefined) return 0;
  return Math.max(longestByTrying(rest), 1 + longestByTrying(rest.filter((value) => value > first)));
}
