import { describe, expect, it } from "vitest";
import { GATES } from "../../src/policy/evaluate.ts";
import { makeFinding } from "../../src/diagnostics/make-finding.ts";
import type { Registry } from "../../src/manifest/types.generated.ts";
import { found, judge } from "../builders/facts.ts";
import { aModel, aRegistry, aStage, aVersion, aYank, textOf, type Files } from "../builders/manifests.ts";

const v1 = aVersion("fraud", "1.0.0");
const v2 = aVersion("fraud", "1.1.0");
const base: Files = {
  "modeltrail.yaml": aRegistry([{ name: "staging" }, { name: "production", after: ["staging"] }]),
  "models/fraud/model.yaml": aModel("fraud"),
  "models/fraud/versions/1.0.0.yaml": v1,
  "models/fraud/versions/1.1.0.yaml": v2,
  "models/fraud/stages/staging/stage.yaml": aStage("staging", v1),
};
const staging = "models/fraud/stages/staging/stage.yaml";
const production = "models/fraud/stages/production/stage.yaml";

function without(files: Files, ...paths: readonly string[]): Files {
  return Object.fromEntries(Object.entries(files).filter(([path]) => !paths.includes(path)));
}

describe("the judge", () => {
  it("passes a promotion, and says what it does", () => {
    const verdict = judge(base, { ...base, [staging]: aStage("staging", v2) });
    expect(verdict.verdict).toBe("pass");
    expect(verdict.transitions).toMatchObject([
      { kind: "promote", model: "fraud", stage: "staging", from: "1.0.0", to: "1.1.0" },
    ]);
    expect(verdict.gates.map((gate) => gate.gate)).toEqual(GATES.map((gate) => gate.name));
  });

  it("tells a stage that was broken from one that was empty", () => {
    const broken = { ...base, [staging]: "spec: [" };
    const [mended] = judge(broken, base).transitions;
    expect(mended).toMatchObject({ kind: "promote", wasBroken: true, to: "1.0.0" });
    expect(mended?.summary).toBe("promote(staging): fraud (broken) -> 1.0.0");
    const [retired] = judge(broken, without(base, staging)).transitions;
    expect(retired?.summary).toBe("retire(staging): fraud (broken) -> (empty)");
    const [filled] = judge(without(base, staging), base).transitions;
    expect(filled?.summary).toBe("promote(staging): fraud (empty) -> 1.0.0");
    expect(filled).not.toHaveProperty("wasBroken");
  });

  it("never stops at the first finding", () => {
    const head = {
      ...without(base, "modeltrail.yaml"),
      "models/fraud/versions/1.0.0.yaml": v2,
      [production]: aStage("production", v2),
    };
    const verdict = judge(base, head);
    expect(verdict.verdict).toBe("fail");
    expect(found(verdict, "immutability")).toEqual(
      expect.arrayContaining(["REGISTRY_REMOVED", "VERSION_CHANGED"]),
    );
    expect(found(verdict, "schema")).toContain("PATH_MISMATCH");
    expect(found(verdict, "order")).toEqual(["ORDER_NOT_MET"]);
  });

  it("says that there is nothing to judge by when the change brings the registry", () => {
    const verdict = judge({}, base);
    expect(verdict.verdict).toBe("pass");
    expect(found(verdict, "schema")).toEqual(["NO_REGISTRY_AT_BASE"]);
  });

  it("leaves what was wrong before, elsewhere, out of the verdict", () => {
    const broken = {
      ...base,
      "models/churn/model.yaml": "no: [",
      "models/fraud/yanked/1.0.0.yaml": aYank("fraud", "1.0.0"),
    };
    const verdict = judge(broken, { ...broken, "models/fraud/README.md": "# Fraud" });
    expect(verdict.verdict).toBe("pass");
    const mended = judge(broken, { ...broken, [staging]: aStage("staging", v2) });
    expect(mended.verdict).toBe("pass");
  });
});

