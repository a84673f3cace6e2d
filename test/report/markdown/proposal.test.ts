import { describe, expect, it } from "vitest";
import { planMove } from "../../../src/change/move.ts";
import { planRegistration } from "../../../src/change/register.ts";
import { planRetirement } from "../../../src/change/retire.ts";
import type { ChangeSet } from "../../../src/change/change-set.ts";
import { describeProposal } from "../../../src/report/markdown/proposal.ts";
import { judge } from "../../builders/facts.ts";
import { aModel, aRegistry, aStage, aVersion } from "../../builders/manifests.ts";

const v1 = aVersion("fraud", "1.0.0", {
  metrics: [
    { name: "auc", value: 0.934, dataset: "holdout" },
    { name: "recall", value: 0.8 },
  ],
  lineage: { code: { repository: "https://example.com/fraud", commit: "a".repeat(40) } },
});
const v2 = aVersion("fraud", "1.1.0", {
  description: "Adds <device> features",
  metrics: [{ name: "auc", value: 0.932, dataset: "holdout" }],
  lineage: {
    code: { repository: "https://example.com/fraud", commit: "b".repeat(40), dirty: true },
    datasets: [{ name: "tx", digest: `sha256:${"1".repeat(64)}` }],
  },
});
const base = {
  "modeltrail.yaml": aRegistry([{ name: "staging" }, { name: "production", after: ["staging"] }]),
  "models/fraud/model.yaml": aModel("fraud"),
  "models/fraud/versions/1.0.0.yaml": v1,
  "models/fraud/versions/1.1.0.yaml": v2,
  "models/fraud/stages/production/stage.yaml": aStage("production", v1),
};
const verdict = judge(base, {
  ...base,
  "models/fraud/stages/production/stage.yaml": aStage("production", v2),
});

function partsOf({ kind, story }: ChangeSet): readonly string[] {
  if (story === undefined) throw new Error("no story");
  return describeProposal({ kind, story, verdict });
}

describe("the description of a pull request", () => {
  const promotion = planMove({
    kind: "promote",
    stage: "production",
    version: v2,
    current: undefined,
    currentVersion: v1,
    reason: "Better on new devices, says @ada in #12",
    requestedBy: "ada",
  });

  it("says first what changes, then why, then how it was judged, then the rest", () => {
    const parts = partsOf({
      ...promotion,
      story: { ...promotion.story, model: "fraud", fromVersion: "1.0.0" },
    });
    expect(parts[0]).toBe("Promotes `fraud` `1.0.0` → `1.1.0` at `production`.");
    expect(parts[1]).toBe("> Better on new devices, says @&#8203;ada in \\#&#8203;12");
    expect(parts[2]).toContain("| version | `1.0.0` | `1.1.0` |");
    expect(parts[3]).toContain("**Verdict when it was proposed: fail**");
    expect(parts[3]).toContain("| ❌ order | `ORDER_NOT_MET`");
    const rest = parts.slice(4).join("\n\n");
    expect(rest).toContain("| `auc on holdout` | 0.934 | 0.932 | -0.002 |");
    expect(rest).toContain("| `recall` | 0.8 | **missing** |  |");
    expect(rest).toContain("bbbbbbbbbbbb with uncommitted changes");
    expect(rest).toContain("&lt;device\\>");
  });

  it("names the command that takes it back", () => {
    expect(partsOf(promotion).join("\n")).toContain("`modeltrail retire fraud --stage production`");
    const retirement = planRetirement({
      model: "fraud",
      stage: "production",
      from: "1.0.0",
      reason: undefined,
      requestedBy: "ada",
    });
    const parts = partsOf(retirement);
    expect(parts[0]).toBe("Retires `fraud` `1.0.0` from `production`.");
    expect(parts.join("\n")).toContain("`modeltrail promote fraud@1.0.0 --to production`");
  });

  it("describes a registration without anything to compare it to", () => {
    const parts = partsOf(planRegistration({ version: v2, newModel: undefined, requestedBy: "ada" }));
    expect(parts[0]).toBe("Registers `fraud` `1.1.0`.");
    expect(parts[1]).toContain("|  | comes |");
  });
});
