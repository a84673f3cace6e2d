import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { listProposals } from "../../src/workflows/proposals.ts";
import { registerVersion, type RegisterResult } from "../../src/workflows/register/register.ts";
import type { RegisterOptions } from "../../src/workflows/register/register.ts";
import { verifyArtifacts } from "../../src/workflows/verify.ts";
import { yankVersion } from "../../src/workflows/yank.ts";
import { newRegistry, newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

async function registry(registration: "direct" | "pull-request" = "direct"): Promise<Workspace> {
  const workspace = await newRegistry();
  open.push(workspace);
  if (registration === "direct") return workspace;
  const policy = readFileSync(join(workspace.folder, "modeltrail.yaml"), "utf8");
  workspace.write(
    "modeltrail.yaml",
    policy.replace(/registration: "?direct"?/, `registration: "${registration}"`),
  );
  workspace.git("commit", "--quiet", "-am", "registrations are proposed");
  return workspace;
}

/** Registers a model of one file, `weights.bin`, with this text. */
async function register(
  workspace: Workspace,
  text: string,
  options: RegisterOptions = {},
): Promise<RegisterResult> {
  workspace.write("../model/weights.bin", text);
  return registerVersion(await workspace.open(), "fraud", join(workspace.folder, "../model"), options);
}

const ARTIFACTS = ".modeltrail/artifacts";

describe("a registration by proposal", () => {
  it("changes nothing when it is made again", async () => {
    const workspace = await registry("pull-request");
    const first = await register(workspace, "one");
    expect(first).toMatchObject({ status: "proposed", version: "1.0.0", branch: "register/fraud/1.0.0" });
    const refs = workspace.git("for-each-ref");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    for (const options of [{}, { version: "1.0.0" }])
      expect(await register(workspace, "one", options)).toMatchObject({
        status: "unchanged",
        version: "1.0.0",
        commit: first.commit,
      });
    expect(workspace.git("for-each-ref")).toBe(refs);
  });

  it("says something new of the same bytes on the same branch", async () => {
    const workspace = await registry("pull-request");
    await register(workspace, "one");
    expect(await register(workspace, "one", { description: "better" })).toMatchObject({
      status: "proposed",
      version: "1.0.0",
    });
    expect((await listProposals(await workspace.open())).proposals).toHaveLength(1);
    expect(workspace.git("show", "register/fraud/1.0.0:models/fraud/versions/1.0.0.yaml")).toContain(
      "better",
    );
  });

  it("takes the next number for other bytes, and refuses the same", async () => {
    const workspace = await registry("pull-request");
    await register(workspace, "one");
    await expect(register(workspace, "two", { version: "1.0.0" })).rejects.toMatchObject({
      code: "VERSION_TAKEN",
    });
    expect(await register(workspace, "two")).toMatchObject({ status: "proposed", version: "1.1.0" });
    expect(await register(workspace, "one")).toMatchObject({ status: "unchanged", version: "1.0.0" });
    await mergeProposal(await workspace.open(), "register/fraud/1.1.0");
    expect(await register(workspace, "two")).toMatchObject({ status: "unchanged", version: "1.1.0" });
  });
});

describe("a yanked version's bytes", () => {
  it("are not called unchanged", async () => {
    const workspace = await registry();
    for (const text of ["one", "two"]) await register(workspace, text);
    await yankVersion(await workspace.open(), "fraud@1.1.0", { reason: "leak" });
    await mergeProposal(await workspace.open(), "yank/fraud/1.1.0");
    await expect(register(workspace, "two", { version: "1.1.0" })).rejects.toMatchObject({
      code: "VERSION_TAKEN",
    });
    expect(await register(workspace, "one")).toMatchObject({ status: "unchanged", version: "1.0.0" });
    expect(await register(workspace, "two")).toMatchObject({ status: "registered", version: "1.2.0" });
  });
});

describe("what a killed attempt left in storage", () => {
  it.each([
    ["a file that is not registered now", "stray.bin", "stray"],
    ["other bytes of the same name and size", "weights.bin", "two"],
    ["other bytes of the same name", "weights.bin", "longer"],
  ])("never becomes a part of a version: %s", async (_, name, text) => {
    const workspace = await registry();
    workspace.write(`${ARTIFACTS}/fraud/1.0.0/${name}`, text);
    workspace.write(`${ARTIFACTS}/fraud/2.0.0/deep/${name}`, text);
    await expect(register(workspace, "one", { version: "1.0.0" })).rejects.toMatchObject({
      code: "VERSION_TAKEN",
      hint: expect.stringContaining("--version"),
    });
    expect(await register(workspace, "one")).toMatchObject({ status: "registered", version: "1.1.0" });
    expect(await register(workspace, "three", { bump: "major" })).toMatchObject({ version: "3.0.0" });
    expect(existsSync(join(workspace.folder, ARTIFACTS, "fraud/2.0.0/weights.bin"))).toBe(false);
    expect((await verifyArtifacts(await workspace.open(), undefined)).findings).toEqual([]);
  });

  it("is used when it is the same", async () => {
    const workspace = await registry();
    workspace.write("../model/config.json", "{}");
    workspace.write(`${ARTIFACTS}/fraud/1.0.0/weights.bin`, "one");
    expect(await register(workspace, "one")).toMatchObject({ status: "registered", version: "1.0.0" });
    expect((await verifyArtifacts(await workspace.open(), "fraud@1.0.0")).findings).toEqual([]);
  });

  it("is found by verify when it came later", async () => {
    const workspace = await registry();
    await register(workspace, "one");
    workspace.write(`${ARTIFACTS}/fraud/1.0.0/deep/stray.bin`, "stray");
    const { findings, versions } = await verifyArtifacts(await workspace.open(), undefined);
    expect(findings).toMatchObject([{ code: "ARTIFACT_EXTRA", severity: "error" }]);
    expect(findings[0]?.message).toContain("deep/stray.bin");
    expect(versions).toMatchObject([{ version: "1.0.0", ok: false }]);
  });
});

describe("registering the same bytes again", () => {
  it("brings back what storage has lost, and reports what it has changed", async () => {
    const workspace = await registry();
    await register(workspace, "one");
    const stored = join(workspace.folder, ARTIFACTS, "fraud/1.0.0/weights.bin");
    rmSync(stored);
    expect(await register(workspace, "one")).toMatchObject({ status: "unchanged", version: "1.0.0" });
    expect((await verifyArtifacts(await workspace.open(), undefined)).findings).toEqual([]);
    rmSync(stored);
    workspace.write(`${ARTIFACTS}/fraud/1.0.0/weights.bin`, "two");
    await expect(register(workspace, "one")).rejects.toMatchObject({ code: "CONFLICT" });
  });
});

describe("what is said of a version", () => {
  it("is refused before anything is stored when no manifest can say it", async () => {
    const workspace = await registry();
    for (const format of ["yes", "Foo"]) {
      await expect(register(workspace, "one", { format })).rejects.toMatchObject({ code: "USAGE" });
    }
    await expect(register(workspace, "one", { description: "" })).rejects.toMatchObject({ code: "USAGE" });
    expect(existsSync(join(workspace.folder, ARTIFACTS, "fraud"))).toBe(false);
  });

  it("is not dropped without a word when the bytes are registered already", async () => {
    const workspace = await registry();
    await register(workspace, "one");
    await register(workspace, "one");
    expect(workspace.warnings).toEqual([]);
    expect(await register(workspace, "one", { description: "later" })).toMatchObject({ status: "unchanged" });
    expect(workspace.warnings.join()).toContain("not recorded");
  });
});

describe("where the code comes from", () => {
  it.each([
    ["https://ada:token@git.example.com/acme/train.git", "https://git.example.com/acme/train.git"],
    ["https://token@git.example.com/acme/train.git", "https://git.example.com/acme/train.git"],
    ["ssh://git@git.example.com/acme/train.git", "ssh://git@git.example.com/acme/train.git"],
    ["git@git.example.com:acme/train.git", "git@git.example.com:acme/train.git"],
  ])("is kept without credentials: %s", async (url, kept) => {
    const workspace = await registry();
    const code = newWorkspace();
    open.push(code);
    code.write("train.py", "train()");
    code.git("add", ".");
    code.git("commit", "--quiet", "-m", "train");
    runGit(code.folder, "remote", "add", "origin", url);
    await register(workspace, "one", { codeFolder: code.folder });
    expect(workspace.git("show", "HEAD:models/fraud/versions/1.0.0.yaml")).toContain(`repository: "${kept}"`);
  });
});

it("says so when a registration brings back a model.yaml that was lost", async () => {
  const workspace = await registry();
  await register(workspace, "one");
  workspace.git("rm", "--quiet", "models/fraud/model.yaml");
  workspace.git("commit", "--quiet", "-m", "lose it");
  await register(workspace, "two");
  expect(workspace.warnings.join()).toContain("fraud has no model.yaml on main");
  expect(workspace.git("show", "HEAD:models/fraud/model.yaml")).toContain(`kind: "Model"`);
});

describe("a direct registration from a linked work tree", () => {
  it("stores nothing while another one shows the branch, and goes on once that is free", async () => {
    const workspace = await registry();
    const linked = join(workspace.folder, "../linked");
    workspace.git("worktree", "add", "--quiet", "-b", "feature", linked);
    const model = workspace.write("../model/weights.bin", "one");
    const from = async (): Promise<RegisterResult> =>
      registerVersion(await workspace.open(linked), "fraud", model);
    await expect(from()).rejects.toMatchObject({ code: "CONFLICT" });
    expect(existsSync(join(workspace.folder, ARTIFACTS, "fraud"))).toBe(false);
    workspace.git("switch", "--quiet", "--detach");
    expect(await from()).toMatchObject({ status: "registered", version: "1.0.0" });
    expect(existsSync(join(workspace.folder, ARTIFACTS, "fraud/1.0.0"))).toBe(true);
    expect(
      (await verifyArtifacts(await workspace.open(linked), undefined, { ref: "main" })).findings,
    ).toEqual([]);
  });
});