describe("a change to answer for", () => {
  it("answers for what it breaks in files that it leaves alone", () => {
    const inner = { ...base, "models/risk/churn/model.yaml": aModel("risk/churn") };
    expect(found(judge(inner, { ...inner, "models/risk/model.yaml": aModel("risk") }), "schema")).toContain(
      "MODEL_AND_NAMESPACE",
    );
    for (const path of ["models/fraud/Model.yaml", "models/fraud/Versions/1.0.0.yaml", "MODELTRAIL.yaml"]) {
      expect(found(judge(base, { ...base, [path]: "x: 1" }), "schema"), path).toContain("PATH_COLLISION");
    }
  });

  it("does not answer for a number that was used twice before", () => {
    const twice = { ...base, "models/fraud/versions/v1.0.0.yaml": aVersion("fraud", "v1.0.0") };
    expect(judge(twice, { ...twice, "models/fraud/README.md": "# Fraud" }).verdict).toBe("pass");
    expect(judge(twice, { ...twice, [staging]: aStage("staging", v2) }).verdict).toBe("pass");
  });

  it("mends a broken policy alone, or not at all", () => {
    const broken = { ...base, "modeltrail.yaml": "spec: [" };
    expect(judge(broken, base).verdict).toBe("pass");
    const more = judge(broken, { ...base, [staging]: aStage("staging", v2) });
    expect(more.verdict).toBe("fail");
    expect(judge(broken, { ...broken, [staging]: aStage("staging", v2) }).verdict).toBe("fail");
  });

  it("moves no stage along with the workflows that judge it", () => {
    const outside = [".github/workflows/modeltrail-verdict.yml"];
    const onGitHub = {
      ...base,
      "modeltrail.yaml": aRegistry([{ name: "staging" }], { forge: { github: "acme/models" } }),
    };
    const moved = (files: Files): readonly string[] =>
      found(judge(files, { ...files, [staging]: aStage("staging", v2) }, { outside }), "consistency");
    expect(moved(onGitHub)).toContain("WORKFLOW_WITH_STAGE");
    expect(moved(base)).not.toContain("WORKFLOW_WITH_STAGE");
    const edited = judge(onGitHub, { ...onGitHub, "models/fraud/README.md": "x" }, { outside });
    expect(found(edited, "consistency")).toEqual(["FILES_OUTSIDE"]);
  });

  it("names the files outside the registry, and retires beside none", () => {
    const promoted = judge(base, { ...base, [staging]: aStage("staging", v2) }, { outside: ["deploy.sh"] });
    expect(promoted.verdict).toBe("pass");
    expect(found(promoted, "consistency")).toEqual(["FILES_OUTSIDE"]);
    expect(found(judge(base, without(base, staging), { outside: ["deploy.sh"] }), "retire")).toContain(
      "RETIRE_NOT_ALONE",
    );
  });

  it("cannot bring a registry by moving the one that judged it", () => {
    const moved = judge({}, base, { registriesRemoved: ["registry/modeltrail.yaml"] });
    expect(moved.verdict).toBe("fail");
    expect(found(moved, "immutability")).toEqual(["REGISTRY_REMOVED"]);
    expect(moved.gates.find((gate) => gate.gate === "order")).toMatchObject({ status: "skipped" });
  });
});

describe("immutability", () => {
  it.each([
    ["an edited version", { ...base, "models/fraud/versions/1.0.0.yaml": textOf(v1).replace("ada", "eve") }],
    ["a removed version", without(base, "models/fraud/versions/1.1.0.yaml")],
  ])("refuses %s", (_, head) => {
    expect(found(judge(base, head), "immutability")).toContain("VERSION_CHANGED");
  });

  it("refuses an edited or removed yank", () => {
    const yanked = { ...base, "models/fraud/yanked/1.1.0.yaml": aYank("fraud", "1.1.0") };
    expect(found(judge(yanked, base), "immutability")).toEqual(["VERSION_CHANGED"]);
    const edited = {
      ...base,
      "models/fraud/yanked/1.1.0.yaml": aYank("fraud", "1.1.0", { reason: "other" }),
    };
    expect(found(judge(yanked, edited), "immutability")).toEqual(["VERSION_CHANGED"]);
  });

  it("keeps a number taken, in both spellings, also when its yank is all that is left", () => {
    const head = { ...base, "models/fraud/versions/v1.0.0.yaml": aVersion("fraud", "v1.0.0") };
    expect(found(judge(base, head), "immutability")).toContain("NUMBER_REUSED");
    const orphan = {
      ...without(base, "models/fraud/versions/1.1.0.yaml"),
      "models/fraud/yanked/1.1.0.yaml": aYank("fraud", "1.1.0"),
    };
    expect(
      found(judge(orphan, { ...orphan, "models/fraud/versions/1.1.0.yaml": v2 }), "immutability"),
    ).toContain("NUMBER_REUSED");
  });
});

describe("order", () => {
  it("lets a version in that has been, is, or comes at an earlier stage", () => {
    const head = { ...base, [production]: aStage("production", v2) };
    expect(found(judge(base, head), "order")).toEqual(["ORDER_NOT_MET"]);
    expect(
      found(judge(base, head, { stays: [{ model: "fraud", stage: "staging", version: "1.1.0" }] }), "order"),
    ).toEqual([]);
    expect(
      found(judge(base, head, { stays: [{ model: "churn", stage: "staging", version: "1.1.0" }] }), "order"),
    ).toEqual(["ORDER_NOT_MET"]);
  });

  it("lets a version come at both stages at once only in place of one that is yanked", () => {
    const both = { [staging]: aStage("staging", v2), [production]: aStage("production", v2) };
    const held = { ...base, [production]: aStage("production", v1) };
    expect(found(judge(held, { ...held, ...both }), "order")).toEqual(["ORDER_NOT_MET"]);
    const yank = { "models/fraud/yanked/1.0.0.yaml": aYank("fraud", "1.0.0", { replacement: "1.1.0" }) };
    expect(judge(held, { ...held, ...both, ...yank }).verdict).toBe("pass");
  });

  it("refuses a stage that the policy does not have", () => {
    expect(
      found(judge(base, { ...base, "models/fraud/stages/canary/stage.yaml": aStage("canary", v1) }), "order"),
    ).toEqual(["STAGE_UNKNOWN"]);
  });

  it("reads the policy from the base, never from the change", () => {
    const loosened = {
      ...base,
      "modeltrail.yaml": aRegistry([{ name: "staging" }, { name: "production" }]),
      [production]: aStage("production", v2),
    };
    expect(found(judge(base, loosened), "order")).toEqual(["ORDER_NOT_MET"]);
  });
});

