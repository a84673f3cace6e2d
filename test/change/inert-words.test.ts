import { describe, expect, it } from "vitest";
import { inertWords } from "../../src/change/inert-words.ts";
import { planRegistration } from "../../src/change/register.ts";
import { renderMessage } from "../../src/change/change-set.ts";
import { aVersion } from "../builders/manifests.ts";

describe("text of a manifest in a commit's message", () => {
  it.each([
    ["ask @acme/all, @ada", "ask @ acme/all, @ ada"],
    ["fixes #1, closes acme/models#23 and GH-4", "fixes # 1, closes acme/models# 23 and GH 4"],
    ["Fixes: https://github.com/acme/models/issues/1", "Fixes - https://github.com/acme/models/issues/1"],
    ["[skip ci] [CI skip][no ci] [skip actions]", "(skip ci) (CI skip)(no ci) (skip actions)"],
    ["skip-checks: true", "skip-checks - true"],
    ["fraud@1.0.0, mail ada@example.com, C# 7, [a, b]", "fraud@1.0.0, mail ada@example.com, C# 7, [a, b]"],
  ])("says %j and does nothing", (text, inert) => {
    expect(inertWords(text)).toBe(inert);
  });

  it("is made so in what is proposed", () => {
    const version = aVersion("fraud", "1.0.0", {
      description: "Done [skip ci] for @acme/all, fixes #1",
      metrics: [{ name: "auc #2", value: 0.9, dataset: "@ada" }],
    });
    const message = renderMessage(
      planRegistration({ version, newModel: undefined, requestedBy: "ada" }),
      `sha256:${"0".repeat(64)}`,
    );
    expect(message).not.toMatch(/\[skip ci\]|(?<!\w)@\w|#\d/);
  });
});
