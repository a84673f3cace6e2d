import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseCanonicalManifest } from "../../src/manifest/read-canonical.ts";
import { parseStrictManifest } from "../../src/manifest/read-strict.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import { anyVersion, encode, PATHS, SAMPLES, STAGE, STAGE_TEXT, TRIALS, VERSION } from "./samples.ts";

describe("renderManifest", () => {
  it("writes a stage in fixed order, block style and double quotes", () => {
    expect(STAGE_TEXT).toBe(`# +argocd:skip-file-rendering
apiVersion: "modeltrail.dev/v1"
kind: "ModelStage"
metadata:
  name: "fraud-production"
  labels:
    modeltrail.dev/model: "fraud"
    modeltrail.dev/stage: "production"
  annotations:
    config.kubernetes.io/local-config: "true"
spec:
  model: "fraud"
  stage: "production"
  version: "1.4.0"
  artifact:
    uri: "s3://acme-models/registry/fraud/1.4.0/"
    digest: "sha256:${"0a".repeat(32)}"
    format: "onnx"
    formatVersion: "1"
    sizeBytes: "18874368"
`);
  });

  it("does not depend on the order of the value's keys", () => {
    const { spec, metadata, kind, apiVersion } = STAGE;
    expect(renderManifest({ spec, metadata, kind, apiVersion })).toBe(STAGE_TEXT);
  });

  it("quotes keys that YAML 1.1 retypes, and sorts labels", () => {
    const labels = { on: "1", b: "2", a: "3" };
    const text = renderManifest({ ...STAGE, metadata: { ...STAGE.metadata, labels } });
    expect(text).toContain('  labels:\n    a: "3"\n    b: "2"\n    "on": "1"\n');
  });

  it("writes empty lists and maps, and numbers that both versions of YAML read", () => {
    const metrics = [1e-7, 1e21, 0.5, -3, 0, 2 ** 53, 5e-324].map((value) => ({ name: "m", value }));
    const text = renderManifest({ ...VERSION, spec: { ...VERSION.spec, metrics, outputs: [], labels: {} } });
    expect([...text.matchAll(/value: (.*)/g)].map((match) => match[1])).toEqual([
      "1.0e-7",
      "1.0e+21",
      "0.5",
      "-3",
      "0",
      "9.007199254740992e+15",
      "5.0e-324",
    ]);
    expect(text).toContain("  outputs: []\n");
    expect(text).toContain("  labels: {}\n");
  });

  it.each(["\u0000", "\r", "\u202e", "\u200b", "\u2028", "\ud800", "\ufeff", "\u0085"])(
    "refuses to write %j",
    (character) => {
      const description = `a${character}b`;
      expect(() => renderManifest({ ...VERSION, spec: { ...VERSION.spec, description } })).toThrow(
        expect.objectContaining({ code: "INVALID_INPUT" }) as Error,
      );
    },
  );

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses to write %d", (value) => {
    const metrics = [{ name: "m", value }];
    expect(() => renderManifest({ ...VERSION, spec: { ...VERSION.spec, metrics } })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }) as Error,
    );
  });
});

describe("what is written is read back", () => {
  it.each(SAMPLES)("as a $kind, by every reader", (manifest) => {
    const text = renderManifest(manifest);
    const canonical = parseCanonicalManifest(manifest.kind, encode(text));
    const strict = parseStrictManifest(manifest.kind, encode(text), PATHS[manifest.kind]);
    expect(canonical?.value).toEqual(manifest);
    expect(strict).toMatchObject({ ok: true, value: manifest });
    expect(renderManifest(canonical?.value ?? STAGE)).toBe(text);
  });

  it("with any text and number, under YAML 1.1, YAML 1.2 and both readers", () => {
    fc.assert(
      fc.property(anyVersion, (manifest) => {
        const text = renderManifest(manifest);
        expect(parse(text, { version: "1.1" })).toEqual(manifest);
        expect(parse(text, { version: "1.2" })).toEqual(manifest);
        expect(parseStrictManifest("ModelVersion", encode(text), "f")).toMatchObject({
          ok: true,
          value: manifest,
        });
        expect(parseCanonicalManifest("ModelVersion", encode(text))?.value).toEqual(manifest);
      }),
      { numRuns: TRIALS / 5 },
    );
  });
});