describe("retire", () => {
  it("passes alone, with a word on what it deletes", () => {
    const verdict = judge(base, without(base, staging));
    expect(verdict.verdict).toBe("pass");
    expect(verdict.transitions).toMatchObject([{ kind: "retire", stage: "staging", from: "1.0.0" }]);
    expect(found(verdict, "retire")).toEqual(["RETIRE_DELETES_DEPLOYMENT"]);
  });

  it("fails beside anything else", () => {
    const verdict = judge(base, { ...without(base, staging), "models/fraud/README.md": "# bye" });
    expect(found(verdict, "retire")).toContain("RETIRE_NOT_ALONE");
    expect(verdict.verdict).toBe("fail");
  });
});

describe("consistency", () => {
  it("refuses a yank of a version that a stage holds, unless the stage moves as well", () => {
    const yank = {
      ...base,
      "models/fraud/yanked/1.0.0.yaml": aYank("fraud", "1.0.0", { replacement: "1.1.0" }),
    };
    expect(found(judge(base, yank), "consistency")).toEqual(["STAGE_HOLDS_YANKED"]);
    expect(judge(base, { ...yank, [staging]: aStage("staging", v2) }).verdict).toBe("pass");
  });

  it("refuses a promotion to a version whose manifest cannot be read", () => {
    const broken = { ...base, "models/fraud/versions/1.1.0.yaml": "kind: ModelVersion" };
    expect(found(judge(broken, { ...broken, [staging]: aStage("staging", v2) }), "consistency")).toContain(
      "VERSION_BROKEN",
    );
  });

  it("refuses a new model whose stages another model's objects are called like", () => {
    const before = {
      ...without(base, staging),
      "modeltrail.yaml": aRegistry([{ name: "prod" }, { name: "eu-prod" }]),
    };
    expect(
      found(judge(before, { ...before, "models/fraud-eu/model.yaml": aModel("fraud-eu") }), "consistency"),
    ).toEqual(["NAME_COLLISION"]);
  });
});

describe("stale and artifact", () => {
  it("fails when the stage moved meanwhile", () => {
    const moved = [{ model: "fraud", stage: "staging", file: staging, builtOn: "1.0.0", now: "1.1.0" }];
    expect(found(judge(base, { ...base, [staging]: aStage("staging", v2) }, { moved }), "stale")).toEqual([
      "STAGE_MOVED",
    ]);
  });

  it("fails with what storage lacks, and says when nobody looked", () => {
    const head = { ...base, [staging]: aStage("staging", v2) };
    const finding = makeFinding("ARTIFACT_MISSING", { message: "gone" });
    const facts = [{ model: "fraud", version: "1.1.0", files: 1, finding }];
    expect(judge(base, head, { artifacts: facts }).verdict).toBe("fail");
    const unseen = judge(base, head).gates.find((gate) => gate.gate === "artifact");
    expect(unseen).toMatchObject({ status: "skipped" });
  });
});

describe("rules that have no gate yet", () => {
  type Stage = Registry["spec"]["stages"][number];
  const rules: readonly Partial<Stage>[] = [
    { soak: "24h" },
    { approvals: { required: 2 } },
    { require: ["card"] },
    { metrics: [{ name: "auc", threshold: 0.9 }] },
    { gates: [{ name: "small", expr: "true" }] },
    { freeze: [{ from: "2026-12-20T00:00:00Z", until: "2027-01-02T00:00:00Z", reason: "holidays" }] },
    { rollback: { skip: ["soak"] } },
  ];
  it.each(rules.map((rule) => [Object.keys(rule)[0], rule] as const))(
    "are refused, not ignored: %s",
    (_, rule) => {
      const governed = {
        ...base,
        "modeltrail.yaml": aRegistry([
          { name: "staging", ...rule },
          { name: "production", after: ["staging"] },
        ]),
      };
      expect(found(judge(governed, { ...governed, [staging]: aStage("staging", v2) }), "schema")).toEqual([
        "UNSUPPORTED_POLICY",
      ]);
      expect(found(judge(base, governed), "schema")).toEqual(["UNSUPPORTED_POLICY"]);
      expect(judge(governed, { ...governed, "models/fraud/README.md": "# Fraud" }).verdict).toBe("pass");
    },
  );

  it("are refused in a model as well", () => {
    const model = aModel("fraud", { stages: { staging: { require: ["card"] } } });
    const governed = { ...base, "models/fraud/model.yaml": model };
    const verdict = judge(base, governed);
    expect(found(verdict, "schema")).toEqual(["UNSUPPORTED_POLICY"]);
    expect(verdict.transitions).toMatchObject([{ kind: "config" }]);
    expect(found(judge(governed, { ...governed, [staging]: aStage("staging", v2) }), "schema")).toEqual([
      "UNSUPPORTED_POLICY",
    ]);
  });
});
