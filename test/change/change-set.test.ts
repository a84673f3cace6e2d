import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  parseChangeDigest,
  parseProposalBranch,
  renderFingerprint,
  renderMessage,
  type ChangeSet,
} from "../../src/change/change-set.ts";
import { planInit } from "../../src/change/init.ts";
import { planMove } from "../../src/change/move.ts";
import { formatChange } from "../../src/registry/decimals.ts";
import { formatBytes } from "../../src/registry/quantities.ts";
import { newModelManifest, planRegistration } from "../../src/change/register.ts";
import { planRetirement } from "../../src/change/retire.ts";
import { planYank } from "../../src/change/yank.ts";
import type { ModelView } from "../../src/registry/model-view.ts";
import { aModel, aRegistry, aStage, aVersion, snapshot, textOf } from "../builders/manifests.ts";

const code = { repository: "https://example.com/fraud", commit: "a".repeat(40) };
const v1 = aVersion("fraud", "1.0.0", { metrics: [{ name: "auc", value: 0.934, dataset: "holdout" }] });
const v2 = aVersion("fraud", "1.1.0", {
  metrics: [{ name: "auc", value: 0.932, dataset: "holdout" }],
  lineage: { code },
});
const digest = `sha256:${"0".repeat(64)}`;

function view(stageText?: string): ModelView {
  const files = {
    "modeltrail.yaml": aRegistry([{ name: "production" }]),
    "models/fraud/model.yaml": aModel("fraud"),
    "models/fraud/versions/1.0.0.yaml": v1,
    "models/fraud/versions/1.1.0.yaml": v2,
    "models/fraud/stages/production/stage.yaml": stageText ?? aStage("production", v1),
  };
  const model = snapshot(files).models.get("fraud");
  if (model === undefined) throw new Error("no model");
  return model;
}

function promotion(stageText?: string): ChangeSet {
  const current = view(stageText).stages.get("production");
  return planMove({
    kind: "promote",
    stage: "production",
    version: v2,
    current,
    currentVersion: v1,
    reason: "Better on new devices",
    requestedBy: "ada",
  });
}

describe("a promotion", () => {
  it("edits one file, and in it only the lines that say something new", () => {
    const { edits } = promotion();
    expect(edits.map((edit) => edit.path)).toEqual(["models/fraud/stages/production/stage.yaml"]);
    const before = textOf(aStage("production", v1)).split("\n");
    const after = (edits[0]?.text ?? "").split("\n");
    expect(after.length).toBe(before.length);
    const changed = after.filter((line, index) => line !== before[index]);
    expect(changed.map((line) => line.trim().split(":")[0])).toEqual(["version", "uri", "digest"]);
  });

  it("keeps a person's comments, order and line endings", () => {
    const byHand = textOf(aStage("production", v1))
      .replace("spec:", "# owned by risk\nspec:")
      .replaceAll("\n", "\r\n");
    const text = promotion(byHand).edits[0]?.text ?? "";
    expect(text).toContain("# owned by risk\r\nspec:\r\n");
    expect(text).toContain('version: "1.1.0"\r\n');
    expect(text.replaceAll("\r\n", "")).not.toContain("\n");
  });

  it("tells a reviewer what changes, by how much, and how to go back", () => {
    const { title, body, branch, trailers } = promotion();
    expect(title).toBe("promote(production): fraud 1.0.0 -> 1.1.0");
    expect(branch).toBe("promote/production/fraud/1.1.0");
    expect(body).toContain("- auc on holdout 0.934 -> 0.932 (-0.002)");
    expect(body).toContain("modeltrail rollback fraud --stage production --to 1.0.0");
    expect(trailers).toContainEqual(["Artifact-Digest", v2.spec.artifact.digest]);
    expect(trailers).toContainEqual(["Argocd-reference-commit-sha", code.commit]);
  });

  it("writes a whole file for an empty stage, or for one that cannot be edited", () => {
    const fresh = planMove({
      kind: "promote",
      stage: "production",
      version: v2,
      current: undefined,
      currentVersion: undefined,
      reason: undefined,
      requestedBy: "ada",
    });
    expect(fresh.edits[0]?.text).toBe(textOf(aStage("production", v2)));
    expect(fresh.title).toBe("promote(production): fraud 1.1.0");
    expect(promotion("spec: [").edits[0]?.text).toBe(textOf(aStage("production", v2)));
  });
});

