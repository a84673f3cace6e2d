import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { diffVersions } from "../../../src/workflows/diff.ts";
import { diagnose } from "../../../src/workflows/doctor.ts";
import { gateStage } from "../../../src/workflows/gate.ts";
import { readHistory } from "../../../src/workflows/history.ts";
import { listModels } from "../../../src/workflows/list.ts";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { promoteVersion } from "../../../src/workflows/promote.ts";
import { closeProposal, listProposals } from "../../../src/workflows/proposals.ts";
import { pullModel } from "../../../src/workflows/pull.ts";
import { registerVersion } from "../../../src/workflows/register/register.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { retireStage } from "../../../src/workflows/retire.ts";
import { rollbackStage } from "../../../src/workflows/rollback.ts";
import { showModel } from "../../../src/workflows/show.ts";
import { validateWorkTree } from "../../../src/workflows/validate.ts";
import { yankVersion } from "../../../src/workflows/yank.ts";
import { type NoCloneOptions, BRANCH, TOGETHER, promote, teamsOfFile } from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const IS_LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
/** A squash is what most repositories allow. */
const METHODS = [{ method: "squash" }, ...(IS_LONG ? [{ method: "merge" }, { method: "rebase" }] : [])];
const start = teamsOfFile();

function allow(method: string): NonNullable<NoCloneOptions["settings"]> {
  return {
    allow_merge_commit: method === "merge",
    allow_squash_merge: method === "squash",
    allow_rebase_merge: method === "rebase",
  };
}

describe("the life of a model without a clone", TOGETHER, () => {
  it.each(METHODS)("goes from registration to a stage, and is read ($method)", async ({ method }) => {
    const here = await start({ settings: allow(method), registration: "pull-request" });
    const { open, register, merge, git, env } = here;
    await register("fraud", "1.0.0");
    expect(await promote(here)).toMatchObject({ status: "opened", verdict: { verdict: "pass" } });
    expect((await listProposals(await open())).proposals).toMatchObject([{ author: "ada" }]);
    await merge(BRANCH);
    const [tip] = git("log", "-1", "--format=%an %cn", "--no-merges", "main").split("\n");
    expect(tip).toMatch(method === "rebase" ? /^ada / : /^ada GitHub$/);
    expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
    expect(await gateStage(await open(), "fraud@staging")).toMatchObject({ pass: true });
    const folder = join(env["HOME"] ?? "", "pulled");
    await pullModel(await open(), "fraud@staging", folder);
    expect(readFileSync(join(folder, "fraud-1.0.0.bin"), "utf8")).toBe("fraud 1.0.0\n");
    expect((await showModel(await open(), "fraud")).versions).toHaveLength(1);
    expect((await listModels(await open())).models).toMatchObject([{ model: "fraud" }]);
    expect((await readHistory(await open(), { model: "fraud" })).events).toHaveLength(2);
  });

  it.each(METHODS)("goes from stage to stage and back, to retirement ($method)", async ({ method }) => {
    const here = await start({ settings: allow(method) });
    const { open, register, merge, world, git } = here;
    for (const version of ["1.0.0", "1.1.0"]) {
      await register("fraud", version);
      await promote(here, version);
      await merge(`promote/staging/fraud/${version}`);
    }
    expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.1.0" });
    expect(await diffVersions(await open(), "fraud@1.0.0", "fraud@1.1.0")).toMatchObject({});
    const back = await rollbackStage(await open(), "fraud", "staging");
    expect(back).toMatchObject({ status: "opened", branch: "rollback/staging/fraud/1.0.0" });
    await merge("rollback/staging/fraud/1.0.0");
    expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
    await yankVersion(await open(), "fraud@1.1.0", { reason: "bad labels" });
    await merge("yank/fraud/1.1.0");
    await retireStage(await open(), "fraud", "staging");
    await merge("retire/staging/fraud");
    await expect(resolveModel(await open(), "fraud@staging")).rejects.toMatchObject({ code: "EMPTY_STAGE" });
    expect(git("for-each-ref", "--format=%(refname)", "refs/heads/")).toBe("refs/heads/main");
    expect(git("fsck", "--strict", "--no-dangling")).toBe("");
    expect(world.repository.pulls.size).toBe(5);
  });

  it("closes what is rejected, and says no to it until it is reopened", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    expect(await closeProposal(await here.open(), BRANCH)).toMatchObject({ status: "closed" });
    await expect(promote(here)).rejects.toMatchObject({ code: "REJECTED_BEFORE" });
    expect(await promote(here, "1.0.0", { reopen: true })).toMatchObject({ status: "opened" });
  });

  it("registers straight onto main where the registry says so", async () => {
    const here = await start({ init: { forge: undefined } as never });
    const file = here.write("a.bin", "a\n");
    const result = await registerVersion(await here.open(), "fraud", file, { version: "1.0.0" });
    expect(result).toMatchObject({ status: "registered", commit: here.world.main() });
    expect(await registerVersion(await here.open(), "fraud", file, { version: "1.0.0" })).toMatchObject({
      status: "unchanged",
    });
  });
});

