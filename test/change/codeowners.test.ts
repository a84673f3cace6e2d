import { describe, expect, it } from "vitest";
import {
  findLaterClaims,
  placeOwnerLines,
  readRegistryOwners,
  renderOwnerLines,
  toOwner,
  type Ownership,
} from "../../src/change/codeowners.ts";

const OWNERSHIP: Ownership = {
  prefix: "",
  owners: ["grace", "acme/platform"],
  models: [
    { name: "fraud", owners: ["ada", "@rob"], approvers: { production: ["edsger"] } },
    { name: "risk/eu", owners: ["the risk team"], approvers: {} },
  ],
  stages: [
    { name: "staging", approvers: [] },
    { name: "production", approvers: ["ada", "grace", "edsger"] },
  ],
  file: ".github/CODEOWNERS",
};

describe("lines of CODEOWNERS", () => {
  it("go from many to few, since the last match counts", () => {
    expect(renderOwnerLines(OWNERSHIP)).toEqual([
      "/models/fraud/ @ada @rob",
      "/models/**/stages/production/ @ada @grace @edsger",
      "/models/fraud/stages/production/ @edsger",
      "/modeltrail.yaml @grace @acme/platform",
      "/.github/ @grace @acme/platform",
    ]);
  });

  it.each([
    { wants: ["Edsger", "mallory", "@grace"], line: "/models/fraud/stages/production/ @Edsger @grace" },
    { wants: ["mallory"], line: undefined },
    { wants: [], line: undefined },
  ])("let a model narrow the approvers of a stage, and bring in nobody: $wants", ({ wants, line }) => {
    const [model] = OWNERSHIP.models;
    if (model === undefined) throw new Error("no model");
    const models = [{ ...model, approvers: { production: wants, staging: ["mallory"] } }];
    const own = renderOwnerLines({ ...OWNERSHIP, models }).filter((text) =>
      text.startsWith("/models/fraud/stages/"),
    );
    // The registry names nobody for staging, so there the model's own count.
    expect(own).toEqual([...(line === undefined ? [] : [line]), "/models/fraud/stages/staging/ @mallory"]);
  });

  it("name a registry's folder, and the file itself where it lies elsewhere", () => {
    const lines = renderOwnerLines({ ...OWNERSHIP, prefix: "ml/my registry/", file: "docs/CODEOWNERS" });
    expect(lines.slice(-3)).toEqual([
      "/ml/my\\ registry/modeltrail.yaml @grace @acme/platform",
      "/.github/ @grace @acme/platform",
      "/docs/CODEOWNERS @grace @acme/platform",
    ]);
  });

  it.each([
    ["ada", "@ada"],
    ["@acme/risk-team", "@acme/risk-team"],
    ["ada_acme", "@ada_acme"],
    ["ada\n* @eve", undefined],
    ["ada @eve", undefined],
    ["ada@example.com", undefined],
    ["-ada", undefined],
    ["acme/risk/eu", undefined],
    ["", undefined],
    ["*", undefined],
  ])("take %j as %j", (name, owner) => {
    expect(toOwner(name)).toBe(owner);
  });
});

