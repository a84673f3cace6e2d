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
  workflows: [".github/workflows/verdict.yml", ".github/workflows/audit.yml"],
  file: ".github/CODEOWNERS",
  text: undefined,
};

describe("lines of CODEOWNERS", () => {
  it("go from many to few, since the last match counts", () => {
    expect(renderOwnerLines(OWNERSHIP)).toEqual([
      "/models/fraud/ @ada @rob",
      "/models/**/stages/production/ @ada @grace @edsger",
      "/models/fraud/stages/production/ @edsger",
      "/modeltrail.yaml @grace @acme/platform",
      "/.github/workflows/ @grace @acme/platform",
      "/.github/CODEOWNERS @grace @acme/platform",
    ]);
  });

  it.each<[text: string, ...lines: readonly string[]]>([
    // A line for everything is there to be narrowed; one without owners gives to nobody.
    ["* @all\n", "/modeltrail.yaml @intern", "/.github/workflows/ @intern", "/.github/CODEOWNERS @intern"],
    ["/.github/\n", "/modeltrail.yaml @intern", "/.github/workflows/ @intern", "/.github/CODEOWNERS @intern"],
    [
      "/.github/ @acme/security\n",
      "/modeltrail.yaml @intern",
      "/.github/workflows/verdict.yml @acme/security @intern",
      "/.github/workflows/audit.yml @acme/security @intern",
      "/.github/CODEOWNERS @acme/security @intern",
    ],
    [
      "/.github/ @acme/security\n/.github/workflows/audit.yml @ops @intern\n",
      "/modeltrail.yaml @intern",
      "/.github/workflows/verdict.yml @acme/security @intern",
      "/.github/workflows/audit.yml @ops @intern",
      "/.github/CODEOWNERS @acme/security @intern",
    ],
    [
      "*.yaml @devs\n/.github/ISSUE_TEMPLATE/ @docs\n",
      "/modeltrail.yaml @devs @intern",
      "/.github/workflows/verdict.yml @intern",
      "/.github/workflows/audit.yml @intern",
      "/.github/CODEOWNERS @intern",
    ],
  ])("take nothing from those who own a path already: %j", (text, ...lines) => {
    const ownership = { ...OWNERSHIP, owners: ["intern"], models: [], stages: [], text };
    expect(renderOwnerLines(ownership)).toEqual(lines);
    const written = placeOwnerLines(text, "", lines) ?? "";
    // Run again, without names of owners.
    const owners = readRegistryOwners(written, "");
    expect(renderOwnerLines({ ...ownership, owners, text: written })).toEqual(lines);
  });

  it("of a second registry leave what the first one claimed", () => {
    const one = { ...OWNERSHIP, prefix: "one/", owners: ["ada"], models: [], stages: [] };
    const first = placeOwnerLines("", "one/", renderOwnerLines(one)) ?? "";
    const lines = renderOwnerLines({ ...one, prefix: "two/", owners: ["intern"], text: first });
    expect(lines).toEqual([
      "/two/modeltrail.yaml @intern",
      "/.github/workflows/verdict.yml @ada @intern",
      "/.github/workflows/audit.yml @ada @intern",
      "/.github/CODEOWNERS @ada @intern",
    ]);
    const both = placeOwnerLines(first, "two/", lines) ?? "";
    expect(findLaterClaims(both, "one/")).toEqual([]);
    expect(readRegistryOwners(both, "one/")).toEqual(["@ada"]);
    expect(readRegistryOwners(both, "two/")).toEqual(["@intern"]);
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
      "/.github/workflows/ @grace @acme/platform",
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
    ".github/workflows/other.yml @eve",
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
