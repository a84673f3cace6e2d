import { describe, expect, it } from "vitest";
import type { ManifestKind } from "../../src/manifest/parsed.ts";
import { parseCanonicalManifest } from "../../src/manifest/read-canonical.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { encode, STAGE_TEXT, VERSION_TEXT } from "./samples.ts";

/** Far more than the worst of files takes on a busy machine; what these traps are made for takes minutes, or for ever. */
const BOUND_MS = 10_000;

function codesOf(kind: ManifestKind, bytes: Uint8Array): readonly string[] {
  const start = performance.now();
  const canonical = parseCanonicalManifest(kind, bytes);
  const strict = parseStrictManifest(kind, bytes, "models/m/x.yaml");
  expect(performance.now() - start).toBeLessThan(BOUND_MS);
  if (strict.ok) return [];
  expect(canonical).toBeUndefined();
  expect(strict.findings.length).toBeGreaterThan(0);
  expect(strict.findings.length).toBeLessThanOrEqual(51);
  for (const finding of strict.findings)
    expect(finding).toMatchObject({ gate: "schema", severity: "error", file: "models/m/x.yaml" });
  return strict.findings.map(({ code }) => code);
}

function stageWith(search: string, replacement: string): string {
  expect(STAGE_TEXT).toContain(search);
  return STAGE_TEXT.replace(search, () => replacement);
}

function repeat(piece: string, size: number): string {
  return piece.repeat(Math.floor(size / encode(piece).length));
}

const FORMAT = '"onnx"';

