import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { aModel, codes, textOf } from "../../builders/manifests.ts";
import { cloneWorkspace, newRegistry, runGit, type Workspace } from "../../builders/workspace.ts";

const ALONE = { anchor: false } as const;

let origin: Workspace;
let host: string;
let clone: Workspace;

beforeEach(async () => {
  origin = await newRegistry();
  for (const description of ["one", "two", "three"]) {
    origin.write("models/fraud/model.yaml", textOf(aModel("fraud", { description })));
    origin.git("add", "models");
    origin.git("commit", "--quiet", "-m", description);
  }
  await recordAudit(await origin.open(), ALONE);
  host = join(origin.folder, "../host.git");
  origin.git("clone", "--quiet", "--bare", ".", host);
  clone = cloneWorkspace(host);
  clone.git("branch", "--quiet", "modeltrail-audit", "origin/modeltrail-audit");
});
afterEach(async () => {
  await origin.dispose();
  await clone.dispose();
});

const tipOf = (revision: string): string => runGit(host, "rev-parse", revision).trim();

async function verify(): Promise<Awaited<ReturnType<typeof verifyAudit>>> {
  return verifyAudit(await clone.open(), { ...ALONE, fetch: true });
}

describe("verify --fetch, where the remote's", () => {
  it("audit branch was taken back, names both commits and what is gone, and goes by the remote", async () => {
    const before = tipOf("modeltrail-audit");
    runGit(host, "update-ref", "refs/heads/modeltrail-audit", "modeltrail-audit~2");
    const { findings, entries, pending } = await verify();
    expect(codes(findings)).toEqual(["AUDIT_BRANCH_TAKEN_BACK"]);
    for (const part of [before, tipOf("modeltrail-audit"), "2 entries from 3 to 4"])
      expect(findings[0]?.message).toContain(part);
    expect([entries, pending]).toEqual([2, 2]);
    // Later only your own branch tells.
    expect((await verify()).findings).toEqual([]);
    expect(clone.warnings.at(-1)).toContain(`your modeltrail-audit is at commit ${before}`);
  });

  it("main branch was taken back, goes by it", async () => {
    runGit(host, "update-ref", "refs/heads/main", "main~2");
    expect(codes((await verify()).findings)).toEqual([
      "AUDIT_BRANCH_TAKEN_BACK",
      "AUDIT_ENTRY_FORGED",
      "AUDIT_ENTRY_FORGED",
    ]);
    expect(codes((await verify()).findings)).toEqual(["AUDIT_ENTRY_FORGED", "AUDIT_ENTRY_FORGED"]);
  });

  it("audit branch is gone, names it each time, by the ref or by your own branch", async () => {
    runGit(host, "branch", "--quiet", "-D", "modeltrail-audit");
    for (const how of ["by the ref", "by your own branch"]) {
      const { findings, ...rest } = await verify();
      expect(codes(findings), how).toEqual(["AUDIT_BRANCH_TAKEN_BACK"]);
      expect(rest).toMatchObject({ entries: 0, pending: 4 });
      expect(rest).not.toHaveProperty("commit");
    }
    clone.git("branch", "--quiet", "-D", "modeltrail-audit");
    await expect(verify()).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("audit branch was left for another, names what became of the old one too", async () => {
    origin.write(
      "modeltrail.yaml",
      `${origin.git("show", "main:modeltrail.yaml")}  audit:\n    branch: "anew"\n`,
    );
    origin.git("commit", "--quiet", "-am", "anew");
    await recordAudit(await origin.open(), ALONE);
    origin.git("push", "--quiet", host, "main", "anew", ":modeltrail-audit");
    expect(codes((await verify()).findings)).toEqual(["AUDIT_BRANCH_TAKEN_BACK"]);
    expect((await verify()).findings).toEqual([]);
  });

  it("main branch is gone or renamed, says how to take that over", async () => {
    const tip = tipOf("main");
    runGit(host, "branch", "--quiet", "--move", "main", "trunk");
    runGit(host, "symbolic-ref", "HEAD", "refs/heads/trunk");
    await expect(verify()).rejects.toMatchObject({
      code: "HISTORY_REWRITTEN",
      message: expect.stringContaining(tip) as string,
    });
    const setHead = expect.stringContaining("git remote set-head origin -a") as string;
    for (const fetch of [true, false])
      await expect(verifyAudit(await clone.open(), { ...ALONE, fetch })).rejects.toMatchObject({
        code: "USAGE",
        hint: setHead,
      });
    clone.git("remote", "set-head", "origin", "-a");
    expect(await verify()).toMatchObject({ base: "trunk", defaultBranch: "trunk", findings: [] });
  });
});

describe("a branch of your own that holds more than the remote's", () => {
  it("is no part of what the remote holds", async () => {
    clone.write("models/fraud/model.yaml", textOf(aModel("fraud", { description: "four" })));
    clone.git("commit", "--quiet", "-am", "four");
    await recordAudit(await clone.open(), { ...ALONE, push: false });
    expect(await verify()).toMatchObject({ main: tipOf("main"), entries: 4, findings: [] });
    expect(clone.warnings.map((text) => text.split(" is at")[0])).toEqual([
      "your main",
      "your modeltrail-audit",
    ]);
    expect((await readLog(await clone.open(), { fetch: true })).entries).toHaveLength(4);
    expect((await readLog(await clone.open())).entries).toHaveLength(5);
  });
});

describe("what a fetch finds taken back", () => {
  it("is told with the log, and by the recorder", async () => {
    runGit(host, "update-ref", "refs/heads/modeltrail-audit", "modeltrail-audit~1");
    expect((await readLog(await clone.open(), { fetch: true })).entries).toHaveLength(3);
    expect(clone.warnings.at(-1)).toContain("entry 4 is gone");
    clone.git("update-ref", "refs/remotes/origin/modeltrail-audit", "modeltrail-audit");
    await recordAudit(await clone.open(), ALONE);
    expect(clone.warnings.at(-1)).toContain("entry 4 is gone");
  });
});