describe("the block of a registry", () => {
  const lines = ["/modeltrail.yaml @grace", "/.github/ @grace"];

  it("comes at the end of what is there, and is brought up to date in its place", () => {
    const first = placeOwnerLines("* @everybody", "", lines);
    expect(first).toMatch(/^\* @everybody\n\n# modeltrail: begin\n# .*\n\/modeltrail.yaml @grace\n/);
    expect(first).toMatch(/# modeltrail: end\n$/);
    expect(placeOwnerLines(first, "", lines)).toBe(first);
    const later = `${first ?? ""}/docs/ @writers\n`;
    const second = placeOwnerLines(later, "", ["/.github/ @ada"]);
    expect(second).toContain("/.github/ @ada\n# modeltrail: end\n/docs/ @writers\n");
    expect(second).not.toContain("@grace");
    expect(readRegistryOwners(first ?? "", "")).toEqual(["@grace"]);
  });

  it("keeps line breaks, and leaves the block of another registry alone", () => {
    const first = placeOwnerLines("* @a\r\n", "one/", lines) ?? "";
    expect(first.split("\n").filter((line) => line !== "" && !line.endsWith("\r"))).toEqual([]);
    const both = placeOwnerLines(first, "two/", ["/two/ @b"]) ?? "";
    expect(both.startsWith(first)).toBe(true);
    const edited = placeOwnerLines(both, "one/", ["/one/ @c"]) ?? "";
    expect(edited).toContain("/two/ @b\r\n");
    expect(edited).not.toContain("@grace");
    expect(edited.split("\n").filter((line) => line !== "" && !line.endsWith("\r"))).toEqual([]);
  });

  it.each([
    "# modeltrail: begin\n",
    "# modeltrail: end\n# modeltrail: begin\n",
    "# modeltrail: begin\n# modeltrail: begin\n# modeltrail: end\n",
  ])("is not written between marks that are no pair: %j", (text) => {
    expect(placeOwnerLines(text, "", lines)).toBeUndefined();
    expect(readRegistryOwners(text, "")).toEqual([]);
  });
});

describe("lines below the block", () => {
  const lines = renderOwnerLines(OWNERSHIP);

  function claims(below: string, above = ""): readonly number[] {
    const text = `${placeOwnerLines(above, "", lines) ?? ""}${below}`;
    const last = text.split("\n").findIndex((line) => line === "# modeltrail: end") + 1;
    return findLaterClaims(text, "").map(({ number }) => number - last);
  }

  it.each([
    "* @everyone",
    "*",
    "** @eve",
    "/models/ @eve",
    "models @eve",
    "/models/fraud/ada.txt @eve",
    "production/ @eve",
    "/models/**/stages/*/stage.yaml @eve",
    "stage.yaml @eve",
    "*.yaml @eve",
    "*.py @eve",
    "/models/f?d/ @eve",
    "/*.yaml @eve # a note",
    "/* @eve",
    "modeltrail.yam? @eve",
    ".github/workflows/ @eve",
    "**/workflows/** @eve",
    "/models/fraud/ @ada @rob @eve",
  ])("take what it gives: %s", (line) => {
    expect(claims(`# a comment\n\n${line}\n`)).toEqual([3]);
    expect(claims("", `${line}\n`)).toEqual([]);
  });

  it.each([
    "/docs/ @writers",
    "/docs/* @eve",
    "/models/* @eve",
    "docs/models/fraud/stages/ @eve",
    "/modeltrail.yaml.bak @eve",
    "# * @eve",
    "!* @eve",
    "[a-z]* @eve",
    "/modeltrail.yaml @GRACE",
    "/other\\ models/ @eve",
  ])("leave it alone: %s", (line) => {
    expect(claims(`${line}\n`)).toEqual([]);
  });

  it("may be another registry's, where the owners of what both need are not the same", () => {
    const one = placeOwnerLines("", "one/", ["/.github/ @ada"]) ?? "";
    const same = placeOwnerLines(one, "two/", ["/two/models/a/ @eve", "/.github/ @ada"]) ?? "";
    expect(findLaterClaims(same, "one/")).toEqual([]);
    const other = placeOwnerLines(one, "two/", ["/two/models/a/ @eve", "/.github/ @eve"]) ?? "";
    expect(findLaterClaims(other, "one/")).toMatchObject([{ pattern: "/.github/", owners: ["@eve"] }]);
    expect(findLaterClaims("* @eve\n", "")).toEqual([]);
  });

  it("are told fast, whatever they look like", () => {
    const hostile = `${"*a".repeat(20_000)}${"/**".repeat(2000)} @eve\n`.repeat(5);
    expect(claims(hostile)).toEqual([]);
  });
});
