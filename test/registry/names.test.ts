import { describe, expect, it } from "vitest";
import {
  flatName,
  modelNameProblem,
  nameProblem,
  parseModelReference,
  stageObjectName,
} from "../../src/registry/names.ts";

describe("names", () => {
  it.each(["fraud", "fraud-detector", "a", "a1", "x".repeat(40)])("allows %s", (name) => {
    expect(nameProblem("model", name)).toBeUndefined();
  });

  it.each([
    "",
    "Fraud",
    "1fraud",
    "fraud-",
    "-fraud",
    "fr_aud",
    "fr aud",
    "x".repeat(41),
    "fraud/x",
    "naïve",
    "a\nb",
    "..",
    "__proto__",
  ])("refuses %j by its form", (name) => {
    expect(nameProblem("model", name)).toContain("is no model name");
  });

  it.each(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])(
    "refuses %s, which YAML 1.1 retypes",
    (name) => {
      expect(nameProblem("stage", name)).toContain("YAML 1.1");
    },
  );

  it.each(["con", "nul", "com1", "lpt9", "constructor", "prototype"])("refuses %s", (name) => {
    expect(nameProblem("namespace", name)).toBeDefined();
  });

  it.each(["versions", "stages", "yanked", "deploy"])(
    "refuses the folder name %s for models, allows it for stages",
    (name) => {
      expect(nameProblem("model", name)).toContain("folder");
      expect(nameProblem("stage", name)).toBeUndefined();
    },
  );

  it("refuses a stage called latest, and only a stage", () => {
    expect(nameProblem("stage", "latest")).toBeDefined();
    expect(nameProblem("model", "latest")).toBeUndefined();
  });

  it("allows one namespace", () => {
    expect(modelNameProblem("risk/fraud")).toBeUndefined();
    expect(modelNameProblem("risk/eu/fraud")).toBeDefined();
    expect(modelNameProblem("/fraud")).toBeDefined();
    expect(modelNameProblem("risk/")).toBeDefined();
    expect(flatName("risk/fraud")).toBe("risk-fraud");
    expect(stageObjectName("risk/fraud", "production")).toBe("risk-fraud-production");
  });

  it("splits references", () => {
    expect(parseModelReference("risk/fraud@1.0.0")).toEqual({ model: "risk/fraud", ref: "1.0.0" });
    expect(parseModelReference("fraud")).toEqual({ model: "fraud", ref: undefined });
    for (const bad of ["", "@1", "fraud@"]) expect(parseModelReference(bad)).toBeUndefined();
  });
});
