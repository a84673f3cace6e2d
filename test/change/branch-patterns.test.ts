import { describe, expect, it } from "vitest";
import { escapeBranch, matchesBranch } from "../../src/change/branch-patterns.ts";

describe("patterns for branches", () => {
  it.each<[patterns: readonly string[], branch: string]>([
    [["main"], "main"],
    [["m*"], "main"],
    [["*"], "main"],
    [["**"], "releases/10"],
    [["releases/**"], "releases/a/b"],
    [["**/10"], "releases/10"],
    [["v[12].[0-9]+.[0-9]+"], "v1.10.2"],
    [["mai?n"], "man"],
    [["mai?n"], "main"],
    [["ma+in"], "maaain"],
    [["**", "!main", "ma*"], "main"],
    [["rel\\+1"], "rel+1"],
    [["\\!main"], "!main"],
    [["m*?n"], "main"],
    [["größe*"], "größer"],
  ])("%j lets %s in", (patterns, branch) => {
    expect(matchesBranch(patterns, branch)).toBe(true);
  });

  it.each<[patterns: readonly string[], branch: string]>([
    [[], "main"],
    [["x*"], "main"],
    [["mai"], "main"],
    [["*"], "releases/10"],
    [["**", "!main"], "main"],
    [["**", "!m*"], "main"],
    [["!main"], "main"],
    [["rel+1"], "rel+1"],
    [["mai?n"], "maiin"],
    [["v[12]"], "v3"],
    [["[main"], "main"],
  ])("%j keeps %s out", (patterns, branch) => {
    expect(matchesBranch(patterns, branch)).toBe(false);
  });

  it.each(["main", "rel+1", "!main", "a!b", "1.x", "!+!", "release/1+2+3"])(
    "can stand for %s alone",
    (name) => {
      expect(matchesBranch(["**", "!**", escapeBranch(name)], name)).toBe(true);
      expect(matchesBranch([escapeBranch(name)], `${name}1`)).toBe(false);
    },
  );

  it("are told fast, whatever they look like", () => {
    expect(
      matchesBranch(["**a".repeat(200), "a+".repeat(500), "*?+".repeat(500)], `${"a".repeat(250)}b/c`),
    ).toBe(false);
  });
});
