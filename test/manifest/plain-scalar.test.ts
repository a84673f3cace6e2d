import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parsePlain, renderNumber } from "../../src/manifest/plain-scalar.ts";
import { TRIALS } from "./samples.ts";

describe("parsePlain", () => {
  it.each([
    "y",
    "N",
    "yes",
    "No",
    "on",
    "OFF",
    "True",
    "FALSE",
    "Null",
    "NULL",
    "0755",
    "0o14",
    "0b11",
    "0x1f",
    "1_000",
    "1,000",
    "1e3",
    "1.5e3",
    "+1",
    "-0",
    "-0.0",
    ".5",
    "1.",
    ".",
    "+",
    "1:30",
    "190:20:30.15",
    "2001-01-01",
    "2026-11-20T10:15:00Z",
    "2001-12-14 21:59:43.10",
    ".inf",
    "-.INF",
    ".NaN",
    "1e999",
    "1.0e+999",
    "9007199254740993",
    "12e4567",
    "=",
    "<<",
    "0.12345678901234567891",
    "E0",
  ])("is ambiguous: %s", (text) => {
    expect(parsePlain(text)).toHaveProperty("because");
  });

  it.each([
    ["true", true],
    ["false", false],
    ["null", null],
    ["~", null],
    ["", null],
    ["0", 0],
    ["-1", -1],
    ["0.934", 0.934],
    ["0.90", 0.9],
    ["1.0", 1],
    ["1.0e-7", 1e-7],
    ["1.10", 1.1],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    ["1.4.0", "1.4.0"],
    ["v1.4.0", "v1.4.0"],
    ["24h", "24h"],
    ["sha256:0a", "sha256:0a"],
    ["2026-q3", "2026-q3"],
    ["s3://a/b", "s3://a/b"],
    ["node", "node"],
  ] as const)("is %s", (text, value) => {
    expect(parsePlain(text)).toEqual({ value });
  });

  it("is ambiguous when thousands of digits would be lost", () => {
    expect(parsePlain("1".repeat(5_000))).toHaveProperty("because");
    expect(parsePlain(`0.1${"0".repeat(4_000)}1`)).toHaveProperty("because");
    expect(parsePlain(`0.1${"0".repeat(4_000)}`)).toEqual({ value: 0.1 });
  });

  it("says a value only where YAML 1.1 and 1.2 do so too", () => {
    const pieces = fc.constantFrom(
      ..."0123456789.,_:-+eExXoObBTZ aflnostyuINF".split(""),
      "00",
      "e+",
      "0x",
      "1.",
      ".inf",
      "true",
      "no",
      "12:30",
    );
    fc.assert(
      fc.property(fc.array(pieces, { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts.join("").trim();
        const plain = parsePlain(text);
        if (
          !("value" in plain) ||
          !/^[-.\w+][^ ]*$/.test(text) ||
          text.endsWith(":") ||
          /^-+$|^\.\.\.$/.test(text)
        )
          return;
        for (const version of ["1.1", "1.2"] as const)
          expect(parse(text, { version, logLevel: "silent" })).toBe(plain.value);
      }),
      { numRuns: TRIALS * 4 },
    );
  });
});

describe("renderNumber", () => {
  it("is read back as the same number, by both versions of YAML too", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const value = number === 0 ? 0 : number;
        const text = renderNumber(value);
        expect(parsePlain(text)).toEqual({ value });
        for (const version of ["1.1", "1.2"] as const) expect(parse(text, { version })).toBe(value);
      }),
      { numRuns: TRIALS },
    );
  });
});