describe("a hostile stage.yaml ends in findings", () => {
  it.each<[name: string, text: string, code: string]>([
    ["an empty file", "", "YAML_SYNTAX"],
    ["comments alone", "# +argocd:skip-file-rendering\n", "YAML_SYNTAX"],
    ["a list at the root", "- a\n- b\n", "YAML_SYNTAX"],
    ["a text at the root", "hello\n", "YAML_SYNTAX"],
    ["two documents", `${STAGE_TEXT}---\n${STAGE_TEXT}`, "YAML_FORBIDDEN"],
    ["a directive", `%YAML 1.1\n---\n${STAGE_TEXT}`, "YAML_FORBIDDEN"],
    ["a byte order mark", `\ufeff${STAGE_TEXT}`, "YAML_ENCODING"],
    ["a lone carriage return", STAGE_TEXT.replace("\n", "\r"), "YAML_ENCODING"],
    ["NUL", stageWith("onnx", "on\u0000nx"), "YAML_ENCODING"],
    ["a C1 control", stageWith("onnx", "on\u0085nx"), "YAML_ENCODING"],
    ["a character that turns the direction", stageWith("onnx", "on\u202enx"), "YAML_ENCODING"],
    ["a zero-width character", stageWith("onnx", "on\u200bnx"), "YAML_ENCODING"],
    ["NUL by escape", stageWith("onnx", "on\\0nx"), "YAML_ENCODING"],
    ["a turn of direction by escape", stageWith("onnx", "on\\u202Enx"), "YAML_ENCODING"],
    ["a forbidden character in a key", stageWith("modeltrail.dev/stage", '"a\\u200b"'), "YAML_ENCODING"],
    ["half of a pair by escape", stageWith("onnx", "on\\ud800nx"), "YAML_ENCODING"],
    ["a pair by escapes", stageWith("onnx", "on\\ud83d\\ude00nx"), "YAML_AMBIGUOUS"],
    ["an escape that YAML 1.1 does not know", stageWith("onnx", "on\\/nx"), "YAML_AMBIGUOUS"],
    ["a tab between key and value", stageWith("version: ", "version:\t"), "YAML_SYNTAX"],
    ["an anchor", stageWith(FORMAT, `&a ${FORMAT}`), "YAML_FORBIDDEN"],
    ["an alias", stageWith(FORMAT, "*a"), "YAML_FORBIDDEN"],
    ["an alias bomb", `a: &a [x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\n`, "YAML_FORBIDDEN"],
    ["a merge key", stageWith("  model:", "  <<: {}\n  model:"), "YAML_FORBIDDEN"],
    ["an unknown tag", stageWith(FORMAT, `!foo ${FORMAT}`), "YAML_FORBIDDEN"],
    ["a tag of JavaScript", stageWith(FORMAT, `!!js/function "1"`), "YAML_FORBIDDEN"],
    ["a tag that is known", stageWith(FORMAT, `!!str ${FORMAT}`), "YAML_FORBIDDEN"],
    ["a complex key", `? a\n: b\n`, "YAML_FORBIDDEN"],
    ["a list as a key", `[a, b]: c\n`, "YAML_FORBIDDEN"],
    ["complex keys within each other", "? ".repeat(500), "YAML_FORBIDDEN"],
    ["a key twice", stageWith("  model:", '  model: "x"\n  model:'), "DUPLICATE_KEY"],
    ["a key twice, once in quotes", stageWith("  model:", '  "model": "x"\n  model:'), "DUPLICATE_KEY"],
    ["__proto__", stageWith("  model:", '  __proto__: {a: "b"}\n  model:'), "YAML_FORBIDDEN"],
    ["__proto__ by escape", stageWith("  model:", '  "\\x5f_proto__": {a: "b"}\n  model:'), "YAML_FORBIDDEN"],
    [
      "constructor",
      stageWith("    modeltrail.dev/stage", '    constructor: "x"\n    modeltrail.dev/stage'),
      "YAML_FORBIDDEN",
    ],
    [
      "prototype",
      stageWith("    modeltrail.dev/stage", '    prototype: "x"\n    modeltrail.dev/stage'),
      "YAML_FORBIDDEN",
    ],
    [
      "a key that is true in YAML 1.1",
      stageWith("    modeltrail.dev/stage", '    on: "x"\n    modeltrail.dev/stage'),
      "YAML_AMBIGUOUS",
    ],
    [
      "a key that is a number",
      stageWith("    modeltrail.dev/stage", '    1: "x"\n    modeltrail.dev/stage'),
      "YAML_AMBIGUOUS",
    ],
    [
      "no key",
      stageWith("    modeltrail.dev/stage", '    : "x"\n    modeltrail.dev/stage'),
      "YAML_AMBIGUOUS",
    ],
    ["deep lists", "[".repeat(1_000), "YAML_TOO_LARGE"],
    ["deep maps in flow", "{a: ".repeat(1_000), "YAML_TOO_LARGE"],
    [
      "deep maps in blocks",
      Array.from({ length: 200 }, (_, depth) => `${" ".repeat(depth)}a:\n`).join(""),
      "YAML_TOO_LARGE",
    ],
    ["deep lists in blocks", `${"- ".repeat(900)}a\n`, "YAML_TOO_LARGE"],
    [
      "too many keys",
      `${STAGE_TEXT}${Array.from({ length: 3_000 }, (_, key) => `k${String(key)}: "v"\n`).join("")}`,
      "YAML_TOO_LARGE",
    ],
    ["an unterminated text", stageWith(FORMAT, '"onnx'), "YAML_SYNTAX"],
    ["closing brackets", "}".repeat(1_000), "YAML_SYNTAX"],
    ["the comment missing", STAGE_TEXT.slice(STAGE_TEXT.indexOf("\n") + 1), "SKIP_COMMENT_MISSING"],
    [
      "the comment at the end",
      `${STAGE_TEXT.slice(STAGE_TEXT.indexOf("\n") + 1)}# +argocd:skip-file-rendering\n`,
      "SKIP_COMMENT_MISSING",
    ],
  ])("%s", (_, text, code) => {
    expect(codesOf("ModelStage", encode(text))).toContain(code);
  });

  it.each([
    "no",
    "on",
    "y",
    "Off",
    "~1".slice(1),
    "1.10",
    "0755",
    "0x1f",
    "1_000",
    "1:30",
    "2001-01-01",
    "0b11",
    "1e3",
    "9007199254740993",
    ".inf",
    "18874368",
  ])("%s without quotes", (scalar) => {
    expect(codesOf("ModelStage", encode(stageWith(FORMAT, scalar)))).toEqual(["YAML_AMBIGUOUS"]);
  });

  it("bytes that are not UTF-8", () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xc0, 0x80]]) {
      expect(codesOf("ModelStage", new Uint8Array([...encode(STAGE_TEXT), ...bytes]))).toEqual([
        "YAML_ENCODING",
      ]);
    }
  });

  it("two small deep files in one process", () => {
    for (let round = 0; round < 3; round += 1)
      expect(codesOf("ModelStage", encode("[".repeat(1_000)))).toEqual(["YAML_TOO_LARGE"]);
  });

  it("a file of one byte too many", () => {
    expect(codesOf("ModelStage", encode(`${STAGE_TEXT}#${"x".repeat(65_536 - STAGE_TEXT.length)}`))).toEqual([
      "YAML_TOO_LARGE",
    ]);
    expect(codesOf("ModelStage", encode(`${STAGE_TEXT}#${"x".repeat(65_535 - STAGE_TEXT.length)}`))).toEqual(
      [],
    );
  });
});