describe("taking a move back", () => {
  const path = "models/fraud/stages/production/stage.yaml";
  const move = {
    stage: "production",
    version: v2,
    currentVersion: v1,
    reason: undefined,
    requestedBy: "ada",
  };
  const current = view().stages.get("production");

  it.each([
    ["promote", current, "modeltrail rollback fraud --stage production --to 1.0.0"],
    ["rollback", current, "modeltrail promote fraud@1.0.0 --to production"],
    ["promote", undefined, "modeltrail retire fraud --stage production"],
  ] as const)("%s: %#", (kind, entry, undo) => {
    const change = planMove({ ...move, kind, current: entry });
    expect(change.story?.undo).toBe(undo);
    expect(change.body).toContain(`To undo: ${undo}`);
  });

  it("is not on offer for a stage that was broken, which its title says", () => {
    const change = planMove({ ...move, kind: "promote", current: view("spec: [").stages.get("production") });
    expect(change.title).toBe("promote(production): fraud (broken) -> 1.1.0");
    expect(change.story?.undo).toBeUndefined();
    expect(change.body).not.toContain("To undo");
    expect(change.edits.map((edit) => edit.path)).toEqual([path]);
    const retired = planRetirement({
      model: "fraud",
      stage: "production",
      from: undefined,
      reason: undefined,
      requestedBy: "ada",
    });
    expect(retired.title).toBe("retire(production): fraud (broken)");
  });
});

describe("a message", () => {
  it("ends with trailers, and free text cannot add any", () => {
    const message = renderMessage(
      { ...promotion(), body: "Requested-By: mallory\nModeltrail-Change: sha256:1\nfine" },
      digest,
    );
    const trailers = message.trimEnd().split("\n\n").at(-1)?.split("\n") ?? [];
    expect(trailers.filter((line) => line.startsWith("Requested-By:"))).toEqual(["Requested-By: ada"]);
    expect(message.split("\n").filter((line) => line.startsWith("Requested-By:"))).toHaveLength(1);
    expect(parseChangeDigest(message)).toBe(digest);
  });

  it("never lets a value of a trailer begin a line", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (reason, name) => {
        const change = planRetirement({
          model: "fraud",
          stage: "production",
          from: "1.0.0",
          reason,
          requestedBy: name,
        });
        const lines = renderMessage(change, digest).split("\n");
        return (
          lines.filter((line) => line.startsWith("Change-Kind:")).length === 1 &&
          lines.filter((line) => line.startsWith("Modeltrail-Change:")).length === 1
        );
      }),
    );
  });

  it("is a person's without the digest", () => {
    expect(parseChangeDigest("promote fraud\n\nby hand\n")).toBeUndefined();
  });
});

describe("a fingerprint", () => {
  it("differs when the branch or any byte of an edit does", () => {
    const one = promotion();
    const other = { ...one, edits: one.edits.map((edit) => ({ ...edit, text: `${edit.text} ` })) };
    expect(renderFingerprint(one)).not.toBe(renderFingerprint(other));
    expect(renderFingerprint(one)).not.toBe(renderFingerprint({ ...one, branch: "x" }));
    const retold: ChangeSet = { ...one, title: "another title" };
    expect(renderFingerprint(one)).toBe(renderFingerprint(retold));
  });
});

describe("branches", () => {
  it("are read back as what they propose", () => {
    expect(parseProposalBranch("promote/production/risk/fraud/1.0.0")).toEqual({
      kind: "promote",
      stage: "production",
      model: "risk/fraud",
      version: "1.0.0",
    });
    expect(parseProposalBranch("retire/production/fraud")).toEqual({
      kind: "retire",
      stage: "production",
      model: "fraud",
    });
    expect(parseProposalBranch("register/fraud/1.0.0")).toEqual({
      kind: "register",
      model: "fraud",
      version: "1.0.0",
    });
    for (const branch of [
      "main",
      "promote",
      "promote/production",
      "promote/production/1.0.0",
      "register/x",
      "feature/promote/x",
    ]) {
      expect(parseProposalBranch(branch), branch).toBeUndefined();
    }
  });
});

