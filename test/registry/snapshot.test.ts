import { describe, expect, it } from "vitest";
import type { Registry } from "../../src/manifest/types.generated.ts";
import { allFindings } from "../../src/registry/model-view.ts";
import { buildSnapshot } from "../../src/registry/snapshot.ts";
import {
  aModel,
  aRegistry,
  aStage,
  aVersion,
  aYank,
  codes,
  load,
  sha256,
  snapshot,
  textOf,
  type Files,
} from "../builders/manifests.ts";

const v1 = aVersion("fraud", "1.0.0");
const v2 = aVersion("fraud", "1.1.0");
const whole: Files = {
  "modeltrail.yaml": aRegistry([{ name: "staging" }, { name: "production", after: ["staging"] }]),
  "models/fraud/model.yaml": aModel("fraud"),
  "models/fraud/README.md": "# Fraud",
  "models/fraud/roc.png": "png",
  "models/fraud/versions/1.0.0.yaml": v1,
  "models/fraud/versions/1.1.0.yaml": v2,
  "models/fraud/stages/staging/stage.yaml": aStage("staging", v1),
  "models/risk/churn/model.yaml": aModel("risk/churn"),
};

function problems(
  changes: Readonly<Record<string, Files[string] | undefined>>,
  modes: Readonly<Record<string, string>> = {},
): readonly string[] {
  const files = Object.fromEntries(
    Object.entries({ ...whole, ...changes }).filter(([, content]) => content !== undefined),
  ) as Files;
  return codes(allFindings(snapshot(files, modes)));
}

