import { describe, expect, it } from "vitest";
import { found, judge } from "../builders/facts.ts";
import { aModel, aRegistry, aStage, aVersion, type Files } from "../builders/manifests.ts";

const v1 = aVersion("fraud", "1.0.0");
const v2 = aVersion("fraud", "1.1.0");
const manifest = "models/fraud/model.yaml";
const staging = "models/fraud/stages/staging/stage.yaml";
const stages = [{ name: "staging" }, { name: "production" }];
const calm: Files = {
  "modeltrail.yaml": aRegistry(stages),
  [manifest]: aModel("fraud"),
  "models/fraud/versions/1.0.0.yaml": v1,
  "models/fraud/versions/1.1.0.yaml": v2,
  [staging]: aStage("staging", v1),
};
const misspelt = { ...calm, [manifest]: aModel("fraud", { stages: { prodution: {}, production: {} } }) };

function findingsOf(base: Files, head: Files): readonly object[] {
  return judge(base, head).gates.flatMap(({ findings }) => findings);
}

describe("rules of a model for a stage that the policy does not have", () => {
  it("are refused with their place and the name that was meant", () => {
    expect(judge(calm, misspelt).verdict).toBe("fail");
    expect(findingsOf(calm, misspelt)).toEqual([
      expect.objectContaining({
        code: "MODEL_STAGE_UNKNOWN",
        severity: "error",
        gate: "schema",
        file: manifest,
        pointer: "/spec/stages/prodution",
        line: expect.any(Number),
        hint: expect.stringContaining("production"),
      }),
    ]);
  });

  it("are refused in the change that brings the registry, and again wherever the file is touched", () => {
    expect(found(judge({}, misspelt), "schema")).toContain("MODEL_STAGE_UNKNOWN");
    const edited = {
      ...misspelt,
      [manifest]: aModel("fraud", { task: "ranking", stages: { prodution: {} } }),
    };
    expect(found(judge(misspelt, edited), "schema")).toEqual(["MODEL_STAGE_UNKNOWN"]);
  });

  it("are refused where the policy drops or renames the stage, unless the model follows", () => {
    const strict = { ...calm, [manifest]: aModel("fraud", { stages: { production: {} } }) };
    const renamed = aRegistry([{ name: "staging" }, { name: "live" }]);
    const alone = { ...strict, "modeltrail.yaml": renamed };
    expect(found(judge(strict, alone), "schema")).toEqual(["MODEL_STAGE_UNKNOWN"]);
    expect(judge(strict, { ...alone, [manifest]: aModel("fraud", { stages: { live: {} } }) }).verdict).toBe(
      "pass",
    );
  });

  it("are mended by their own change, or by the stage's", () => {
    expect(judge(misspelt, calm).verdict).toBe("pass");
    const added = { ...misspelt, "modeltrail.yaml": aRegistry([...stages, { name: "prodution" }]) };
    expect(judge(misspelt, added).verdict).toBe("pass");
  });

  it("keep no stage from moving where they stand already, and are told to who reviews the move", () => {
    const moved = { ...misspelt, [staging]: aStage("staging", v2) };
    expect(judge(misspelt, moved).verdict).toBe("pass");
    expect(findingsOf(misspelt, moved)).toEqual([
      expect.objectContaining({ code: "MODEL_RULES_UNUSED", severity: "warning", file: manifest }),
    ]);
    expect(found(judge(misspelt, { ...moved, [manifest]: aModel("fraud") }), "schema")).toEqual([]);
  });

  it("are nobody's business in changes that move and touch nothing of the model", () => {
    for (const [path, content] of [
      ["models/fraud/versions/1.2.0.yaml", aVersion("fraud", "1.2.0")],
      ["models/churn/model.yaml", aModel("churn")],
      ["models/fraud/README.md", "# Fraud"],
    ] as const)
      expect(findingsOf(misspelt, { ...misspelt, [path]: content })).toEqual([]);
  });
});

describe("a stage that holds a version and that the policy does not have", () => {
  const held = { ...calm, "models/fraud/stages/live/stage.yaml": aStage("live", v1) };
  const withLive: Files = { ...held, "modeltrail.yaml": aRegistry([...stages, { name: "live" }]) };

  it("is refused where it is filled, and where the policy drops it", () => {
    expect(found(judge(calm, held), "consistency")).toEqual(["HELD_STAGE_UNKNOWN"]);
    expect(findingsOf(withLive, held)).toEqual([
      expect.objectContaining({
        code: "HELD_STAGE_UNKNOWN",
        severity: "error",
        file: "models/fraud/stages/live/stage.yaml",
        hint: expect.stringContaining("modeltrail retire fraud --stage live"),
      }),
    ]);
  });

  it("is refused with a file that cannot be read, too", () => {
    const broken = { ...withLive, "models/fraud/stages/live/stage.yaml": "broken: [" };
    const dropped = { ...broken, "modeltrail.yaml": calm["modeltrail.yaml"] ?? "" };
    expect(found(judge(broken, dropped), "consistency")).toContain("HELD_STAGE_UNKNOWN");
  });

  it("is mended by emptying it, or by listing it again, and keeps nothing else from moving", () => {
    expect(judge(held, calm).verdict).toBe("pass");
    expect(judge(held, withLive).verdict).toBe("pass");
    expect(judge(held, { ...held, [staging]: aStage("staging", v2) }).verdict).toBe("pass");
  });

  it("says that it can only be emptied to who moves it", () => {
    const moved = judge(held, { ...held, "models/fraud/stages/live/stage.yaml": aStage("live", v2) });
    expect(moved.gates.find(({ gate }) => gate === "order")?.findings).toMatchObject([
      { code: "STAGE_UNKNOWN", hint: expect.stringContaining("modeltrail retire fraud --stage live") },
    ]);
  });
});
