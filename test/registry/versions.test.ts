import fc from "fast-check";
import compareBySemver from "semver/functions/compare.js";
import { describe, expect, it } from "vitest";
import { compareVersions, latestVersion, nextVersion, versionProblem } from "../../src/registry/versions.ts";

describe("versions", () => {
  it.each(["1.0.0", "v1.0.0", "0.0.1", "2.0.0-rc.1", "1.0.0-0a", "10.20.30"])("allows %s", (version) => {
    expect(versionProblem(version)).toBeUndefined();
  });

  it.each([
    "1",
    "1.10",
    "1e5",
    "20250101",
    "latest",
    "1.0.0+build",
    "1.0.0-RC.1",
    "01.0.0",
    "1.0.0-01",
    "1.0.0.0",
    "",
    " 1.0.0",
    "1.0.0-x.lock",
    "V1.0.0",
    "1.0.0-",
    "vv1.0.0",
    `1.0.0-${"x".repeat(60)}`,
    "1.0.0\n",
    "9007199254740993.0.0",
    "1.0.0-é",
  ])("refuses %j", (version) => {
    expect(versionProblem(version)).toBeTypeOf("string");
  });

  it("orders as SemVer does", () => {
    const number = fc.nat({ max: 12 });
    const version = fc
      .tuple(number, number, number, fc.constantFrom("", "-rc.1", "-rc.2", "-alpha", "-1"))
      .map(([a, b, c, pre]) => `${a}.${b}.${c}${pre}`);
    fc.assert(
      fc.property(version, version, (a, b) => Math.sign(compareVersions(a, b)) === compareBySemver(a, b)),
    );
    expect(["1.10.0", "1.9.0", "v1.2.0", "1.0.0-rc.1", "1.0.0"].toSorted(compareVersions)).toEqual([
      "1.0.0-rc.1",
      "1.0.0",
      "v1.2.0",
      "1.9.0",
      "1.10.0",
    ]);
  });

  it("takes a pre-release as latest only when there is nothing else", () => {
    expect(latestVersion(["1.0.0", "2.0.0-rc.1"])).toBe("1.0.0");
    expect(latestVersion(["2.0.0-rc.1", "2.0.0-rc.2"])).toBe("2.0.0-rc.2");
    expect(latestVersion([])).toBeUndefined();
    expect(latestVersion(["not a version"])).toBeUndefined();
  });

  it("counts up from the highest release and skips what is taken", () => {
    expect(nextVersion([], "minor")).toBe("1.0.0");
    expect(nextVersion(["1.2.3"], "minor")).toBe("1.3.0");
    expect(nextVersion(["1.2.3"], "major")).toBe("2.0.0");
    expect(nextVersion(["1.2.3", "1.2.10"], "patch")).toBe("1.2.11");
    expect(nextVersion(["1.2.3", "2.0.0-rc.1"], "minor")).toBe("1.3.0");
    expect(nextVersion(["v1.0.0"], "patch")).toBe("1.0.1");
    expect(nextVersion(["1.0.0-rc.1"], "patch")).toBe("1.0.0");
  });

  it("never gives a number that is taken in either spelling", () => {
    const number = fc.nat({ max: 4 });
    const version = fc
      .tuple(fc.constantFrom("", "v"), number, number, number)
      .map(([v, a, b, c]) => `${v}${a}.${b}.${c}`);
    fc.assert(
      fc.property(fc.array(version), fc.constantFrom("major", "minor", "patch"), (taken, bump) => {
        const next = nextVersion(taken, bump);
        return versionProblem(next) === undefined && !taken.includes(next) && !taken.includes(`v${next}`);
      }),
    );
  });
});
