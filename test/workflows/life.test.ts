import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { gateStage } from "../../src/workflows/gate.ts";
import { readHistory, readStateAt } from "../../src/workflows/history.ts";
import { listModels } from "../../src/workflows/list.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { closeProposal, listProposals } from "../../src/workflows/proposals.ts";
import { pullModel } from "../../src/workflows/pull.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { resolveModel } from "../../src/workflows/resolve.ts";
import { retireStage } from "../../src/workflows/retire.ts";
import { rollbackStage } from "../../src/workflows/rollback.ts";
import { showModel } from "../../src/workflows/show.ts";
import { validateChange, validateWorkTree } from "../../src/workflows/validate.ts";
import { verifyArtifacts } from "../../src/workflows/verify.ts";
import { yankVersion } from "../../src/workflows/yank.ts";
import { newRegistry, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

async function registry(): Promise<Workspace> {
  const workspace = await newRegistry();
  open.push(workspace);
  return workspace;
}

async function register(
  workspace: Workspace,
  version: string,
  content = `weights of ${version}`,
): Promise<void> {
  workspace.write(`../model-${version}/weights.bin`, content);
  const result = await registerVersion(
    await workspace.open(),
    "fraud",
    join(workspace.folder, `../model-${version}`),
    { version },
  );
  expect(result).toMatchObject({ status: "registered", version, format: "custom" });
}

async function move(workspace: Workspace, version: string, stage: string): Promise<void> {
  const outcome = await promoteVersion(await workspace.open(), `fraud@${version}`, stage);
  expect(outcome).toMatchObject({ status: "opened" });
  if ("branch" in outcome)
    expect(await mergeProposal(await workspace.open(), outcome.branch)).toMatchObject({ status: "merged" });
}

function isSound(workspace: Workspace): void {
  expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
  expect(workspace.git("status", "--porcelain")).toBe("");
}

describe("the life of a model", () => {
  it("goes from registration to production and back", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await register(workspace, "1.1.0");
    const early = await promoteVersion(await workspace.open(), "fraud@1.0.0", "production");
    expect(early).toMatchObject({ status: "denied", verdict: { verdict: "fail" } });
    expect(workspace.git("branch", "--list", "promote/*")).toBe("");
    for (const version of ["1.0.0", "1.1.0"]) {
      await move(workspace, version, "staging");
      await move(workspace, version, "production");
    }
    isSound(workspace);
    expect(workspace.git("diff", "--stat", "HEAD~1", "HEAD")).toMatch(
      /stages\/production\/stage.yaml \| 6 \+{3}-{3}\n 1 file changed/,
    );

    const production = await resolveModel(await workspace.open(), "fraud@production");
    expect(production).toMatchObject({
      version: "1.1.0",
      stage: "production",
      commit: workspace.git("rev-parse", "HEAD").trim(),
    });
    expect(await gateStage(await workspace.open(), "fraud@production", { version: "1.1.0" })).toMatchObject({
      pass: true,
      digest: production.digest,
    });
    const pulled = await pullModel(
      await workspace.open(),
      "fraud@production",
      join(workspace.folder, "../pulled"),
    );
    expect(pulled.status).toBe("pulled");
    expect(readFileSync(join(workspace.folder, "../pulled/weights.bin"), "utf8")).toBe("weights of 1.1.0");
    expect(
      await pullModel(await workspace.open(), "fraud@1.1.0", join(workspace.folder, "../pulled")),
    ).toMatchObject({ status: "unchanged" });

    const back = await rollbackStage(await workspace.open(), "fraud", "production");
    expect(back).toMatchObject({ status: "opened", branch: "rollback/production/fraud/1.0.0" });
    await mergeProposal(await workspace.open(), "rollback/production/fraud/1.0.0");
    const { events } = await readHistory(await workspace.open(), { model: "fraud", stage: "production" });
    expect(events.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["rollback", "1.1.0", "1.0.0"],
      ["promote", "1.0.0", "1.1.0"],
      ["promote", undefined, "1.0.0"],
    ]);
    await expect(rollbackStage(await workspace.open(), "fraud", "production")).rejects.toMatchObject({
      code: "NO_ROLLBACK_TARGET",
    });
    expect((await verifyArtifacts(await workspace.open(), undefined)).versions).toHaveLength(2);
    isSound(workspace);
  });

  it("empties a stage and never falls back silently", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await move(workspace, "1.0.0", "staging");
    const retired = await retireStage(await workspace.open(), "fraud", "staging");
    expect(retired).toMatchObject({ status: "opened", branch: "retire/staging/fraud" });
    await mergeProposal(await workspace.open(), "retire/staging/fraud");
    const context = await workspace.open();
    for (const answer of [
      () => resolveModel(context, "fraud@staging"),
      () => gateStage(context, "fraud@staging"),
      () => pullModel(context, "fraud@staging", join(workspace.folder, "../x")),
    ]) {
      await expect(answer()).rejects.toMatchObject({ code: "EMPTY_STAGE" });
    }
    expect((await listModels(context)).models).toMatchObject([
      { model: "fraud", stages: {}, latest: "1.0.0" },
    ]);
    expect(await resolveModel(context, "fraud@latest")).toMatchObject({ version: "1.0.0" });
    isSound(workspace);
  });

  it("yanks, moves the stages that held the version, and never uses the number again", async () => {
    const workspace = await registry();
    for (const version of ["1.0.0", "1.1.0"]) await register(workspace, version);
    for (const version of ["1.0.0", "1.1.0"]) await move(workspace, version, "staging");
    await expect(
      yankVersion(await workspace.open(), "fraud@1.1.0", { reason: "leak" }),
    ).rejects.toMatchObject({ code: "STAGE_IN_USE" });
    const yank = await yankVersion(await workspace.open(), "fraud@1.1.0", {
      reason: "leak",
      replaceWith: "1.0.0",
    });
    expect(yank).toMatchObject({ status: "opened" });
    expect(
      await yankVersion(await workspace.open(), "fraud@1.1.0", { reason: "leak", replaceWith: "1.0.0" }),
    ).toMatchObject({ status: "unchanged" });
    await mergeProposal(await workspace.open(), "yank/fraud/1.1.0");
    expect(await resolveModel(await workspace.open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
    expect(await resolveModel(await workspace.open(), "fraud@latest")).toMatchObject({ version: "1.0.0" });
    expect(await resolveModel(await workspace.open(), "fraud@1.1.0")).toMatchObject({ yanked: true });
    await expect(
      pullModel(await workspace.open(), "fraud@1.1.0", join(workspace.folder, "../y")),
    ).rejects.toMatchObject({ code: "YANKED" });
    workspace.write("../again/w.bin", "again");
    await expect(
      registerVersion(await workspace.open(), "fraud", join(workspace.folder, "../again"), {
        version: "1.1.0",
      }),
    ).rejects.toMatchObject({ code: "VERSION_TAKEN" });
    expect(
      await registerVersion(await workspace.open(), "fraud", join(workspace.folder, "../again"), {
        bump: "minor",
      }),
    ).toMatchObject({ version: "1.2.0" });
    expect(await promoteVersion(await workspace.open(), "fraud@1.1.0", "staging")).toMatchObject({
      status: "denied",
    });
    expect((await showModel(await workspace.open(), "fraud@1.1.0")).yank).toMatchObject({
      reason: "leak",
      replacement: "1.0.0",
    });
    isSound(workspace);
  });
});

