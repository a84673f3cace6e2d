import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { editManifest, type ManifestEdit } from "../../src/manifest/edit.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { encode, STAGE, STAGE_TEXT, temptingText, TRIALS } from "./samples.ts";

const DIGEST = `sha256:${"1b".repeat(32)}`;
const PROMOTION: readonly ManifestEdit[] = [
  { pointer: "/spec/version", value: "1.5.0" },
  { pointer: "/spec/artifact/uri", value: "s3://acme-models/registry/fraud/1.5.0/" },
  { pointer: "/spec/artifact/digest", value: DIGEST },
  { pointer: "/spec/artifact/format", value: "onnx" },
  { pointer: "/spec/artifact/formatVersion", value: "1" },
  { pointer: "/spec/artifact/sizeBytes", value: "18874369" },
];

const BY_HAND = `# Owned by risk.
# +argocd:skip-file-rendering
kind: ModelStage   # never changes
apiVersion: 'modeltrail.dev/v1'

spec:
  version: '1.4.0'   # the one that counts
  model: fraud
  stage: "production"
  artifact: {uri: 's3://acme-models/registry/fraud/1.4.0/', digest: "sha256:${"0a".repeat(32)}", # no space
    format: onnx, formatVersion: '1',
    sizeBytes: "18874368"}
metadata:
    annotations: {config.kubernetes.io/local-config: "true"}
    name: fraud-production
# the end`;

describe("editManifest", () => {
  it("changes only the lines that say something new", () => {
    const edited = editManifest(STAGE_TEXT, PROMOTION) ?? "";
    const before = STAGE_TEXT.split("\n");
    const changed = edited.split("\n").filter((line, index) => line !== before[index]);
    expect(changed).toEqual([
      '  version: "1.5.0"',
      '    uri: "s3://acme-models/registry/fraud/1.5.0/"',
      `    digest: "${DIGEST}"`,
      '    sizeBytes: "18874369"',
    ]);
  });

  it("writes what renderManifest would write", () => {
    const { spec } = STAGE;
    const artifact = {
      ...spec.artifact,
      uri: "s3://acme-models/registry/fraud/1.5.0/",
      digest: DIGEST,
      sizeBytes: "18874369",
    };
    const next = { ...STAGE, spec: { ...spec, version: "1.5.0", artifact } };
    expect(editManifest(STAGE_TEXT, PROMOTION)).toBe(renderManifest(next));
  });

  it("changes nothing where the value is equal already, however it is written", () => {
    expect(editManifest(BY_HAND, [{ pointer: "/spec/artifact/format", value: "onnx" }])).toBe(BY_HAND);
    expect(editManifest(BY_HAND, [{ pointer: "/spec/version", value: "1.4.0" }])).toBe(BY_HAND);
    expect(editManifest(BY_HAND, [])).toBe(BY_HAND);
  });

  it.each([
    ["LF", BY_HAND],
    ["CRLF", BY_HAND.replaceAll("\n", "\r\n")],
    ["a last line break", `${BY_HAND}\n`],
  ])("keeps comments, order, quotes and %s of a file made by hand", (_, text) => {
    const expected = text
      .replace("'1.4.0'", '"1.5.0"')
      .replace("'s3://acme-models/registry/fraud/1.4.0/'", '"s3://acme-models/registry/fraud/1.5.0/"')
      .replace("0a".repeat(32), "1b".repeat(32))
      .replace("18874368", "18874369");
    const edited = editManifest(text, PROMOTION);
    expect(edited).toBe(expected);
    expect(parseStrictManifest("ModelStage", encode(edited ?? ""), "f")).toMatchObject({
      ok: true,
      value: { spec: { version: "1.5.0" } },
    });
  });

  it.each([
    ["a literal block", "  version: |-\n    1.4.0\n  stage: x\n", '  version: "n"\n  stage: x\n'],
    ["a literal block at the end", "  version: |\n    1.4.0\n", '  version: "n"\n'],
    [
      "a folded block with a comment",
      "  version: >- # c\n    1.4.0\n    5\n\n  stage: x\n",
      '  version: "n"\n\n  stage: x\n',
    ],
    ["an empty value", "  version:\n  stage: x\n", '  version: "n"\n  stage: x\n'],
    ["an empty value with a comment", "  version: # c\n  stage: x\n", '  version: "n" # c\n  stage: x\n'],
    ["a plain value on two lines", "  version: a\n    b\n  stage: x\n", '  version: "n"\n  stage: x\n'],
    ["a quoted value on two lines", '  version: "a\n    b"\n', '  version: "n"\n'],
    ["a number", "  version: 1 \n", '  version: "n" \n'],
    [
      "a value in a list",
      "  version: x\n  list: [a, {version: b}]\n",
      '  version: "n"\n  list: [a, {version: b}]\n',
    ],
  ])("replaces %s, or leaves it to the caller", (_, text, expected) => {
    const edited = editManifest(`spec:\n${text}`, [{ pointer: "/spec/version", value: "n" }]);
    if (edited !== undefined) expect(edited).toBe(`spec:\n${expected}`);
    expect(edited === undefined ? "n" : (parse(edited) as { spec: { version: string } }).spec.version).toBe(
      "n",
    );
  });

  it.each([
    ["a value that is not there", "/spec/none"],
    ["a map", "/spec/artifact"],
    ["the whole", ""],
  ])("leaves %s to the caller", (_, pointer) => {
    expect(editManifest(STAGE_TEXT, [{ pointer, value: "x" }])).toBeUndefined();
  });

  it("leaves what cannot be read, and what must not be written, to the caller", () => {
    expect(editManifest("a: *b\n", [{ pointer: "/a", value: "x" }])).toBeUndefined();
    expect(editManifest("a: b\u202e\n", [{ pointer: "/a", value: "x" }])).toBeUndefined();
    expect(editManifest("a: b\n", [{ pointer: "/a", value: "x\u202e" }])).toBeUndefined();
    expect(
      editManifest("a: b\n", [
        { pointer: "/a", value: "x" },
        { pointer: "/a", value: "y" },
      ]),
    ).toBeUndefined();
  });

  it("keeps every byte that it was not asked to change, for any text", () => {
    const pointers = PROMOTION.map(({ pointer }) => pointer);
    const edits = fc.uniqueArray(fc.record({ pointer: fc.constantFrom(...pointers), value: temptingText }), {
      selector: ({ pointer }) => pointer,
    });
    fc.assert(
      fc.property(
        fc.constantFrom(STAGE_TEXT, BY_HAND, BY_HAND.replaceAll("\n", "\r\n")),
        edits,
        (text, changes) => {
          const edited = editManifest(text, changes) ?? "";
          const read = parse(edited) as unknown;
          const restored = editManifest(edited, originals(changes)) ?? "";
          // Back again it differs at most in the quotes of what was edited.
          expect(unquote(restored)).toBe(unquote(text));
          for (const { pointer, value } of changes) expect(at(read, pointer)).toBe(value);
        },
      ),
      { numRuns: TRIALS / 5 },
    );
  });
});

function originals(changes: readonly ManifestEdit[]): readonly ManifestEdit[] {
  return changes.map(({ pointer }) => ({ pointer, value: String(at(STAGE, pointer)) }));
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>>)[key], value);
}

function unquote(text: string): string {
  return text.replaceAll(/['"]/g, "");
}
