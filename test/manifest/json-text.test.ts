import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type JsonNode, parseJsonText } from "../../src/manifest/json-text.ts";
import { TRIALS } from "./samples.ts";

/** What JSON.parse would have made of it. */
function toValue({ content }: JsonNode): unknown {
  if (content.kind === "map")
    return Object.fromEntries([...content.entries].map(([key, node]) => [key, toValue(node)]));
  if (content.kind === "list") return content.items.map(toValue);
  return content.kind === "text" ? content.text : (JSON.parse(content.text) as unknown);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe("parseJsonText", () => {
  it("reads what JSON.parse reads, to the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const reading = parseJsonText(text);
        expect(reading.ok && toValue(reading.root)).toEqual(JSON.parse(text));
      }),
      { numRuns: TRIALS },
    );
  });

  it("takes no text that JSON.parse refuses, and never throws", () => {
    const pieces = '{}[]":,\\/*-+.eE01NaInf tru"a"\n\r\t\u0000\u2028\u00a0\ufeffué'.split("");
    const mutated = fc
      .tuple(fc.json({ maxDepth: 3 }), fc.nat(), fc.nat(3), fc.array(fc.constantFrom(...pieces)))
      .map(([text, at, gone, put]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + put.join("") + text.slice(start + gone);
      });
    fc.assert(
      fc.property(mutated, (text) => {
        const reading = parseJsonText(text);
        const wrong = reading.ok ? undefined : reading.problem;
        expect(isJson(text)).toBe(wrong === undefined || /stands twice|nested too deeply/.test(wrong));
      }),
      { numRuns: TRIALS * 5 },
    );
  });

  it.each([
    ['{"a": 1, // one\n"b": 2}', 9],
    ["/* none */ 1", 0],
    ['{"a": 1,}', 8],
    ["[1,]", 3],
    ['{"a": NaN}', 6],
    ["[1, -Infinity]", 4],
    ['{"a": 1,\n"\\u0061": 2}', 9],
    ['[{"a": 1, "a": 1}]', 10],
    ["", 0],
    ["  ", 2],
    ["[1", 2],
    ['"a', 0],
    ["1 2", 2],
  ])("refuses %j at %i", (text, at) => {
    expect(parseJsonText(text)).toMatchObject({ ok: false, at });
  });

  it("refuses what is nested deeper than anybody writes, however deep", () => {
    expect(parseJsonText(`${"[".repeat(32)}${"]".repeat(32)}`).ok).toBe(true);
    for (const [text, at] of [
      ["[".repeat(1_000_000), 32],
      ['{"a":'.repeat(1_000_000), 160],
    ] as const)
      expect(parseJsonText(text)).toEqual({ ok: false, at, problem: "is nested too deeply" });
    expect(parseJsonText(JSON.stringify("[".repeat(100))).ok).toBe(true);
  });

  it("keeps numbers as they are written, and keys that mean something elsewhere", () => {
    const reading = parseJsonText('{"__proto__": 1.10, "constructor": -0.0, "x": 1E+400}');
    const { content } = reading.ok ? reading.root : { content: undefined };
    const entries = content?.kind === "map" ? [...content.entries] : [];
    expect(entries.map(([key, { content: value }]) => [key, value])).toEqual([
      ["__proto__", { kind: "number", text: "1.10" }],
      ["constructor", { kind: "number", text: "-0.0" }],
      ["x", { kind: "number", text: "1E+400" }],
    ]);
  });
});