describe("proposals", () => {
  it("are unchanged when made again, rebuilt when the base moved, superseded by newer ones", async () => {
    const workspace = await registry();
    for (const version of ["1.0.0", "1.1.0", "1.2.0"]) await register(workspace, version);
    const first = await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    const refs = workspace.git("for-each-ref");
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "unchanged",
    });
    expect(workspace.git("for-each-ref")).toBe(refs);
    await register(workspace, "1.3.0");
    expect(await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).toMatchObject({
      status: "updated",
    });
    expect(workspace.git("rev-parse", "promote/staging/fraud/1.0.0~1")).toBe(
      workspace.git("rev-parse", "main"),
    );
    const second = await promoteVersion(await workspace.open(), "fraud@1.1.0", "staging");
    expect(second).toMatchObject({ status: "opened", superseded: ["branch" in first ? first.branch : ""] });
    expect(
      await promoteVersion(await workspace.open(), "fraud@1.2.0", "staging", { queue: true }),
    ).toMatchObject({ superseded: [] });
    expect(
      (await listProposals(await workspace.open())).proposals.map((row) => [row.branch, row.verdict]),
    ).toEqual([
      ["promote/staging/fraud/1.1.0", "pass"],
      ["promote/staging/fraud/1.2.0", "pass"],
    ]);
    await mergeProposal(await workspace.open(), "promote/staging/fraud/1.2.0");
    const stale = await mergeProposal(await workspace.open(), "promote/staging/fraud/1.1.0");
    expect(stale).toMatchObject({ status: "denied" });
    expect(stale.verdict?.gates.find((gate) => gate.gate === "stale")).toMatchObject({ status: "fail" });
    expect(await mergeProposal(await workspace.open(), "promote/staging/fraud/1.2.0")).toMatchObject({
      status: "already",
    });
    await expect(mergeProposal(await workspace.open(), "promote/staging/fraud/1.0.0")).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    isSound(workspace);
  });

  it("that were closed are refused until somebody reopens them", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    expect(await closeProposal(await workspace.open(), "promote/staging/fraud/1.0.0")).toMatchObject({
      status: "closed",
    });
    expect(await closeProposal(await workspace.open(), "promote/staging/fraud/1.0.0")).toMatchObject({
      status: "unchanged",
    });
    await expect(promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "REJECTED_BEFORE",
    });
    expect(
      await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging", { reopen: true }),
    ).toMatchObject({ status: "opened" });
    expect((await listProposals(await workspace.open())).proposals).toHaveLength(1);
  });

  it("with a person's commits are not overwritten", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging");
    workspace.git("switch", "--quiet", "promote/staging/fraud/1.0.0");
    workspace.write("models/fraud/README.md", "# Fraud");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "by hand");
    workspace.git("switch", "--quiet", "main");
    await expect(promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "FOREIGN_COMMITS",
    });
    expect(
      await promoteVersion(await workspace.open(), "fraud@1.0.0", "staging", { overwrite: true }),
    ).toMatchObject({ status: "updated" });
    workspace.git("switch", "--quiet", "promote/staging/fraud/1.0.0");
    workspace.write("models/fraud/README.md", "# Fraud");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "--amend", "--no-edit");
    workspace.git("switch", "--quiet", "main");
    await expect(promoteVersion(await workspace.open(), "fraud@1.0.0", "staging")).rejects.toMatchObject({
      code: "FOREIGN_COMMITS",
    });
  });
});

