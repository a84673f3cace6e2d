import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
    await recordAudit(await workspace.open(), { anchor: false });
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

  it("stops a recorder before anything is published, also one above what is written", async () => {
    for (const description of ["one", "two", "three"]) {
      await change(description);
      await recordAudit(await workspace.open());
    }
    workspace.git("reset", "--quiet", "--hard", "HEAD~3");
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    await change("never one");
    rmSync(anchorOf(2));
    await expect(recordAudit(await workspace.open())).rejects.toMatchObject({ code: "AUDIT_FORGED" });
    expect(workspace.git("branch", "--list", "modeltrail-audit")).toBe("");
    expect(existsSync(anchorOf(2))).toBe(false);
  });

  it("stops a recorder that would go on from entries that it is not of", async () => {
    for (const description of ["one", "two"]) {
      await change(description);
      await recordAudit(await workspace.open());
    }
    const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
    chmodSync(anchorOf(2), 0o644);
    const text = readFileSync(anchorOf(2), "utf8");
    writeFileSync(anchorOf(2), text.replace(/"entry":"[0-9a-f]{64}"/, `"entry":"${"e".repeat(64)}"`));
    await change("three");
    await expect(recordAudit(await workspace.open())).rejects.toMatchObject({ code: "AUDIT_FORGED" });
    expect(workspace.git("rev-parse", "modeltrail-audit").trim()).toBe(tip);
  });

  it("does not stop a recorder that another was quicker than", async () => {
    await recordAudit(await workspace.open());
    const host = join(workspace.folder, "../host.git");
    workspace.git("clone", "--quiet", "--bare", ".", host);
    workspace.git("remote", "add", "origin", host);
    await change("one");
    workspace.git("push", "--quiet", "origin", "main");
    workspace.git("fetch", "--quiet");
    const slow = await workspace.open();
    const { fetch } = slow.repository.remote;
    let fetched = 0;
    const late = {
      ...slow,
      repository: {
        ...slow.repository,
        remote: {
          ...slow.repository.remote,
          fetch: async () => {
            await fetch.call(slow.repository.remote);
            fetched += 1;
            if (fetched > 1) return;
            await change("two");
            workspace.git("push", "--quiet", "origin", "main");
            const before = workspace.git("rev-parse", "origin/modeltrail-audit", "origin/main~1").split("\n");
            await recordAudit(await workspace.open());
            workspace.git("update-ref", "refs/remotes/origin/modeltrail-audit", before[0] ?? "");
            workspace.git("update-ref", "refs/remotes/origin/main", before[1] ?? "");
          },
        },
      },
    };
    expect((await recordAudit(late)).status).toBe("unchanged");
    expect((await verifyAudit(await workspace.open())).findings).toEqual([]);
  });

  it("of another branch below this one's name is none of its own, one under another's number is named", async () => {
    await change("one");
    await recordAudit(await workspace.open());
    const text = readFileSync(anchorOf(2), "utf8");
    mkdirSync(join(workspace.folder, FOLDER, "2"));
    writeFileSync(join(workspace.folder, FOLDER, "2/000000001.json"), text.replace('"seq":2', '"seq":1'));
    expect(await verifyAudit(await workspace.open())).toMatchObject({ anchors: 1, findings: [] });
    writeFileSync(anchorOf(1), text);
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
