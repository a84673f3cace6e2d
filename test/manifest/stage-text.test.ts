import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderStageFile } from "../../src/change/stage-file.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { readStageText } from "../../src/manifest/stage-text.generated.ts";
import type { ModelStage } from "../../src/manifest/types.generated.ts";
import { encode, STAGE, STAGE_TEXT, TRIALS, VERSION } from "./samples.ts";

/** What the quick expression reads, the full reader reads alike. Tells whether it was read. */
function agrees(text: string): boolean {
  const quick = readStageText(text);
  if (quick === undefined) return false;
  const full = parseStrictManifest("ModelStage", encode(text), "stage.yaml");
  expect(full, JSON.stringify(text)).toMatchObject({ ok: true });
  if (full.ok) expect(full.value).toEqual(quick);
  return true;
}

const letters = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split("")), maxLength });
/** Near the edge of what a name, version, format or address may be, on both sides. */
const word = fc.oneof(
  letters("ab0-._/v", 45),
  letters('az09-.:/s3 "\\\n\u00e9\u202e', 12),
  fc.constantFrom("fraud", "team/fraud", "no", "off", "latest", "onnx", "1", "a".repeat(41), "constructor"),
  fc.constantFrom("1.4.0", "v1.0.0-rc.1", "1.10", "1.4.0-", "01.0.0", `1.0.0-${"x".repeat(58)}`),
  fc.constantFrom("s3://acme/x", "s3://a/x", "file:x", "file:", 'file:a"b', `file:${"x".repeat(2044)}`),
  fc.constantFrom("0", "17", "017", "1".repeat(17), `sha256:${"0a".repeat(32)}`, `sha256:${"0A".repeat(32)}`),
);

/** Each value of a stage that is no constant, one after the other. */
function withValues(values: readonly string[]): ModelStage {
  const [name, model, stage, own, place, version, uri, digest, format, formatVersion, sizeBytes] = values;
  const { metadata, spec } = STAGE;
  const labels = { "modeltrail.dev/model": model ?? "", "modeltrail.dev/stage": stage ?? "" };
  return {
    ...STAGE,
    metadata: { ...metadata, name: name ?? metadata.name, labels: { ...metadata.labels, ...labels } },
    spec: {
      model: own ?? spec.model,
      stage: place ?? spec.stage,
      version: version ?? spec.version,
      artifact: {
        uri: uri ?? spec.artifact.uri,
        digest: digest ?? spec.artifact.digest,
        format: format ?? spec.artifact.format,
        formatVersion: formatVersion ?? spec.artifact.formatVersion,
        sizeBytes: sizeBytes ?? spec.artifact.sizeBytes,
      },
    },
  };
}

const GOOD = [
  "fraud-production",
  "fraud",
  "production",
  "fraud",
  "production",
  "1.4.0",
  "s3://acme/fraud/1.4.0/",
  `sha256:${"0a".repeat(32)}`,
  "onnx",
  "1",
  "17",
];

describe("readStageText", () => {
  it("reads what the writer writes, the first time and when it edits", () => {
    const first = renderStageFile("production", VERSION, undefined);
    expect(readStageText(first)?.spec.version).toBe("1.4.0");
    expect(agrees(first)).toBe(true);
    expect(readStageText(STAGE_TEXT)).toEqual(STAGE);
    const version = { ...VERSION, spec: { ...VERSION.spec, version: "v2.0.0-rc.1" } };
    const current = {
      path: "models/fraud/stages/production/stage.yaml",
      id: "",
      state: "read" as const,
      value: STAGE,
      findings: [],
      positionOf: () => undefined,
      text: STAGE_TEXT,
    };
    expect(readStageText(renderStageFile("production", version, current))?.spec.version).toBe("v2.0.0-rc.1");
  });

  it("agrees with the full reader on any values in their places", () => {
    let read = 0;
    const one = fc.tuple(fc.nat(GOOD.length - 1), word).map(([at, text]) => GOOD.with(at, text));
    fc.assert(
      fc.property(fc.oneof(one, fc.array(word, { minLength: 11, maxLength: 11 })), (values) => {
        // Written by hand: the writer would escape what must not be there.
        let text = renderManifest(withValues(GOOD.map((_, at) => `value-${String(at)}-`)));
        for (const [at, value] of values.entries()) text = text.replace(`value-${String(at)}-`, () => value);
        if (agrees(text)) read += 1;
      }),
      { numRuns: TRIALS * 2 },
    );
    // The property says nothing when nothing is read.
    expect(read).toBeGreaterThan(50);
  });

  it("agrees with the full reader on its own texts with something changed", () => {
    const change = fc.oneof(
      fc.constantFrom(
        "",
        " ",
        "\n",
        '"',
        "#",
        "\t",
        "\r\n",
        "  ",
        "- ",
        ": ",
        "\u00e9",
        "\ufeff",
        "\\n",
        "'",
      ),
      fc.string({ maxLength: 3 }),
      fc.constantFrom(...STAGE_TEXT.split("\n").map((line) => `${line}\n`)),
    );
    fc.assert(
      fc.property(fc.nat(STAGE_TEXT.length), fc.nat(30), change, (at, remove, added) => {
        agrees(STAGE_TEXT.slice(0, at) + added + STAGE_TEXT.slice(at + remove));
      }),
      { numRuns: TRIALS * 2 },
    );
  });

  it.each([
    ["a label more", STAGE_TEXT.replace("  annotations", '    team: "risk"\n  annotations')],
    ["a comment", STAGE_TEXT.replace("spec:", "# note\nspec:")],
    ["another kind", STAGE_TEXT.replace('"ModelStage"', '"ModelYank"')],
    ["a document more", `${STAGE_TEXT}---\n`],
    ["no line end", STAGE_TEXT.slice(0, -1)],
    ["a quote in an address", STAGE_TEXT.replace("s3://", 's3://"')],
    ["a name that YAML 1.1 retypes", STAGE_TEXT.replace('"onnx"', '"off"')],
    ["too long a name", STAGE_TEXT.replace('"fraud-production"', `"${"a".repeat(161)}"`)],
  ])("leaves %s to the other readers", (_, text) => {
    expect(text).not.toBe(STAGE_TEXT);
    expect(readStageText(text)).toBeUndefined();
  });
});