describe("a work tree", () => {
  it("is moved by a merge only where it is clean", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await move(workspace, "1.0.0", "staging");
    await register(workspace, "1.1.0");
    await promoteVersion(await workspace.open(), "fraud@1.1.0", "staging");
    workspace.write("notes.txt", "mine");
    const stage = "models/fraud/stages/staging/stage.yaml";
    const before = readFileSync(join(workspace.folder, stage), "utf8");
    workspace.write(stage, `${before}# mine\n`);
    const head = workspace.git("rev-parse", "HEAD");
    await expect(mergeProposal(await workspace.open(), "promote/staging/fraud/1.1.0")).rejects.toMatchObject({
      code: "DIRTY_WORKTREE",
    });
    expect(workspace.git("rev-parse", "HEAD")).toBe(head);
    workspace.write(stage, before);
    expect(await mergeProposal(await workspace.open(), "promote/staging/fraud/1.1.0")).toMatchObject({
      status: "merged",
    });
    expect(workspace.git("status", "--porcelain")).toBe("?? notes.txt\n");
  });

  it("is validated as it lies there, and a commit made by hand is judged like any other", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await register(workspace, "1.1.0");
    await move(workspace, "1.0.0", "staging");
    expect(await validateWorkTree(await workspace.open(), "all")).toMatchObject({
      verdict: "pass",
      findings: [],
    });
    workspace.git("switch", "--quiet", "-c", "by-hand");
    const stage = "models/fraud/stages/staging/stage.yaml";
    workspace.write(
      stage,
      readFileSync(join(workspace.folder, stage), "utf8").replace('version: "1.0.0"', 'version: "1.1.0"'),
    );
    const report = await validateWorkTree(await workspace.open(), "none");
    expect(report.findings.map((finding) => finding.code)).toContain("STAGE_DIFFERS");
    workspace.git("commit", "--quiet", "-am", "promote by hand");
    const verdict = await validateChange(
      await workspace.open(),
      { base: "main", head: "by-hand" },
      "changed",
    );
    expect(verdict).toMatchObject({
      verdict: "fail",
      transitions: [{ kind: "promote", from: "1.0.0", to: "1.1.0" }],
    });
  });
});

