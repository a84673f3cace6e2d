import fc from "fast-check";
import { vi } from "vitest";
import type { ManifestKind } from "../../src/manifest/parsed.ts";
import { renderManifest } from "../../src/manifest/render.ts";
import type { Manifest, ModelStage, ModelVersion, Registry } from "../../src/manifest/types.generated.ts";

/** How often a property is tried: a little every time, much when asked for. */
export const TRIALS: number = process.env["MODELTRAIL_TEST_LONG"] === "1" ? 100_000 : 1_000;

if (TRIALS > 1_000) vi.setConfig({ testTimeout: 3_600_000 });

export const PATHS: Readonly<Record<ManifestKind, string>> = {
  Registry: "modeltrail.yaml",
  Model: "models/fraud/model.yaml",
  ModelVersion: "models/fraud/versions/1.4.0.yaml",
  ModelStage: "models/fraud/stages/production/stage.yaml",
  ModelYank: "models/fraud/yanked/1.3.0.yaml",
};

const annotations = { "config.kubernetes.io/local-config": "true" as const };
const apiVersion = "modeltrail.dev/v1" as const;
const digest = `sha256:${"0a".repeat(32)}`;

export const STAGE: ModelStage = {
  apiVersion,
  kind: "ModelStage",
  metadata: {
    name: "fraud-production",
    labels: { "modeltrail.dev/model": "fraud", "modeltrail.dev/stage": "production" },
    annotations,
  },
  spec: {
    model: "fraud",
    stage: "production",
    version: "1.4.0",
    artifact: {
      uri: "s3://acme-models/registry/fraud/1.4.0/",
      digest,
      format: "onnx",
      formatVersion: "1",
      sizeBytes: "18874368",
    },
  },
};

export const VERSION: ModelVersion = {
  apiVersion,
  kind: "ModelVersion",
  metadata: { name: "fraud-1.4.0", annotations },
  spec: {
    model: "fraud",
    version: "1.4.0",
    description: 'Adds "device" features\nand a café',
    labels: { team: "risk" },
    artifact: {
      uri: "s3://acme-models/registry/fraud/1.4.0/",
      digest,
      sizeBytes: 18_874_368,
      format: "onnx",
      formatVersion: "1",
      files: [
        { path: "model.onnx", digest, sizeBytes: 18_874_000 },
        { path: "labels/ü.txt", digest, sizeBytes: 368, storedChecksum: `${"A".repeat(43)}=-3` },
      ],
    },
    metrics: [
      { name: "auc", value: 0.934, dataset: "holdout-2026-10" },
      { name: "loss", value: 1e-7 },
    ],
    inputs: [{ name: "amount", type: "float32", shape: [-1, 1] }],
    outputs: [{ name: "score", type: "float32", shape: [] }],
    lineage: {
      code: { repository: "https://github.com/acme/fraud", commit: "0123456789".repeat(4), dirty: false },
      datasets: [{ name: "tx-2026-q3", uri: "s3://tx/2026-q3/", digest }],
      parents: [{ model: "base/encoder", version: "2.0.1" }],
    },
    createdAt: "2026-11-20T10:15:00Z",
    createdBy: "ada",
  },
};

export const REGISTRY: Registry = {
  apiVersion,
  kind: "Registry",
  metadata: { name: "acme-models", annotations },
  spec: {
    storage: { uri: "s3://acme-models/registry/", region: "eu-west-1" },
    registration: "direct",
    stages: [
      { name: "staging" },
      {
        name: "production",
        after: ["staging"],
        soak: "24h",
        approvals: { required: 2, from: ["ada", "grace"] },
        metrics: [{ name: "auc", greaterIsBetter: true, threshold: 0.9, minAbsoluteChange: -0.002 }],
        gates: [
          {
            name: "small-enough",
            expr: "candidate.artifact.sizeBytes < 2000000000",
            message: "At most 2 GB",
          },
        ],
        freeze: [
          {
            from: "2026-12-20T00:00:00Z",
            until: "2027-01-02T00:00:00Z",
            reason: "holidays",
            unless: { approvals: { required: 2 } },
          },
        ],
        rollback: { approvals: { required: 1 }, skip: ["soak", "metrics"] },
      },
    ],
    deploy: { kustomize: true },
  },
};

export const SAMPLES: readonly Manifest[] = [
  STAGE,
  VERSION,
  REGISTRY,
  {
    apiVersion,
    kind: "Model",
    metadata: { name: "fraud", annotations },
    spec: {
      model: "fraud",
      description: "Scores card payments",
      owners: ["ada"],
      labels: { no: "off", "1.10": "1.10", team: "yes" },
      stages: {
        production: { require: ["report.fairness"], metrics: [], gates: [], approvals: { required: 3 } },
      },
    },
  },
  {
    apiVersion,
    kind: "ModelYank",
    metadata: { name: "fraud-1.3.0", annotations },
    spec: {
      model: "fraud",
      version: "1.3.0",
      reason: "trained on leaked labels",
      replacement: "1.3.1",
      yankedAt: "2026-11-20T10:15:00Z",
      yankedBy: "ada",
    },
  },
];

export const STAGE_TEXT: string = renderManifest(STAGE);
export const VERSION_TEXT: string = renderManifest(VERSION);

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Texts that tempt programs to read them as something else, among ordinary ones. */
export const temptingText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "y",
    "no",
    "On",
    "NULL",
    "~",
    "",
    "1.10",
    "0755",
    "0x1f",
    "1_000",
    "1:30",
    "2026-11-20",
    "1e3",
    ".5",
    ".inf",
    "-0",
  ),
  fc.constantFrom(
    "# +argocd",
    "a: b",
    "- a",
    "a #b",
    "'",
    '"',
    "\\",
    "{}",
    "[]",
    "|",
    ">",
    "&a",
    "*a",
    "!t",
    "%",
    "@",
    "`",
    "?",
    "---",
    "...",
  ),
  fc.constantFrom("two\nlines", "tab\there", " lead", "trail ", "\n", "é", "日本", "😀", "<<", "=", "${X}"),
  fc.string({ unit: "grapheme-ascii", maxLength: 30 }),
);

/** A ModelVersion that the schema allows, with tempting texts wherever it allows any. */
export const anyVersion: fc.Arbitrary<ModelVersion> = fc
  .record({
    description: temptingText.filter((text) => text !== ""),
    labels: fc.dictionary(
      fc.constantFrom("team", "y", "no", "on", "1", "1.10", "a/b", "NULL", "x-y"),
      temptingText,
    ),
    metrics: fc.array(
      fc.record({
        name: fc.constantFrom("auc", "no", "1.10", "f1: macro"),
        value: fc.oneof(
          fc.double({ noNaN: true, noDefaultInfinity: true }),
          fc.integer(),
          fc.constantFrom(1e21, 5e-324, 1e-7, 0.1),
        ),
      }),
      { maxLength: 4 },
    ),
    shape: fc.array(fc.integer({ min: -1, max: 2 ** 40 }), { maxLength: 3 }),
    dirty: fc.boolean(),
  })
  .map(({ description, labels, metrics, shape, dirty }) => ({
    ...VERSION,
    spec: {
      ...VERSION.spec,
      description,
      labels: { ...labels },
      metrics: metrics.map(({ name, value }) => ({ name, value: value === 0 ? 0 : value })),
      inputs: [{ name: "x", type: "float32", shape }],
      lineage: { code: { commit: "0123456789".repeat(4), dirty } },
    },
  }));
