import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCanonical } from "../../src/manifest/canonical.ts";
import { findForbiddenInText } from "../../src/manifest/characters.ts";
import { limitsOf } from "../../src/manifest/limits.ts";
import { parseCanonicalManifest } from "../../src/manifest/read-canonical.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { parseStrictYaml } from "../../src/manifest/strict-yaml.ts";
import { encode, SAMPLES, STAGE, STAGE_TEXT, TRIALS } from "./samples.ts";

const LIMITS = limitsOf("ModelStage");

/** Whatever the fast reader reads, the full one reads alike. */
function expectAgreement(text: string): void {
  const fast = parseCanonical(text, LIMITS);
  if (fast === undefined) return;
  expect(findForbiddenInText(text)).toBe(-1);
  const full = parseStrictYaml(text, LIMITS);
  expect(full, JSON.stringify(text)).toMatchObject({ ok: true });
  if (full.ok) expect(full.document.value).toEqual(fast);
}

/** Lines that come near to the style of our own. */
const oddLine = fc
  .tuple(
    fc.constantFrom("", "", "  ", "    ", "      ", " ", "- ", "  - ", "    - ", "-"),
    fc.constantFrom(
      "a:",
      "b:",
      "c:",
      '"a":',
      '"d e":',
      "on:",
      "1:",
      "e5:",
      "a/b:",
      "<<:",
      "constructor:",
      "a :",
      "- a:",
      "#",
      "# x",
      "",
      "x",
    ),
    fc.constantFrom("", " ", "  "),
    fc.constantFrom(
      '"x"',
      '"a\\nb"',
      '"\\u0041"',
      '"é"',
      '"a" # b',
      "'x'",
      "1",
      "-1",
      "-0",
      "1.50",
      "1.10e-7",
      "1.0e-7",
      "no",
      "true",
      "True",
      "null",
      "~",
      "[]",
      "{}",
      "[a]",
      "{a: b}",
      "x",
      "x y",
      "1.4.0",
      "a:b",
      "a: b",
      "x:",
      "*a",
      "&a",
      "!a",
      "|",
      ">",
      "@a",
      "`",
      "-",
      "--",
      "---",
      ".",
      "%a",
      "?",
      ":",
      "a#b",
      "a #b",
    ),
  )
  .map((parts) => parts.join(""));

const plainLine = fc
  .tuple(
    fc.constantFrom("", "  ", "    "),
    fc.constantFrom("a", "b", "c", "- a", "- b"),
    fc.constantFrom("", ' "x"', " 1", " true", " []"),
  )
  .map(([indent, key, value]) => `${indent}${key}:${value}`);
const line = fc.oneof({ weight: 4, arbitrary: plainLine }, { weight: 1, arbitrary: oddLine });