describe("what takes a clone", TOGETHER, () => {
  it("is said plainly", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await expect(validateWorkTree(await here.open(), "none")).rejects.toMatchObject({ code: "USAGE" });
    const { checks } = await diagnose(await here.open());
    expect(checks.filter(({ status }) => status === "fail")).toEqual([]);
    await expect(promote(here, "1.0.0", { push: false })).rejects.toMatchObject({ code: "USAGE" });
    const copy = here.world.server.addRepository("acme/copy", { roles: { ada: "write" } });
    copy.git.text(["fetch", "--quiet", here.world.repository.git.folder, "main:main"]);
    const address = here.address.replace("models", "copy");
    await expect(
      promoteVersion(await here.open({}, address), "fraud@1.0.0", "staging"),
    ).rejects.toMatchObject({
      code: "USAGE",
    });
    await expect(here.open({ GITHUB_TOKEN: "", GH_TOKEN: "" })).rejects.toMatchObject({
      code: "CREDENTIALS",
    });
    await expect(here.open({}, "http://example.com/acme/models")).rejects.toMatchObject({ code: "USAGE" });
  });

  it("is storage beside the manifests", async () => {
    const here = await start({ init: { storage: { uri: "file:.modeltrail/artifacts/" } } });
    const file = here.write("a.bin", "a\n");
    await expect(registerVersion(await here.open(), "fraud", file)).rejects.toMatchObject({ code: "USAGE" });
    expect(readdirSync(here.env["HOME"] ?? "")).toEqual(["a.bin"]);
  });
});

describe("a registry in a folder of its repository", TOGETHER, () => {
  it("is named as GitHub's own pages name it", async () => {
    const here = await start({ registration: "pull-request" });
    const policy = here.git("show", "main:modeltrail.yaml");
    commitFiles(here.world.repository, { files: { "ml/reg/modeltrail.yaml": `${policy}\n` } });
    const address = `${here.address}/tree/HEAD/ml/reg`;
    const file = here.write("a.bin", "a\n");
    await registerVersion(await here.open({}, address), "fraud", file, { version: "1.0.0" });
    const { proposals } = await listProposals(await here.open({}, address));
    expect(proposals).toMatchObject([{ branch: "acme-models/register/fraud/1.0.0", verdict: "pass" }]);
    await mergeProposal(await here.open({}, address), "acme-models/register/fraud/1.0.0");
    expect(here.git("ls-tree", "-r", "--name-only", "main")).toContain(
      "ml/reg/models/fraud/versions/1.0.0.yaml",
    );
    expect(await resolveModel(await here.open({}, address), "fraud@latest")).toMatchObject({
      version: "1.0.0",
    });
    expect((await listModels(await here.open())).models).toEqual([]);
  });
});
