import { describe, expect, it } from "vitest";
import { draftEntries, type JudgedCommit } from "../../src/audit/draft.ts";
import { MAX_ENTRY_BYTES, renderCanonical } from "../../src/audit/entry.ts";
import { plainText } from "../../src/audit/plain-text.ts";
import { makeFinding } from "../../src/diagnostics/make-finding.ts";
import { snapshot } from "../builders/manifests.ts";

/** A commit whose every name and message is as long as it gets. */
function judged(character: string): JudgedCommit {
  const long = character.repeat(5000);
  const findings = Array.from({ length: 60 }, () =>
    makeFinding("NOT_A_PLAIN_FILE", { file: long, message: long }),
  );
  return {
    source: "a".repeat(40),
    committedAt: "2026-11-20T10:15:00Z",
    policy: "b".repeat(64),
    rules: 1,
    transitions: [
      { kind: "promote", model: long, stage: long, from: long, to: long },
      { kind: "edit", model: long, file: long },
    ],
    gates: [{ gate: "schema", status: "fail", findings }],
    head: snapshot({}),
    prefix: `${long}/`,
  };
}

describe("an entry", () => {
  it.each(["x", "é", '"', "\\", "\u{1f600}", "\u{e0001}", "\u0001", "\ud800"])(
    "is never longer than one that can be read, of names of %j",
    (character) => {
      for (const draft of draftEntries(judged(character))) {
        const text = renderCanonical({ ...draft, seq: 999_999_999, prev: "c".repeat(64) });
        expect(new TextEncoder().encode(text).length).toBeLessThan(MAX_ENTRY_BYTES);
        const { findings, more } = draft.verdict;
        expect(findings.length).toBeGreaterThan(0);
        expect(findings.length + more).toBe(60);
      }
    },
  );

  it("cuts a text by what is written of it, and no escape in the middle", () => {
    expect(plainText("\u{e0001}".repeat(9), 20)).toBe("\\u{e0001}\\u{e0001}…");
    expect(plainText("\u{e0001}\u{e0001}", 18)).toBe("\\u{e0001}\\u{e0001}");
    expect(plainText("abcde", 5)).toBe("abcde");
    expect(plainText("abcdef", 5)).toBe("abcd…");
  });
});
