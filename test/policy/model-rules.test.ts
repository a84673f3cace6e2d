import { describe, expect, it } from "vitest";
import { found, judge } from "../builders/facts.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf, type Files } from "../builders/manifests.ts";

const v1 = aVersion("fraud", "1.0.0");
const v2 = aVersion("fraud", "1.1.0");
const churn = aVersion("churn", "1.0.0");
const manifest = "models/fraud/model.yaml";
const staging = "models/fraud/stages/staging/stage.yaml";
const strict = aModel("fraud", { stages: { staging: { approvals: { required: 3 } } } });
const base: Files = {
  "modeltrail.yaml": aRegistry([{ name: "staging" }]),
  [manifest]: strict,
  "models/fraud/versions/1.0.0.yaml": v1,
  "models/fraud/versions/1.1.0.yaml": v2,
  [staging]: aStage("staging", v1),
  "models/churn/model.yaml": aModel("churn"),
  "models/churn/versions/1.0.0.yaml": churn,
};
const { [manifest]: _strict, ...missing } = base;
const broken = { ...base, [manifest]: `${textOf(strict)}task: no\n` };
const linked = { ...base, [manifest]: "../churn/model.yaml" };

function retired(files: Files): Files {
  const { [staging]: _stage, ...rest } = files;
  return rest;
}

describe.each([
  ["is broken", broken],
  ["is missing", missing],
  ["is something else than YAML", linked],
])("a model whose model.yaml at the base %s", (_, files) => {
  it.each<[string, Files]>([
    ["a promotion", { ...files, [staging]: aStage("staging", v2) }],
    ["a promotion that mends the file as well", { ...base, [staging]: aStage("staging", v2) }],
    [
      "a promotion that brings looser rules",
      { ...files, [manifest]: aModel("fraud"), [staging]: aStage("staging", v2) },
    ],
    ["a retirement", retired(files)],
    [
      "a yank that moves the stage",
      {
        ...files,
        "models/fraud/yanked/1.0.0.yaml": aYank("fraud", "1.0.0", { replacement: "1.1.0" }),
        [staging]: aStage("staging", v2),
      },
    ],
  ])("is denied %s, with the file and the remedy", (__, head) => {
    const verdict = judge(files, head);
    expect(verdict.verdict).toBe("fail");
    const finding = verdict.gates
      .flatMap((gate) => gate.findings)
      .find(({ code }) => code === "MODEL_RULES_UNKNOWN");
    expect(finding).toMatchObject({ file: manifest, severity: "error", gate: "schema" });
    expect(finding?.hint).toContain("model.yaml");
  });

  it.each<[string, Files]>([
    ["the mending of the file", base],
    ["a registration", { ...files, "models/fraud/versions/1.2.0.yaml": aVersion("fraud", "1.2.0") }],
    ["a card", { ...files, "models/fraud/README.md": "# Fraud" }],
    [
      "a promotion of another model",
      { ...files, "models/churn/stages/staging/stage.yaml": aStage("staging", churn) },
    ],
  ])("is not kept from %s", (__, head) => {
    expect(found(judge(files, head), "schema")).not.toContain("MODEL_RULES_UNKNOWN");
  });
});

describe("a model's own rules", () => {
  it("deny a move as long as they can be read", () => {
    expect(found(judge(base, { ...base, [staging]: aStage("staging", v2) }), "schema")).toEqual([
      "UNSUPPORTED_POLICY",
    ]);
  });

  it("are mended by a change that passes, and judge the next one", () => {
    const calm = { ...base, [manifest]: aModel("fraud") };
    const gone = Object.fromEntries(Object.entries(calm).filter(([path]) => path !== manifest));
    for (const files of [gone, { ...calm, [manifest]: "spec: [" }]) {
      expect(judge(files, calm).verdict).toBe("pass");
    }
    expect(judge(calm, { ...calm, [staging]: aStage("staging", v2) }).verdict).toBe("pass");
  });

  it("are none for a model that the change brings", () => {
    const empty = { "modeltrail.yaml": aRegistry([{ name: "staging" }]) };
    const head = {
      ...empty,
      [manifest]: aModel("fraud"),
      "models/fraud/versions/1.0.0.yaml": v1,
      [staging]: aStage("staging", v1),
    };
    expect(judge(empty, head).verdict).toBe("pass");
  });
});

describe("a policy at the base that contradicts itself", () => {
  const stages = [{ name: "staging" }, { name: "production" }, { name: "production", after: ["staging"] }];
  const twice = { ...base, [manifest]: aModel("fraud"), "modeltrail.yaml": aRegistry(stages) };

  it("lets nothing move, and is mended", () => {
    const moved = { ...twice, "models/fraud/stages/production/stage.yaml": aStage("production", v2) };
    expect(found(judge(twice, moved), "schema")).toEqual(["POLICY_INVALID"]);
    expect(judge(twice, { ...twice, "models/fraud/README.md": "# Fraud" }).verdict).toBe("pass");
    expect(judge(twice, { ...twice, "modeltrail.yaml": aRegistry(stages.slice(0, 2)) }).verdict).toBe("pass");
  });
});
