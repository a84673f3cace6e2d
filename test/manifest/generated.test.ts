import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { SHAPES } from "../../src/manifest/shapes.generated.ts";
import { validateManifest } from "../../src/manifest/validate.ts";
import { REGISTRY, SAMPLES } from "./samples.ts";

it("what is made from the schemas is up to date", () => {
  expect(() =>
    execFileSync(process.execPath, ["scripts/generate-manifest.mjs", "--check"], { stdio: "pipe" }),
  ).not.toThrow();
});

it.each(SAMPLES)("the validator of a $kind takes its sample, and changes nothing", (manifest) => {
  const before = structuredClone(manifest);
  expect(validateManifest(manifest.kind, manifest)).toEqual({ ok: true, value: before });
  expect(Object.keys(SHAPES[manifest.kind].fields ?? {})).toEqual(["apiVersion", "kind", "metadata", "spec"]);
});

it.each<[string, unknown]>([
  ["nothing", undefined],
  ["null", null],
  ["a list", []],
  ["what an object inherits", Object.create({ ...REGISTRY })],
  ["an unknown field", { ...REGISTRY, toString: "x" }],
])("a validator refuses %s", (_, value) => {
  expect(validateManifest("Registry", value).ok).toBe(false);
});

it("collects thousands of violations in linear time", () => {
  const stages = Array.from({ length: 20_000 }, () => ({ name: 1, odd: 2, metrics: [{ name: 1 }] }));
  const result = validateManifest("Registry", { ...REGISTRY, spec: { ...REGISTRY.spec, stages } });
  expect(result.ok ? 0 : result.violations.length).toBeGreaterThanOrEqual(60_000);
});