describe("history", () => {
  it("says what was there at a moment, inclusive", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await move(workspace, "1.0.0", "staging");
    const seconds = Number(workspace.git("log", "-1", "--format=%ct"));
    const state = await readStateAt(await workspace.open(), new Date(seconds * 1000));
    expect(state.stages).toEqual([{ model: "fraud", stage: "staging", version: "1.0.0" }]);
    await expect(readStateAt(await workspace.open(), new Date(0))).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    const all = await readHistory(await workspace.open());
    expect(all.events.map((event) => event.kind)).toEqual(["promote", "register"]);
  });
});

describe("edits that are not committed", () => {
  it("are not state, and a hint says so", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    await move(workspace, "1.0.0", "staging");
    expect(workspace.hints).toEqual([]);
    const stage = "models/fraud/stages/staging/stage.yaml";
    const text = readFileSync(join(workspace.folder, stage), "utf8");
    workspace.write(stage, text.replaceAll("\n", "\r\n"));
    await resolveModel(await workspace.open(), "fraud@staging");
    expect(workspace.hints).toEqual([]);
    workspace.write(stage, text.replace('version: "1.0.0"', 'version: "9.9.9"'));
    expect(await resolveModel(await workspace.open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
    expect(workspace.hints.join()).toContain(stage);
  });
});

describe("a pull", () => {
  it("never replaces the repository, its storage, or tracked files, whatever --force says", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    for (const folder of [
      ".git",
      ".modeltrail",
      ".modeltrail/artifacts/fraud",
      "models",
      "models/fraud/versions",
      ".",
    ]) {
      const pull = pullModel(await workspace.open(), "fraud@1.0.0", join(workspace.folder, folder), {
        force: true,
      });
      await expect(pull, folder).rejects.toMatchObject({ name: "ModeltrailError" });
    }
    isSound(workspace);
    expect(
      await pullModel(await workspace.open(), "fraud@1.0.0", join(workspace.folder, "serving")),
    ).toMatchObject({
      status: "pulled",
    });
  });
});

describe("a question about a stage that does not exist", () => {
  it("is not answered as if it were empty", async () => {
    const workspace = await registry();
    await register(workspace, "1.0.0");
    const context = await workspace.open();
    await expect(resolveModel(context, "fraud@prodution")).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readHistory(context, { model: "fraud", stage: "prodution" })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(await readHistory(context, { model: "fraud", stage: "production" })).toMatchObject({ events: [] });
  });
});

describe("a change without a registry on either side", () => {
  it("is not judged at all", async () => {
    const workspace = await registry();
    workspace.write("elsewhere/notes.txt", "x");
    workspace.git("add", ".");
    workspace.git("commit", "--quiet", "-m", "notes");
    const context = await workspace.open("elsewhere");
    await expect(validateChange(context, { base: "HEAD~1", head: "HEAD" }, "none")).rejects.toMatchObject({
      code: "NOT_A_REGISTRY",
    });
  });
});
