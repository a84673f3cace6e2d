import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Enrichment } from "../../../src/audit/enrichment.ts";
import type { ArtifactStore } from "../../../src/ports/artifact-store.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { verifyArtifacts } from "../../../src/workflows/verify.ts";
import { aModel, codes, sha256, textOf } from "../../builders/manifests.ts";
import { cloneWorkspace, newRegistry, type Workspace } from "../../builders/workspace.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
});
afterEach(() => workspace.dispose());

const FOLDER = ".modeltrail/artifacts/.audit/modeltrail-audit";
const anchorOf = (seq: number): string =>
  join(workspace.folder, FOLDER, `${String(seq).padStart(9, "0")}.json`);

const keyOf = (seq: number): string => `.audit/modeltrail-audit/${String(seq).padStart(9, "0")}.json`;

function rewriteBoth(): void {
  workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
  workspace.git("reset", "--quiet", "--hard", "HEAD~1");
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud", { description: "never" })));
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", "never");
}

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
    await expect(verifyAudit(await workspace.open())).rejects.toMatchObject({
      code: "STORAGE",
      hint: expect.stringContaining("--no-anchor") as string,
    });
    expect(await verifyAudit(await workspace.open(), { anchor: false })).toMatchObject({
      anchors: "unknown",
      stores: [],
      findings: [],
    });
  });

  it("that cannot be read is named, and keeps no other from being compared", async () => {
    await change("one");
    await recordAudit(await workspace.open());
    const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
    rewriteBoth();
    await recordAudit(await workspace.open(), { anchor: false });
    writeFileSync(anchorOf(9999), "x".repeat(70_000));
    symlinkSync("nowhere", anchorOf(9998));
    const { findings, anchors } = await verifyAudit(await workspace.open());
    expect(codes(findings)).toEqual([
      "AUDIT_ANCHOR_DIFFERS",
      "AUDIT_ANCHOR_UNREADABLE",
      "AUDIT_ANCHOR_UNREADABLE",
    ]);
    expect(anchors).toBe(3);
    // Nor is anything put behind it.
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", tip);
    workspace.git("reset", "--quiet", "--hard", "ORIG_HEAD");
    await expect(recordAudit(await workspace.open())).rejects.toMatchObject({
      code: "AUDIT_FORGED",
      message: expect.stringContaining("is none that a recorder wrote") as string,
    });
    expect(workspace.git("rev-parse", "modeltrail-audit").trim()).toBe(tip);
  });

  it("is among the newest of very many that are compared, and how many are not is said", async () => {
    await change("one");
    await recordAudit(await workspace.open());
    const text = readFileSync(anchorOf(2), "utf8");
    const context = await workspace.open();
    const many = Array.from({ length: 10_005 }, (_, at) => keyOf(at + 3));
    const openStore = async (...args: Parameters<typeof context.openStore>): Promise<ArtifactStore> => ({
      ...(await context.openStore(...args)),
      list: (_, after = "") =>
        Promise.resolve([keyOf(2), ...many].filter((key) => key > after).slice(0, 10_000)),
      readRecord: (key) => Promise.resolve(text.replace('"seq":2', `"seq":${Number(key.slice(-14, -5))}`)),
    });
    const { anchors, stores, findings } = await verifyAudit({ ...context, openStore });
    expect([anchors, stores[0]?.older]).toEqual([10_000, 6]);
    expect(findings.at(-1)?.message).toContain(keyOf(10_007));
    expect(workspace.warnings.at(-1)).toContain("6 older anchors");
  });

  it("of a commit that the branch no longer has stops whoever would make it anew, with the way back", async () => {
    await change("one");
    const enrich = (): Promise<Enrichment> => Promise.resolve({ recordedAt: "2026-11-20T10:15:00Z" });
    await recordAudit(await workspace.open(), { enrich });
    await change("two");
    const { commit = "" } = await recordAudit(await workspace.open());
    for (const from of [undefined, `${commit}~3`]) {
      workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
      if (from !== undefined) workspace.git("branch", "--quiet", "modeltrail-audit", from);
      await expect(recordAudit(await workspace.open())).rejects.toMatchObject({
        code: "AUDIT_FORGED",
        hint: expect.stringContaining(`git update-ref refs/heads/modeltrail-audit ${commit}`) as string,
      });
      workspace.git("branch", "--quiet", "--force", "modeltrail-audit", commit);
    }
    // Where nobody has it: under another name, which the anchors of the old one do not fault.
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    const policy = readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
    workspace.write("modeltrail.yaml", `${policy}  audit:\n    branch: "anew"\n`);
    workspace.git("commit", "--quiet", "-am", "anew");
    expect(await recordAudit(await workspace.open())).toMatchObject({ branch: "anew", anchor: "written" });
    expect(await verifyAudit(await workspace.open())).toMatchObject({ anchors: 3, findings: [], pending: 0 });
  });

  it("is not written by a copy that pushes nothing, where storage is shared", async () => {
    const storage = join(workspace.folder, "../artifacts");
    const policy = readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
    workspace.write("modeltrail.yaml", policy.replace("file:.modeltrail/artifacts/", `file:${storage}/`));
    workspace.git("commit", "--quiet", "-am", "elsewhere");
    const host = join(workspace.folder, "../host.git");
    workspace.git("clone", "--quiet", "--bare", ".", host);
    workspace.git("remote", "add", "origin", host);
    const copy = cloneWorkspace(host);
    copy.git("remote", "remove", "origin");
    copy.git("commit", "--quiet", "--allow-empty", "-m", "x");
    copy.write("models/fraud/model.yaml", textOf(aModel("fraud", { description: "experiment" })));
    copy.git("add", "models");
    copy.git("commit", "--quiet", "-m", "experiment");
    expect(await recordAudit(await copy.open())).toMatchObject({ status: "recorded", anchor: "skipped" });
    expect(copy.hints.at(-1)).toContain("not anchored");
    expect(existsSync(join(storage, ".audit"))).toBe(false);
    // What came there otherwise is told from a rewritten history.
    await recordAudit(await workspace.open());
    const anchors = join(storage, ".audit/modeltrail-audit");
    const text = readFileSync(join(anchors, "000000002.json"), "utf8");
    const source = copy.git("rev-parse", "HEAD").trim();
    const foreign = text
      .replace(/"source":"[0-9a-f]{40}"/, `"source":"${source}"`)
      .replace('"seq":2', '"seq":3');
    writeFileSync(join(anchors, "000000003.json"), foreign);
    await change("one");
    workspace.git("push", "--quiet", "origin", "main");
    await expect(recordAudit(await workspace.open())).rejects.toMatchObject({
      code: "AUDIT_FORGED",
      message: expect.stringContaining(`whose commit ${source} main does not hold`) as string,
    });
    await copy.dispose();
  });
});
