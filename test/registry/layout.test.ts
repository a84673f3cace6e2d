import { describe, expect, it } from "vitest";
import { identifyPath, modelPath, stagePath, versionPath, yankPath } from "../../src/registry/layout.ts";

describe("layout", () => {
  it.each(["fraud", "risk/fraud"])("reads back the paths that it makes for %s", (model) => {
    expect(identifyPath(modelPath(model))).toEqual({ kind: "model", model });
    expect(identifyPath(versionPath(model, "1.0.0"))).toEqual({ kind: "version", model, version: "1.0.0" });
    expect(identifyPath(yankPath(model, "1.0.0"))).toEqual({ kind: "yank", model, version: "1.0.0" });
    expect(identifyPath(stagePath(model, "production"))).toEqual({
      kind: "stage",
      model,
      stage: "production",
    });
  });

  it("finds what does not belong beside manifests", () => {
    for (const path of [
      "models/fraud/versions/notes.txt",
      "models/fraud/versions/old/1.0.0.yaml",
      "models/fraud/stages/production/patch.yaml",
      "models/fraud/stages/stage.yaml",
      "models/fraud/yanked/readme",
      "models/fraud/deploy/production/x.yaml",
      "models/fraud/versions/.yaml",
    ]) {
      expect(identifyPath(path), path).toMatchObject({ kind: "stray", model: "fraud" });
    }
    expect(identifyPath("models/fraud/archive/stages/production/stage.yaml")).toMatchObject({
      kind: "stage",
      model: "fraud/archive",
    });
    expect(identifyPath("models/a/b/c/stages/production/stage.yaml")).toMatchObject({
      kind: "stray",
      model: "a",
    });
  });

  it("takes for a stray whatever a consumer's glob takes for a stage", () => {
    for (const path of [
      "models/stages/production/stage.yaml",
      "models/a/b/c/d/stages/production/stage.yaml",
    ]) {
      expect(identifyPath(path), path).toMatchObject({ kind: "stray" });
    }
  });

  it("leaves people's own files alone", () => {
    expect(identifyPath("models/fraud/roc.png")).toEqual({ kind: "other", model: "fraud" });
    expect(identifyPath("models/fraud/images/roc.png")).toEqual({ kind: "other", model: "fraud" });
    expect(identifyPath("README.md")).toEqual({ kind: "other" });
    expect(identifyPath("models/fraud/README.md")).toEqual({ kind: "card", model: "fraud" });
    expect(identifyPath("modeltrail.yaml")).toEqual({ kind: "registry" });
    expect(identifyPath("sub/modeltrail.yaml")).toEqual({ kind: "other" });
  });
});