describe("a snapshot", () => {
  it("finds nothing wrong in a whole registry", () => {
    const view = snapshot(whole);
    expect(allFindings(view)).toEqual([]);
    expect([...view.models.keys()]).toEqual(["fraud", "risk/churn"]);
    expect(view.models.get("fraud")).toMatchObject({ hasCard: true });
    expect([...(view.models.get("fraud")?.versions.keys() ?? [])]).toEqual(["1.0.0", "1.1.0"]);
  });

  it("reads every other model when one is broken, and says what is wrong with it", () => {
    const view = snapshot({
      ...whole,
      "models/fraud/stages/staging/stage.yaml": "spec: [",
      "models/fraud/versions/1.0.0.yaml": "",
    });
    expect(view.models.get("risk/churn")?.findings).toEqual([]);
    expect(view.models.get("fraud")?.stages.get("staging")).toMatchObject({
      state: "broken",
      value: undefined,
    });
    expect(view.models.get("fraud")?.findings.length).toBeGreaterThan(1);
    expect(view.models.get("fraud")?.versions.get("1.1.0")?.state).toBe("read");
  });

  const cases: readonly [string, string, Parameters<typeof problems>[0]][] = [
    [
      "a version that no manifest describes",
      "VERSION_UNKNOWN",
      { "models/fraud/versions/1.0.0.yaml": undefined },
    ],
    ["a yanked version", "STAGE_HOLDS_YANKED", { "models/fraud/yanked/1.0.0.yaml": aYank("fraud", "1.0.0") }],
    [
      "another version's artifact",
      "STAGE_DIFFERS",
      {
        "models/fraud/stages/staging/stage.yaml": {
          ...aStage("staging", v1),
          spec: { ...aStage("staging", v1).spec, artifact: aStage("staging", v2).spec.artifact },
        },
      },
    ],
    [
      "a path that says another stage",
      "PATH_MISMATCH",
      { "models/fraud/stages/production/stage.yaml": aStage("staging", v1) },
    ],
    ["a path that says another version", "PATH_MISMATCH", { "models/fraud/versions/2.0.0.yaml": v1 }],
    [
      "one number in two spellings",
      "NUMBER_REUSED",
      { "models/fraud/versions/v1.0.0.yaml": aVersion("fraud", "v1.0.0") },
    ],
    ["a yank of nothing", "YANK_INVALID", { "models/fraud/yanked/9.0.0.yaml": aYank("fraud", "9.0.0") }],
    [
      "a replacement that is not there",
      "YANK_INVALID",
      { "models/fraud/yanked/1.1.0.yaml": aYank("fraud", "1.1.0", { replacement: "9.0.0" }) },
    ],
    ["a model without model.yaml", "MODEL_MISSING", { "models/fraud/model.yaml": undefined }],
    [
      "a model that holds models",
      "MODEL_AND_NAMESPACE",
      { "models/fraud/inner/model.yaml": aModel("fraud/inner") },
    ],
    ["a stray file among versions", "STRAY_FILE", { "models/fraud/versions/notes.md": "x" }],
    [
      "a stage file that is no model's own",
      "STRAY_FILE",
      { "models/fraud/a/b/stages/production/stage.yaml": "x: 1" },
    ],
    [
      "a version name that YAML retypes",
      "INVALID_NAME",
      { "models/fraud/versions/1.10.yaml": aVersion("fraud", "1.0.0") },
    ],
    ["a reserved word as a model", "INVALID_NAME", { "models/yes/model.yaml": aModel("fraud") }],
    ["a path with control characters", "INVALID_PATH", { "models/fraud/a\u001b[31m.png": "x" }],
    ["paths equal but for case", "PATH_COLLISION", { "models/fraud/readme.md": "x" }],
    [
      "names that meet in one object",
      "NAME_COLLISION",
      {
        "modeltrail.yaml": aRegistry([{ name: "prod" }, { name: "eu-prod" }]),
        "models/fraud-eu/model.yaml": aModel("fraud-eu"),
        "models/fraud/stages/staging/stage.yaml": undefined,
      },
    ],
    [
      "a name that Helm cannot take",
      "NAME_TOO_LONG",
      {
        [`models/${"x".repeat(40)}/model.yaml`]: aModel("x".repeat(40)),
        "modeltrail.yaml": aRegistry([{ name: "a-rather-long-stage" }]),
      },
    ],
    [
      "a stage that comes after itself",
      "POLICY_INVALID",
      {
        "modeltrail.yaml": aRegistry([
          { name: "a", after: ["b"] },
          { name: "b", after: ["a"] },
        ]),
      },
    ],
    [
      "a stage after an unknown one",
      "POLICY_INVALID",
      { "modeltrail.yaml": aRegistry([{ name: "a", after: ["nowhere"] }]) },
    ],
    ["a stage twice", "POLICY_INVALID", { "modeltrail.yaml": aRegistry([{ name: "a" }, { name: "a" }]) }],
    [
      "sizes that do not add up",
      "ARTIFACT_INCONSISTENT",
      {
        "models/fraud/versions/1.1.0.yaml": {
          ...v2,
          spec: { ...v2.spec, artifact: { ...v2.spec.artifact, sizeBytes: 4 } },
        },
      },
    ],
    [
      "a digest that is not the files'",
      "ARTIFACT_INCONSISTENT",
      {
        "models/fraud/versions/1.1.0.yaml": {
          ...v2,
          spec: { ...v2.spec, artifact: { ...v2.spec.artifact, digest: `sha256:${"0".repeat(64)}` } },
        },
      },
    ],
  ];
  it.each(cases)("finds %s", (_, code, changes) => {
    expect(problems(changes)).toContain(code);
  });

  it.each<Partial<Registry["spec"]>>([
    { audit: { branch: "promote/x" } },
    { audit: { branch: "retire" } },
    { audit: { branch: "acme-models/register/x" } },
    { branch: "yank/a/1.0.0" },
    { branch: "log", audit: { branch: "log" } },
    { branch: "log", audit: { branch: "log/main" } },
  ])("finds branches that cannot be what they are for: %j", (branches) => {
    const policy = aRegistry([{ name: "staging" }, { name: "production" }], branches);
    expect(problems({ "modeltrail.yaml": policy })).toEqual(["BRANCH_INVALID"]);
  });

  it.each<Partial<Registry["spec"]>>([
    { audit: { branch: "audit/promote/x" } },
    { audit: { branch: "promoted" } },
    { branch: "main", audit: { branch: "main-log" } },
    { branch: "release/1.x", audit: { branch: "release/log" } },
  ])("takes other branches: %j", (branches) => {
    const policy = aRegistry([{ name: "staging" }, { name: "production" }], branches);
    expect(problems({ "modeltrail.yaml": policy })).toEqual([]);
  });

  it.each(["120000", "160000"])("finds a manifest of mode %s", (mode) => {
    expect(problems({}, { "models/fraud/model.yaml": mode })).toContain("NOT_A_PLAIN_FILE");
  });

  it("never takes a link for a version that nobody read", () => {
    const view = snapshot(whole, { "models/fraud/versions/1.0.0.yaml": "120000" });
    expect(view.models.get("fraud")?.versions.get("1.0.0")?.state).toBe("read");
    const linked = load(whole).map((file) =>
      file.path.endsWith("versions/1.0.0.yaml") ? { ...file, mode: "120000", reading: undefined } : file,
    );
    expect(codes(allFindings(buildSnapshot(linked, sha256)))).toEqual(["NOT_A_PLAIN_FILE", "VERSION_BROKEN"]);
  });

  it("says where: file, line and pointer", () => {
    const broken = { ...v2, spec: { ...v2.spec, artifact: { ...v2.spec.artifact, sizeBytes: 4 } } };
    const [finding] = allFindings(snapshot({ ...whole, "models/fraud/versions/1.1.0.yaml": broken }));
    const line =
      textOf(broken)
        .split("\n")
        .findIndex((text) => text.includes("sizeBytes: 4")) + 1;
    expect(finding).toMatchObject({
      file: "models/fraud/versions/1.1.0.yaml",
      line,
      pointer: "/spec/artifact/sizeBytes",
      gate: "consistency",
      severity: "error",
    });
  });

  it("is not led astray by names that objects have themselves", () => {
    const files: Record<string, string> = {
      "models/constructor/model.yaml": "x: 1",
      "models/__proto__/model.yaml": "x: 1",
    };
    const view = snapshot({ ...whole, ...files });
    expect(codes(view.findings).filter((code) => code === "INVALID_NAME").length).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});