describe("parseCanonical", () => {
  it("agrees with the full reader on lines in any order", () => {
    let read = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        const text = `${lines.join("\n")}\n`;
        if (parseCanonical(text, LIMITS) !== undefined) read += 1;
        expectAgreement(text);
      }),
      { numRuns: TRIALS * 10 },
    );
    // The property says nothing when nothing is read.
    expect(read).toBeGreaterThan(100);
  });

  it("agrees with the full reader on texts of our own with one line changed", () => {
    const texts = SAMPLES.map((manifest) => renderManifest(manifest).split("\n"));
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(), fc.nat(3), line, (lines, at, remove, added) => {
        const changed = [...lines];
        changed.splice(at % lines.length, remove, added);
        expectAgreement(changed.join("\n"));
      }),
      { numRuns: TRIALS },
    );
  });

  it("agrees with the full reader on any plain value", () => {
    const characters = fc.string({
      unit: fc.constantFrom(..."0123456789aefnoyxX._:/@+- ~#,'\"\\".split("")),
      maxLength: 8,
    });
    fc.assert(
      fc.property(characters, (value) => {
        expectAgreement(`a: ${value}\nb:\n  - ${value}\n`);
        expectAgreement(`${value}: 1\n`);
      }),
      { numRuns: TRIALS },
    );
  });

  it("reads comments on lines of their own and values without quotes", () => {
    const text =
      "# top\n\na: 1.4.0 \n".replace(" \n", "\n") +
      '  # between\nb:\n# left\n  - 24h\n  - c: "x"\n\n    d: []\n';
    expect(parseCanonical(text, LIMITS)).toEqual({ a: "1.4.0", b: ["24h", { c: "x", d: [] }] });
    expectAgreement(text);
  });

  it.each([
    "a: 1",
    "a: 1\r\n",
    "\ta: 1\n",
    "a: 'x'\n",
    'a: "x" # y\n',
    "a: x y\n",
    "a: [1]\n",
    "a: |\n  x\n",
    "a:\n",
    "a:\n- 1\n",
    "a:\n   b: 1\n",
    "--- \na: 1\n",
    'a: "\\u0041"\n',
    'a: "\\/"\n',
    "- 1\n",
    "",
    "\n",
    'a: "x\u202e"\n',
    "a: *b\n",
    "a: &b 1\n",
    "a: 1\na: 2\n",
    "__proto__: 1\n",
    "<<: 1\n",
  ])("leaves %j to the full reader", (text) => {
    expect(parseCanonical(text, LIMITS)).toBeUndefined();
  });

  it("keeps within the limits of the full reader", () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, key) => `k${String(key)}: 1\n`).join("");
    const deep = (depth: number): string =>
      `${Array.from({ length: depth }, (_, level) => `${"  ".repeat(level)}a:\n`).join("")}${"  ".repeat(depth)}b: 1\n`;
    expect(parseCanonical(many(1_000), LIMITS)).toBeDefined();
    expect(parseCanonical(many(3_000), LIMITS)).toBeUndefined();
    expect(parseCanonical("#\n".repeat(16_000), LIMITS)).toBeUndefined();
    expect(parseCanonical(deep(31), LIMITS)).toBeDefined();
    expectAgreement(deep(31));
    expect(parseCanonical(deep(32), LIMITS)).toBeUndefined();
    expect(parseStrictYaml(deep(32), LIMITS).ok).toBe(false);
  });
});

describe("parseCanonicalManifest", () => {
  it.each(SAMPLES)("knows where everything of a $kind stands, as the full reader does", (manifest) => {
    const bytes = encode(renderManifest(manifest));
    const fast = parseCanonicalManifest(manifest.kind, bytes);
    const full = parseStrictManifest(manifest.kind, bytes, "f");
    if (fast === undefined || !full.ok) throw new Error("not read");
    for (const pointer of pointersOf(manifest, "")) {
      expect([pointer, fast.positionOf(pointer)]).toEqual([pointer, full.positionOf(pointer)]);
      expect(fast.positionOf(pointer)).toBeDefined();
    }
    expect(fast.positionOf("/spec/none")).toBeUndefined();
    expect(fast.text).toBe(full.text);
  });

  it("points at values, and at the keys of maps", () => {
    const parsed = parseCanonicalManifest("ModelStage", encode(STAGE_TEXT));
    expect(parsed?.positionOf("/spec/version")).toEqual({ line: 14, column: 12 });
    expect(parsed?.positionOf("/spec/artifact")).toEqual({ line: 15, column: 3 });
    expect(parsed?.positionOf("")).toEqual({ line: 1, column: 1 });
  });

  it("leaves what is not a manifest of its kind to the full reader", () => {
    expect(parseCanonicalManifest("ModelVersion", encode(STAGE_TEXT))).toBeUndefined();
    expect(
      parseCanonicalManifest("ModelStage", encode(renderManifest(STAGE).replace(/^.*\n/, ""))),
    ).toBeUndefined();
  });
});

function pointersOf(value: unknown, pointer: string): readonly string[] {
  if (typeof value !== "object" || value === null) return [pointer];
  return [
    pointer,
    ...Object.entries(value).flatMap(([key, inner]) =>
      pointersOf(inner, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`),
    ),
  ];
}
