import { describe, expect, it } from "vitest";
import { storageProblem } from "../../src/registry/storage-address.ts";
import { judge, found } from "../builders/facts.ts";
import { aModel, aRegistry, aStage, aVersion, codes, snapshot, type Files } from "../builders/manifests.ts";

const WRONG = [
  "file:../../x/",
  "file:/tmp/../etc/",
  "file:a/./b/",
  "file:./a/",
  "file:a//b/",
  "file:///srv/models/",
  "file:/",
  "file:models/",
  "file:Models/fraud/versions/",
  "file:models./",
  "file:.git/refs/heads/",
  "file:.GIT/hooks/",
  "file:a/.git./x/",
  "file:git~1/refs/",
  "file:/srv/registry/.git/objects/",
  "file:.git::$INDEX_ALLOCATION/",
  "s3://acme-models/../x/",
  "s3://acme-models/a/./x/",
];

const RIGHT = [
  "file:.modeltrail/artifacts/",
  "file:store/models/",
  "file:/srv/models/",
  "file:/srv/models.git/",
  "file:.github-models/",
  "s3://acme-models/",
  "s3://acme-models/models/registry/",
];

describe("the address of storage", () => {
  it.each(WRONG)("%j is refused", (uri) => {
    expect(storageProblem(uri)).toBeTypeOf("string");
    const { findings } = snapshot({
      "modeltrail.yaml": aRegistry([{ name: "staging" }], { storage: { uri } }),
    });
    expect(findings.map(({ severity }) => severity)).toContain("error");
  });

  it.each(RIGHT)("%j is fine", (uri) => {
    expect(storageProblem(uri)).toBeUndefined();
    const { findings } = snapshot({
      "modeltrail.yaml": aRegistry([{ name: "staging" }], { storage: { uri } }),
    });
    expect(codes(findings)).toEqual([]);
  });
});

it("is seen through invisible characters, which no manifest may hold", () => {
  expect(storageProblem("file:.g\u200cit/refs/")).toBeTypeOf("string");
});

describe("the judge", () => {
  const version = aVersion("fraud", "1.0.0");
  const policy = (uri: string): Files => ({
    "modeltrail.yaml": aRegistry([{ name: "staging" }], { storage: { uri } }),
  });
  const files: Files = { "models/fraud/model.yaml": aModel("fraud") };
  const registered = { ...files, "models/fraud/versions/1.0.0.yaml": version };
  const good = "file:store/";
  const bad = "file:.git/refs/heads/";

  it("lets no change bring such a storage", () => {
    const verdict = judge({ ...policy(good), ...files }, { ...policy(bad), ...files });
    expect(found(verdict, "schema")).toEqual(["STORAGE_INVALID"]);
    expect(judge({}, policy(bad)).verdict).toBe("fail");
  });

  it("lets nothing be registered or moved under one, and lets it be mended", () => {
    const base = { ...policy(bad), ...files };
    expect(found(judge(base, { ...policy(bad), ...registered }), "schema")).toEqual(["STORAGE_INVALID"]);
    const moved = { ...registered, "models/fraud/stages/staging/stage.yaml": aStage("staging", version) };
    expect(found(judge({ ...policy(bad), ...registered }, { ...policy(bad), ...moved }), "schema")).toEqual([
      "STORAGE_INVALID",
    ]);
    expect(judge(base, { ...policy(good), ...files }).verdict).toBe("pass");
  });
});