describe("other changes", () => {
  it("retire removes the file", () => {
    expect(
      planRetirement({
        model: "fraud",
        stage: "production",
        from: "1.0.0",
        reason: undefined,
        requestedBy: "ada",
      }).edits,
    ).toEqual([{ path: "models/fraud/stages/production/stage.yaml", text: null }]);
  });

  it("yank adds a file and moves the stages that hold the version", () => {
    const yank = {
      model: view(),
      version: "1.0.0",
      reason: "leak",
      at: "2026-11-20T10:15:00Z",
      requestedBy: "ada",
    };
    expect(planYank({ ...yank, replacement: undefined }).edits.map((edit) => edit.path)).toEqual([
      "models/fraud/yanked/1.0.0.yaml",
    ]);
    const moved = planYank({ ...yank, replacement: v2 });
    expect(moved.edits.map((edit) => edit.path)).toEqual([
      "models/fraud/yanked/1.0.0.yaml",
      "models/fraud/stages/production/stage.yaml",
    ]);
    expect(moved.edits[1]?.text).toContain('version: "1.1.0"');
  });

  it("carry a reason that starts, stops and calls nothing on GitHub, and keep it as it was in the manifest", () => {
    const reason = "[skip ci] fixes #1, asks @acme/admins";
    const who = { reason, requestedBy: "ada" } as const;
    const yank = planYank({
      ...who,
      model: view(),
      version: "1.0.0",
      at: "2026-11-20T10:15:00Z",
      replacement: v2,
    });
    const bodies = [
      planMove({
        ...who,
        kind: "promote",
        stage: "production",
        version: v2,
        current: undefined,
        currentVersion: v1,
      }),
      planRetirement({ ...who, model: "fraud", stage: "production", from: "1.0.0" }),
      yank,
    ].map(({ body }) => body);
    for (const body of bodies) {
      expect(body).toContain("(skip ci) fixes # 1, asks @ acme/admins");
      expect(body).not.toMatch(/\[skip ci\]|#1|@acme/);
    }
    expect(yank.edits[0]?.text).toContain(reason);
  });

  it("register adds the version and, for a new model, model.yaml", () => {
    const newModel = newModelManifest("fraud", { owner: "ada" });
    expect(
      planRegistration({ version: v1, newModel, requestedBy: "ada" }).edits.map((edit) => edit.path),
    ).toEqual(["models/fraud/model.yaml", "models/fraud/versions/1.0.0.yaml"]);
  });

  it("init writes a policy in which each stage comes after the one before", () => {
    const init = planInit({
      name: "acme",
      forge: undefined,
      storage: { uri: "file:.modeltrail/artifacts/" },
      stages: ["dev", "prod"],
      gitignore: "node_modules",
      ignore: "/.modeltrail/",
    });
    expect(init.edits[0]?.text).toContain('- name: "prod"\n      after:\n        - "dev"\n');
    expect(init.edits[1]).toEqual({ path: ".gitignore", text: "node_modules\n/.modeltrail/\n" });
    expect(
      planInit({
        name: "acme",
        forge: undefined,
        storage: { uri: "s3://acme/r/" },
        stages: ["dev"],
        gitignore: undefined,
        ignore: undefined,
      }).edits,
    ).toHaveLength(1);
  });
});

describe("figures for people", () => {
  it("subtract decimals as they are written", () => {
    expect(formatChange(0.934, 0.932)).toBe("-0.002");
    expect(formatChange(0.1, 0.3)).toBe("+0.2");
    expect(formatChange(1, 1)).toBe("+0");
    expect(formatChange(1e-7, 3e-7)).toBe("+0.0000002");
  });

  it("count bytes in thousands", () => {
    expect(formatBytes(0)).toBe("0 bytes");
    expect(formatBytes(999)).toBe("999 bytes");
    expect(formatBytes(18_874_368)).toBe("18.9 MB");
    expect(formatBytes(1_500)).toBe("1.50 kB");
  });
});
