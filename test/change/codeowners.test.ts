import { describe, expect, it } from "vitest";
import {
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
    { name: "production", approvers: ["ada", "grace"] },
  ],
  file: ".github/CODEOWNERS",
};

describe("lines of CODEOWNERS", () => {
  it("go from many to few, since the last match counts", () => {
    expect(renderOwnerLines(OWNERSHIP)).toEqual([
      "/models/fraud/ @ada @rob",
      "/models/**/stages/production/ @ada @grace",
      "/models/fraud/stages/production/ @edsger",
      "/modeltrail.yaml @grace @acme/platform",
      "/.github/ @grace @acme/platform",
    ]);
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
