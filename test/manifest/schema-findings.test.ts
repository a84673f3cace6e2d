import { describe, expect, it } from "vitest";
import type { ManifestKind } from "../../src/manifest/parsed.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { encode, PATHS, REGISTRY, STAGE_TEXT, VERSION_TEXT } from "./samples.ts";

const TEXTS: Readonly<Partial<Record<ManifestKind, string>>> = {
  ModelStage: STAGE_TEXT,
  ModelVersion: VERSION_TEXT,
  Registry: renderManifest(REGISTRY),
};

type Found = readonly [code: string, pointer: string | undefined, place: string];

function findingsOf(kind: ManifestKind, search: string | RegExp, replacement: string): readonly Found[] {
  const text = TEXTS[kind] ?? "";
  const changed = text.replace(search, () => replacement);
  expect(changed).not.toBe(text);
  const result = parseStrictManifest(kind, encode(changed), PATHS[kind]);
  if (result.ok) return [];
  return result.findings.map(({ code, pointer, line, column }) => [
    code,
    pointer,
    `${String(line)}:${String(column)}`,
  ]);
}

describe("what the schema refuses is found where it stands", () => {
  it.each<
    [name: string, kind: ManifestKind, search: string | RegExp, replacement: string, found: readonly Found[]]
  >([
    [
      "a digest of another form",
      "ModelStage",
      "sha256:0a",
      "sha256:0A",
      [["SCHEMA_INVALID", "/spec/artifact/digest", "17:13"]],
    ],
    [
      "a version of two parts",
      "ModelStage",
      '"1.4.0"',
      '"1.4"',
      [["SCHEMA_INVALID", "/spec/version", "14:12"]],
    ],
    ["a number for a text", "ModelStage", '"1.4.0"', "1.10", [["YAML_AMBIGUOUS", "/spec/version", "14:12"]]],
    [
      "true for a text",
      "ModelStage",
      '"onnx"',
      "true",
      [["YAML_AMBIGUOUS", "/spec/artifact/format", "18:13"]],
    ],
    [
      "null for a text",
      "ModelStage",
      '"onnx"',
      "null",
      [["YAML_AMBIGUOUS", "/spec/artifact/format", "18:13"]],
    ],
    [
      "nothing for a text",
      "ModelStage",
      ' "onnx"',
      "",
      [["SCHEMA_INVALID", "/spec/artifact/format", "18:12"]],
    ],
    [
      "a map for a text",
      "ModelStage",
      '"onnx"',
      "{a: b}",
      [["SCHEMA_INVALID", "/spec/artifact/format", "18:5"]],
    ],
    [
      "a text for a map",
      "ModelStage",
      /artifact:\n( {4}.*\n)+/,
      'artifact: "x"\n',
      [["SCHEMA_INVALID", "/spec/artifact", "15:13"]],
    ],
    [
      "a missing field",
      "ModelStage",
      /.*format: .*\n/,
      "",
      [["MISSING_FIELD", "/spec/artifact/format", "15:3"]],
    ],
    [
      "a missing annotation",
      "ModelStage",
      "config.kubernetes.io/local-config",
      "a",
      [["MISSING_FIELD", "/metadata/annotations/config.kubernetes.io~1local-config", "9:3"]],
    ],
    [
      "a missing part at the root",
      "ModelStage",
      /spec:\n( {2}.*\n)+/,
      "",
      [["MISSING_FIELD", "/spec", "1:1"]],
    ],
    [
      "an unknown field",
      "ModelStage",
      "  stage:",
      '  stagee: "x"\n  stage:',
      [["UNKNOWN_FIELD", "/spec/stagee", "13:3"]],
    ],
    [
      "a field with another case",
      "ModelStage",
      "sizeBytes",
      "sizebytes",
      [
        ["MISSING_FIELD", "/spec/artifact/sizeBytes", "15:3"],
        ["UNKNOWN_FIELD", "/spec/artifact/sizebytes", "20:5"],
      ],
    ],
    ["another kind", "ModelStage", '"ModelStage"', '"ModelVersion"', [["WRONG_KIND", "/kind", "3:7"]]],
    [
      "a kind of somebody else",
      "ModelStage",
      '"ModelStage"',
      '"Deployment"',
      [["WRONG_KIND", "/kind", "3:7"]],
    ],
    [
      "another version of the format",
      "ModelStage",
      "dev/v1",
      "dev/v2",
      [["SCHEMA_INVALID", "/apiVersion", "2:13"]],
    ],
    [
      "a label that is no label",
      "ModelStage",
      "modeltrail.dev/stage",
      '"a b"',
      [["SCHEMA_INVALID", "/metadata/labels/a b", "8:5"]],
    ],
    [
      "an item of a list",
      "ModelVersion",
      "value: 0.934",
      'value: "0.934"',
      [["SCHEMA_INVALID", "/spec/metrics/0/value", "30:14"]],
    ],
    [
      "a number that is no whole one",
      "ModelVersion",
      "18874000",
      "18874000.5",
      [["SCHEMA_INVALID", "/spec/artifact/files/0/sizeBytes", "23:20"]],
    ],
    [
      "a number that is too small",
      "ModelVersion",
      "18874000",
      "-1",
      [["SCHEMA_INVALID", "/spec/artifact/files/0/sizeBytes", "23:20"]],
    ],
    [
      "an empty list",
      "ModelVersion",
      /files:\n( {6}.*\n)+/,
      "files: []\n",
      [["SCHEMA_INVALID", "/spec/artifact/files", "20:5"]],
    ],
    [
      "one of several words",
      "Registry",
      '"direct"',
      '"maybe"',
      [["SCHEMA_INVALID", "/spec/registration", "12:17"]],
    ],
    ["a digest without quotes", "ModelStage", /"(sha256.*)"/, `sha256:${"0a".repeat(32)}`, []],
    ["a version without quotes", "ModelStage", '"1.4.0"', "1.4.0", []],
    ["zeros behind a number", "ModelVersion", "0.934", "0.9340", []],
  ])("%s", (_, kind, search, replacement, found) => {
    expect(findingsOf(kind, search, replacement)).toEqual(found);
  });

  it("finds everything in one go, in the order of the file", () => {
    const text = STAGE_TEXT.replace('"fraud-production"', '"Fraud"')
      .replace('"1.4.0"', "1.10")
      .replace(/^.*\n/, "");
    const result = parseStrictManifest("ModelStage", encode(text), "f");
    expect(result.ok ? [] : result.findings.map(({ code, line }) => [code, line])).toEqual([
      ["SKIP_COMMENT_MISSING", 1],
      ["SCHEMA_INVALID", 4],
      ["YAML_AMBIGUOUS", 13],
    ]);
  });

  it("names the nearest field, shortens what it shows, and never prints a control character", () => {
    const text = STAGE_TEXT.replace("digest:", "digset:").replace(
      '"production"\n  version',
      `"\\n${"x".repeat(500)}"\n  version`,
    );
    const result = parseStrictManifest("ModelStage", encode(text), "f");
    const findings = result.ok ? [] : result.findings;
    expect(findings.find(({ code }) => code === "UNKNOWN_FIELD")?.hint).toContain("digest");
    for (const { message, hint } of findings) {
      expect(message).not.toMatch(/\n/);
      expect(message.length + (hint?.length ?? 0)).toBeLessThan(500);
    }
  });
});
