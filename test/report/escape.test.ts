import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { renderJson, renderJsonLine, renderYaml } from "../../src/report/documents.ts";
import { escapeText } from "../../src/report/escape.ts";
import { renderPage, styled } from "../../src/report/page.ts";

const NASTY = [
  "\u001b[31m",
  "\n",
  "\r",
  "\t",
  "\u009b",
  "\u202e",
  "\u2066",
  "\u200b",
  "\ufeff",
  "\u2028",
  "\ud800",
  "\u{e0041}",
  "\u00ad",
  "::",
  "##[",
  ":",
  "#",
  "[",
  " ",
  "error::x",
  "ß",
  "日本",
  "\\",
  '"',
  "é",
  "🙂",
];
const nasty = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: "binary" })), { maxLength: 12 })
  .map((parts) => parts.join(""));

function isInert(line: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(line) && !/^\s*::/.test(line) && !line.includes("##[");
}

describe("the sink", () => {
  it.each([
    ["plain text: fine", "plain text: fine"],
    ["a\nb\tc\r", "a\\nb\\tc\\r"],
    ["\u001b[31mred", "\\u001b[31mred"],
    ["\u202eright", "\\u202eright"],
    ["tag\u{e0041}", "tag\\u{e0041}"],
    ["::error::x", "\\u003a:error::x"],
    ["  ::error::x", "  \\u003a:error::x"],
    ["a ::error::x", "a ::error::x"],
    ["a ##[error]x", "a #\\u0023[error]x"],
    ["###[error]", "##\\u0023[error]"],
    ["日本 é 🙂", "日本 é 🙂"],
  ])("%j", (text, shown) => expect(escapeText(text)).toBe(shown));

  it("makes any text inert, and does nothing to it again", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const shown = escapeText(text);
        expect(isInert(shown)).toBe(true);
        expect(escapeText(shown)).toBe(shown);
      }),
    );
  });

  it("makes any line inert that is put together from pieces", () => {
    fc.assert(
      fc.property(fc.array(nasty, { maxLength: 4 }), fc.boolean(), (pieces, color) => {
        const text = renderPage(
          [pieces.map((piece, index) => (index % 2 === 0 ? piece : styled("bad", piece)))],
          { color },
        );
        const plain = text.slice(0, -1).replaceAll(/\u001b\[(31|39)m/g, "");
        expect(text.endsWith("\n")).toBe(true);
        expect(isInert(plain)).toBe(true);
      }),
    );
  });
});

describe("documents", () => {
  const value = fc.dictionary(
    fc.constantFrom("a", "on", "b c", "__proto", "1", "::x"),
    fc.oneof(
      nasty,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(
        fc.oneof(nasty, fc.dictionary(fc.constantFrom("k", "l"), nasty), fc.array(nasty, { maxLength: 2 })),
        { maxLength: 3 },
      ),
    ),
  );
  const plain = (document: unknown): unknown => JSON.parse(JSON.stringify(document));

  it("as JSON are inert, and hold the same value", () => {
    fc.assert(
      fc.property(value, (document) => {
        for (const text of [renderJson(document), renderJsonLine(document)]) {
          expect(JSON.parse(text)).toEqual(plain(document));
          expect(text.slice(0, -1).split("\n").every(isInert)).toBe(true);
        }
      }),
    );
  });

  it("as YAML are inert, and hold the same value under both versions", () => {
    fc.assert(
      fc.property(value, (document) => {
        const text = renderYaml(document);
        for (const version of ["1.1", "1.2"] as const)
          expect(parse(text, { version })).toEqual(plain(document));
        expect(text.slice(0, -1).split("\n").every(isInert)).toBe(true);
      }),
    );
  });
});
