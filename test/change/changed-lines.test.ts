import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { changedLines, type LineChange } from "../../src/change/changed-lines.ts";

/** As GitHub applies suggestions: from the last to the first, so that line numbers hold. */
function apply(text: string, changes: readonly LineChange[]): string {
  const lines = text.split("\n");
  for (const { from, to, text: replacement } of changes.toReversed())
    lines.splice(from - 1, to - from + 1, ...(replacement === "" ? [] : replacement.split("\n")));
  return lines.join("\n");
}

describe("the lines in which two texts differ", () => {
  it("are given run by run", () => {
    expect(changedLines("a\nb\nc\nd\n", "a\nX\nY\nd\n")).toEqual([{ from: 2, to: 3, text: "X\nY" }]);
    expect(changedLines("a\nb\nc\n", "X\nb\nZ\n")).toEqual([
      { from: 1, to: 1, text: "X" },
      { from: 3, to: 3, text: "Z" },
    ]);
    expect(changedLines("same\n", "same\n")).toEqual([]);
  });

  it("make the one text of the other, and stand on lines that are there", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 8 })
      .map((lines) => `${lines.join("\n")}\n`);
    fc.assert(
      fc.property(text, text, (current, wanted) => {
        const changes = changedLines(current, wanted);
        const last = current.split("\n").length;
        for (const { from, to } of changes) {
          expect(from).toBeGreaterThan(0);
          expect(to).toBeGreaterThanOrEqual(from);
          expect(to).toBeLessThanOrEqual(last);
        }
        expect(apply(current, changes)).toBe(wanted);
      }),
      { numRuns: 2000 },
    );
  });
});
