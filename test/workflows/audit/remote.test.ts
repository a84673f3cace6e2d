import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { writeMainHistory } from "../../builders/main-history.ts";
import { runGit } from "../../builders/workspace.ts";
import { openGround, type Ground } from "./recorders.ts";

const ALONE = { anchor: false } as const;

let ground: Ground;
let host: string;
let main: readonly string[];

beforeEach(() => {
  ground = openGround();
  host = join(ground.root, "host.git");
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", host]);
  main = writeMainHistory(host, { commits: 20, seed: 31 });
});
afterEach(() => ground.dispose());

function showMain(count: number): void {
  runGit(host, "update-ref", "refs/heads/main", main[count - 1] ?? "");
}

function tipOf(folder: string, ref = "modeltrail-audit"): string {
  return runGit(folder, "rev-parse", ref).trim();
}

describe("a recorder with a remote", () => {
  it("goes by the remote alone, pushes there, and brings its own branch along", async () => {
    const clone = await ground.clone(host);
    const { commit } = await recordAudit(await ground.open(clone), ALONE);
    expect([tipOf(host), tipOf(clone), tipOf(clone, "origin/modeltrail-audit")]).toEqual([
      commit,
      commit,
      commit,
    ]);
    expect(runGit(host, "fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("takes over what was recorded without pushing", async () => {
    showMain(10);
    const clone = await ground.clone(host);
    const kept = await recordAudit(await ground.open(clone), { ...ALONE, push: false });
    expect(runGit(host, "branch", "--list", "modeltrail-audit")).toBe("");
    showMain(20);
    const pushed = await recordAudit(await ground.open(clone), ALONE);
    expect(pushed.entries.length).toBeGreaterThan(kept.entries.length);
    expect(tipOf(host)).toBe(pushed.commit);
    expect(runGit(host, "merge-base", "--is-ancestor", kept.commit ?? "", "modeltrail-audit")).toBe("");
  });

  it("says so where its own branch is something else, and leaves it alone", async () => {
    const clone = await ground.clone(host);
    runGit(clone, "branch", "modeltrail-audit", "origin/main");
    const { commit } = await recordAudit(await ground.open(clone), ALONE);
    expect(tipOf(host)).toBe(commit);
    expect(tipOf(clone)).toBe(main[19]);
  });

  it("brings the history that a shallow clone lacks", async () => {
    const whole = await recordAudit(await ground.open(await ground.clone(host)), ALONE);
    runGit(host, "branch", "-D", "modeltrail-audit");
    const shallow = await ground.clone(`file://${host}`, "--depth", "1");
    expect((await recordAudit(await ground.open(shallow), ALONE)).commit).toBe(whole.commit);
  });

  it("records what a shallow clone holds without more, when the rest is recorded", async () => {
    showMain(16);
    await recordAudit(await ground.open(await ground.clone(host)), ALONE);
    showMain(20);
    const shallow = await ground.clone(`file://${host}`, "--depth", "8");
    expect((await recordAudit(await ground.open(shallow), ALONE)).status).toBe("recorded");
    expect((await verifyAudit(await ground.open(await ground.clone(host)), ALONE)).findings).toEqual([]);
  });

  it("refuses a shallow clone that nothing can be brought to", async () => {
    const shallow = await ground.clone(`file://${host}`, "--depth", "1");
    for (const options of [{ ...ALONE, push: false }, ALONE]) {
      if (options === ALONE) runGit(shallow, "remote", "remove", "origin");
      const context = await ground.open(shallow);
      await expect(recordAudit(context, options)).rejects.toMatchObject({ code: "SHALLOW_CLONE" });
    }
  });

  it("says what the remote's rules refuse, and writes nothing", async () => {
    writeFileSync(join(host, "hooks", "pre-receive"), "#!/bin/sh\necho no audits here\nexit 1\n", {
      mode: 0o755,
    });
    const clone = await ground.clone(host);
    await expect(recordAudit(await ground.open(clone), ALONE)).rejects.toMatchObject({ code: "FORBIDDEN" });
    expect(runGit(clone, "branch", "--list", "modeltrail-audit")).toBe("");
  });
});

describe("an exported clone", () => {
  it("that is shallow proves nothing", async () => {
    await recordAudit(await ground.open(await ground.clone(host)), ALONE);
    const shallow = await ground.open(
      await ground.clone(`file://${host}`, "--depth", "2", "--no-single-branch"),
    );
    await expect(verifyAudit(shallow, ALONE)).rejects.toMatchObject({ code: "SHALLOW_CLONE" });
  });

  it("can be verified anywhere, offline, also bare", async () => {
    const clone = await ground.clone(host);
    const { entries } = await recordAudit(await ground.open(clone), ALONE);
    for (const option of ["--mirror", "--no-checkout"]) {
      const copy = await ground.clone(host, option);
      runGit(copy, "remote", "remove", "origin");
      if (option === "--no-checkout")
        runGit(copy, "fetch", "--quiet", host, "modeltrail-audit:modeltrail-audit");
      const verification = await verifyAudit(await ground.open(copy), ALONE);
      expect(verification).toMatchObject({ entries: entries.length, findings: [], pending: 0 });
    }
  });
});