describe("a full file of one piece, again and again, ends in findings in time", () => {
  const pieces = [
    "[",
    "{",
    "}",
    "]",
    "[,",
    "[,,,",
    "- ",
    "-\n",
    "- a\n",
    "? ",
    "a: ",
    "a:\n",
    "k: v\n",
    '"',
    '"\n',
    "'",
    "'' ",
    "\n",
    " ",
    "\t",
    "\n ",
    "#\n",
    "|\n",
    ">\n ",
    "a\n",
    "x\n\n",
    "& ",
    "&a ",
    "*a ",
    "! ",
    ":",
    ": ",
    ",",
    "---\n",
    "...\n",
    "%\n",
    "{a: ",
    "[a, ",
    "},",
    "é",
    "😀",
    "0",
    "9,",
    "\\",
    "<<: ",
    "\r\n",
  ];
  it.each(pieces)("%j", (piece) => {
    expect(codesOf("ModelStage", encode(repeat(piece, 65_536)))).not.toEqual([]);
  });

  // The slowest of them; all of them when asked for.
  const slow =
    process.env["MODELTRAIL_TEST_LONG"] === "1" ? pieces : ['"', "'' ", "\n", "#\n", "|\n", "-\n", "x\n\n"];
  it.each(slow)("%j, as large as a version may be", (piece) => {
    expect(codesOf("ModelVersion", encode(repeat(piece, 1_048_576)))).not.toEqual([]);
  });

  it.each<[name: string, grow: (size: number) => string]>([
    ["digits", (size) => "9".repeat(size)],
    ["escapes", (size) => `"${"\\n".repeat(size / 2)}"`],
    ["lines in quotes", (size) => `"${"a\n      ".repeat(size / 8)}"`],
    ["blank lines in quotes", (size) => `"${"\n".repeat(size)}"`],
    ["a block", (size) => `|\n${"      a\n".repeat(size / 8)}`],
    ["blank lines in a block", (size) => `|\n${"\n".repeat(size)}`],
    ["a folded block", (size) => `>\n${"      a\n\n".repeat(size / 9)}`],
    ["plain lines", (size) => `a\n${"      a\n\n".repeat(size / 9)}`],
    ["blanks", (size) => `a${" ".repeat(size)}b`],
  ])("a value of many %s", (_, grow) => {
    const start = VERSION_TEXT.replace('"onnx"', () => grow(1_040_000));
    expect(codesOf("ModelVersion", encode(start))).not.toEqual([]);
  });

  it("thousands of broken files of a version", () => {
    const broken = '\n      - path: ""\n        digest: "x"\n        sizeBytes: -1\n        odd: "y"';
    const text = VERSION_TEXT.replace("files:", () => `files:${broken.repeat(4_000)}`);
    expect(codesOf("ModelVersion", encode(text))).toHaveLength(50);
  });
});
