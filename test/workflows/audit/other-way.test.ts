import { execSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isModeltrailError, type ModeltrailError } from "../../../src/diagnostics/errors.ts";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import type { Context } from "../../../src/workflows/context.ts";
import { aModel, codes, textOf } from "../../builders/manifests.ts";
import { cloneWorkspace, newRegistry, runGit, TEST_ENV, type Workspace } from "../../builders/workspace.ts";

const ALONE = { anchor: false } as const;
const ENGINES = { native: {}, isomorphic: { PATH: "" } } as const;

let origin: Workspace;
let host: string;
let ada: Workspace;
let ben: Workspace;
let recorded: string;
let tip: string;

function change(who: Workspace, model: string): void {
  who.write(`models/${model}/model.yaml`, textOf(aModel(model)));
  who.git("add", "models");
  who.git("commit", "--quiet", "-m", model);
}

/** Ben commits, Ada pushes and records, Ben pulls with a merge and pushes. */
beforeEach(async () => {
  origin = await newRegistry();
  host = join(origin.folder, "../host.git");
  origin.git("clone", "--quiet", "--bare", ".", host);
  [ada, ben] = [cloneWorkspace(host), cloneWorkspace(host)];
  change(ben, "churn");
  change(ada, "fraud");
  change(ada, "ranking");
  ada.git("push", "--quiet");
  recorded = (await recordAudit(await ada.open(), ALONE)).main;
  ben.git("pull", "--quiet", "--no-rebase", "--no-edit");
  ben.git("push", "--quiet");
  tip = ben.git("rev-parse", "main").trim();
});
afterEach(async () => {
  for (const one of [origin, ada, ben]) await one.dispose();
});

async function failureOf(context: Context): Promise<ModeltrailError> {
  const error = await recordAudit(context, ALONE).catch((thrown: unknown) => thrown);
  if (!isModeltrailError(error)) throw new Error("it was recorded", { cause: error });
  return error;
}

const commands = (): string =>
  `git switch -C main ${recorded} && git merge --no-ff ${tip} && git push origin main`;

describe("a main branch that was merged the other way round", () => {
  it("is told by record, log and verify, and put right by the commands that they give", async () => {
    const failure = await failureOf(await ada.open());
    expect(failure).toMatchObject({
      code: "HISTORY_REWRITTEN",
      hint: expect.stringContaining(commands()) as string,
    });
    expect(`${failure.message} ${failure.hint}`).not.toMatch(/rewritten|--force/);

    expect((await readLog(await ada.open(), { fetch: true, model: "fraud" })).entries).toHaveLength(1);
    expect(ada.warnings.at(-1)).toContain(commands());

    const { findings, verified, entries } = await verifyAudit(await ada.open(), { ...ALONE, fetch: true });
    expect(codes(findings)).toEqual(["AUDIT_MAIN_REVERSED"]);
    expect(findings[0]).toMatchObject({
      severity: "error",
      hint: expect.stringContaining(commands()) as string,
    });
    expect([verified, entries]).toEqual([3, 3]);

    const [, shown = ""] = /: (git switch .*?)\. /.exec(failure.hint ?? "") ?? [];
    execSync(shown, { cwd: ada.folder, env: { ...TEST_ENV, GIT_EDITOR: "true" }, stdio: "pipe" });
    expect(runGit(host, "merge-base", "--is-ancestor", tip, "main")).toBe("");
    expect(runGit(host, "rev-parse", "main^1", "main^2").trim()).toBe(`${recorded}\n${tip}`);
    expect((await recordAudit(await ada.open(), ALONE)).entries).toHaveLength(1);
    const after = await verifyAudit(await ada.open(), { ...ALONE, fetch: true });
    expect(after).toMatchObject({ findings: [], entries: 4, verified: 4, pending: 0 });
    const warned = ada.warnings.length;
    await readLog(await ada.open(), { fetch: true });
    expect(ada.warnings).toHaveLength(warned);
  });

  it.each(["native", "isomorphic"] as const)(
    "is told offline too, and after more commits (%s)",
    async (engine) => {
      change(ben, "later");
      ben.git("push", "--quiet");
      tip = ben.git("rev-parse", "main").trim();
      ada.git("fetch", "--quiet");
      const context = await ada.open(undefined, ENGINES[engine]);
      expect(context.repository.engine).toBe(engine);
      const { findings } = await verifyAudit(context, ALONE);
      expect(findings.map(({ code, hint }) => [code, hint?.includes(commands())])).toEqual([
        ["AUDIT_MAIN_REVERSED", true],
      ]);
      await readLog(context);
      expect(ada.warnings.at(-1)).toContain(commands());
      await expect(recordAudit(context, { ...ALONE, push: false })).rejects.toMatchObject({
        hint: expect.stringContaining(commands()) as string,
      });
    },
  );

  it("hides nothing else that is wrong", async () => {
    ada.git("switch", "--quiet", "modeltrail-audit");
    ada.git("commit", "--quiet", "--allow-empty", "-m", "x");
    ada.git("push", "--quiet", "origin", "modeltrail-audit");
    ada.git("switch", "--quiet", "main");
    const { findings } = await verifyAudit(await ada.open(), { ...ALONE, fetch: true });
    expect(codes(findings)).toEqual(["AUDIT_FOREIGN_CHANGE", "AUDIT_MAIN_REVERSED"]);
  });
});

describe("an entry of a commit that was merged the right way round", () => {
  it("is forged, whatever else is recorded stays as it should be", async () => {
    // Main goes on from what is recorded, and an older branch is merged into it.
    ada.git("push", "--quiet", "--force", "origin", `${recorded}:refs/heads/main`);
    ada.git("switch", "--quiet", "-c", "side", `${recorded}~1`);
    change(ada, "side");
    const side = ada.git("rev-parse", "side").trim();
    ada.git("switch", "--quiet", "main");
    ada.git("merge", "--quiet", "--no-ff", "--no-edit", "side");
    ada.git("push", "--quiet", "origin", "main");
    const honest = ada.git("show", "modeltrail-audit:entries/000000/000000003.json");
    ada.git("switch", "--quiet", "modeltrail-audit");
    const forged = honest.replace(recorded, side).replace('"seq":3', '"seq":4');
    ada.write("entries/000000/000000004.json", forged);
    ada.git("add", "entries");
    ada.git("commit", "--quiet", "-m", "forged");
    ada.git("switch", "--quiet", "main");
    const { findings, verified } = await verifyAudit(await ada.open(), ALONE);
    expect(codes(findings)).toContain("AUDIT_ENTRY_FORGED");
    expect(codes(findings)).not.toContain("AUDIT_MAIN_REVERSED");
    expect(verified).toBe(3);
  });
});
