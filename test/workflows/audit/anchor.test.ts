import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { verifyArtifacts } from "../../../src/workflows/verify.ts";
import { aModel, codes, sha256, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
});
afterEach(() => workspace.dispose());

const FOLDER = ".modeltrail/artifacts/.audit/modeltrail-audit";
const anchorOf = (seq: number): string =>
  join(workspace.folder, FOLDER, `${String(seq).padStart(9, "0")}.json`);

async function change(description: string): Promise<void> {
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud", { description })));
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", description);
}

describe("an anchor", () => {
  it("is written once for the last entry of a run, and compared by verify", async () => {
    await change("one");
    const { anchor, commit } = await recordAudit(await workspace.open());
    expect(anchor).toBe("written");
    const text = workspace.git("show", "modeltrail-audit:entries/000000/000000002.json");
    expect(JSON.parse(readFileSync(anchorOf(2), "utf8"))).toEqual({
      schema: "modeltrail.dev/audit-anchor/v1",
      seq: 2,
      entry: sha256(text),
      commit,
      source: workspace.git("rev-parse", "main").trim(),
    });
    expect(await recordAudit(await workspace.open())).toMatchObject({
      status: "unchanged",
      anchor: "written",
    });
    await change("two");
    await recordAudit(await workspace.open());
    expect(await verifyAudit(await workspace.open())).toMatchObject({ anchors: 2, findings: [] });
    expect((await verifyArtifacts(await workspace.open(), undefined)).findings).toEqual([]);
  });

  it("tells that both branches were rewritten", async () => {
    await change("one");
    await change("two");
    await recordAudit(await workspace.open());
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    workspace.git("reset", "--quiet", "--hard", "HEAD~1");
    await change("never two");
    const again = recordAudit(await workspace.open());
    await expect(again).rejects.toMatchObject({ code: "AUDIT_FORGED" });
    // Without the anchor the two branches agree with each other.
    expect((await verifyAudit(await workspace.open(), { anchor: false })).findings).toEqual([]);
    expect(codes((await verifyAudit(await workspace.open())).findings)).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
  });

  it("tells that the newest entries are gone", async () => {
    await change("one");
    await recordAudit(await workspace.open());
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", "modeltrail-audit~1");
    const { findings, pending } = await verifyAudit(await workspace.open());
    expect(codes(findings)).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
    expect(pending).toBe(1);
    // What is recorded again is the same.
    await recordAudit(await workspace.open());
    expect((await verifyAudit(await workspace.open())).findings).toEqual([]);
  });

  it("that is none is named", async () => {
    await recordAudit(await workspace.open());
    chmodSync(anchorOf(1), 0o644);
    writeFileSync(anchorOf(1), "{}\n");
    expect(codes((await verifyAudit(await workspace.open())).findings)).toEqual(["AUDIT_ANCHOR_DIFFERS"]);
  });

  it("is left out on request, and is no reason to fail where storage cannot be reached", async () => {
    expect(await recordAudit(await workspace.open(), { anchor: false })).toMatchObject({ anchor: "skipped" });
    rmSync(join(workspace.folder, ".modeltrail"), { recursive: true, force: true });
    writeFileSync(join(workspace.folder, ".modeltrail"), "a file");
    expect(await recordAudit(await workspace.open())).toMatchObject({ anchor: "failed" });
    expect(workspace.warnings.at(-1)).toContain("not anchored");
    expect(await verifyAudit(await workspace.open())).toMatchObject({ anchors: "unknown", findings: [] });
  });
});
