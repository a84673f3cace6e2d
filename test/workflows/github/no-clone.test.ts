import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { diffVersions } from "../../../src/workflows/diff.ts";
import { diagnose } from "../../../src/workflows/doctor.ts";
import { gateStage } from "../../../src/workflows/gate.ts";
import { readHistory } from "../../../src/workflows/history.ts";
import { listModels } from "../../../src/workflows/list.ts";
import { mergeProposal } from "../../../src/workflows/merge.ts";
import { promoteVersion, type PromoteOptions } from "../../../src/workflows/promote.ts";
import { closeProposal, listProposals } from "../../../src/workflows/proposals.ts";
import { pullModel } from "../../../src/workflows/pull.ts";
import { registerVersion } from "../../../src/workflows/register/register.ts";
import { resolveModel } from "../../../src/workflows/resolve.ts";
import { retireStage } from "../../../src/workflows/retire.ts";
import { rollbackStage } from "../../../src/workflows/rollback.ts";
import { showModel } from "../../../src/workflows/show.ts";
import { validateWorkTree } from "../../../src/workflows/validate.ts";
import { yankVersion } from "../../../src/workflows/yank.ts";
import { type NoCloneTeam, openNoCloneTeam, writesIn } from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const BRANCH = "promote/staging/fraud/1.0.0";
const IS_LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
/** A squash is what most repositories allow. */
const METHODS = [{ method: "squash" }, ...(IS_LONG ? [{ method: "merge" }, { method: "rebase" }] : [])];
const FAULTS = ["lost", ...(IS_LONG ? (["cut", 502] as const) : [])] as const;

let team: NoCloneTeam | undefined;
afterEach(async () => {
  await team?.dispose();
  team = undefined;
});

async function start(options: Parameters<typeof openNoCloneTeam>[0] = {}): Promise<NoCloneTeam> {
  team = await openNoCloneTeam(options);
  return team;
}

function promote(
  { open }: NoCloneTeam,
  version = "1.0.0",
  options: PromoteOptions = {},
): ReturnType<typeof promoteVersion> {
  return open().then((context) => promoteVersion(context, `fraud@${version}`, "staging", options));
}

function pullsOf(
  { world }: NoCloneTeam,
  branch = BRANCH,
): readonly { number: number; state: string; head: { sha: string } }[] {
  return [...world.repository.pulls.values()].filter((pull) => pull.head.ref === branch);
}

describe("the life of a model without a clone", () => {
  it.each(METHODS)(
    "goes from registration to retirement ($method)",
    async ({ method }) => {
      const settings = {
        allow_merge_commit: method === "merge",
        allow_squash_merge: method === "squash",
        allow_rebase_merge: method === "rebase",
      };
      const here = await start({ settings });
      const { open, register, merge, world, git, env } = here;
      await register("fraud", "1.0.0");
      await register("fraud", "1.1.0");
      for (const version of ["1.0.0", "1.1.0"]) {
        const outcome = await promote(here, version);
        expect(outcome).toMatchObject({ status: "opened", verdict: { verdict: "pass" } });
        expect((await listProposals(await open())).proposals).toMatchObject([{ author: "ada" }]);
        await merge(`promote/staging/fraud/${version}`);
      }
      const [tip] = git("log", "-1", "--format=%an %cn", "--no-merges", "main").split("\n");
      expect(tip).toMatch(method === "rebase" ? /^ada / : /^ada GitHub$/);
      expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.1.0" });
      expect(await gateStage(await open(), "fraud@staging")).toMatchObject({ pass: true });
      const folder = join(env["HOME"] ?? "", "pulled");
      await pullModel(await open(), "fraud@staging", folder);
      expect(readFileSync(join(folder, "fraud-1.1.0.bin"), "utf8")).toBe("fraud 1.1.0\n");
      expect((await showModel(await open(), "fraud")).versions).toHaveLength(2);
      expect((await listModels(await open())).models).toMatchObject([{ model: "fraud" }]);
      expect(await diffVersions(await open(), "fraud@1.0.0", "fraud@1.1.0")).toMatchObject({});
      expect((await readHistory(await open(), { model: "fraud" })).events).toHaveLength(4);

      const back = await rollbackStage(await open(), "fraud", "staging");
      expect(back).toMatchObject({ status: "opened", branch: "rollback/staging/fraud/1.0.0" });
      await merge("rollback/staging/fraud/1.0.0");
      expect(await resolveModel(await open(), "fraud@staging")).toMatchObject({ version: "1.0.0" });
      await yankVersion(await open(), "fraud@1.1.0", { reason: "bad labels" });
      await merge("yank/fraud/1.1.0");
      await retireStage(await open(), "fraud", "staging");
      await merge("retire/staging/fraud");
      await expect(resolveModel(await open(), "fraud@staging")).rejects.toMatchObject({
        code: "EMPTY_STAGE",
      });
      expect(git("for-each-ref", "--format=%(refname)", "refs/heads/")).toBe("refs/heads/main");
      expect(git("fsck", "--strict", "--no-dangling")).toBe("");
      expect(world.repository.pulls.size).toBe(7);
    },
    120_000,
  );

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

describe("a commit made by GitHub", () => {
  it("is signed, and a second run makes no write", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const first = await here.during(async () => {
      const outcome = await promote(here);
      if (outcome.status === "already") throw new Error("already");
      expect(here.world.repository.signed.has(outcome.commit ?? "")).toBe(true);
    });
    expect(writesIn(first)).toEqual([
      "graphql/updateRefs",
      "graphql/createCommitOnBranch",
      "pulls/create",
      "issues/add-labels",
    ]);
    const again = await here.during(async () =>
      expect(await promote(here)).toMatchObject({ status: "unchanged", branch: BRANCH }),
    );
    expect(writesIn(again)).toEqual([]);
  });

  it("is by whom the environment says, and then GitHub does not sign it", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const bot = { GIT_AUTHOR_NAME: "Bot", GIT_AUTHOR_EMAIL: "bot@example.com" };
    const outcome = await promoteVersion(await here.open(bot), "fraud@1.0.0", "staging");
    expect(outcome).toMatchObject({ status: "opened" });
    expect(here.git("log", "-1", "--format=%an %cn", BRANCH)).toBe("Bot ada");
    expect(await promote(here)).toMatchObject({ status: "unchanged" });
  });

  it("is rebuilt when the base moved, and the pull request stays open all the while", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    await here.register("fraud", "1.1.0");
    const [before] = pullsOf(here).map(({ number, head }) => ({ number, sha: head.sha }));
    const requests = await here.during(async () =>
      expect(await promote(here)).toMatchObject({ status: "updated" }),
    );
    expect(writesIn(requests)).toEqual([
      "git/create-tree",
      "git/create-commit",
      "graphql/updateRefs",
      "pulls/update",
    ]);
    const [after, ...others] = pullsOf(here);
    expect([after?.number, after?.state, others]).toEqual([before?.number, "open", []]);
    expect(after?.head.sha).not.toBe(before?.sha);
    expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
    expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
    await here.merge(BRANCH);
  });

  it("gives way to a person's, unless that is to be replaced", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    commitFiles(here.world.repository, { branch: BRANCH, files: { "notes.txt": "mine" } });
    await expect(promote(here)).rejects.toMatchObject({ code: "FOREIGN_COMMITS" });
    expect(await promote(here, "1.0.0", { overwrite: true })).toMatchObject({ status: "updated" });
    expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
  });

  it("supersedes the older one", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await here.register("fraud", "1.1.0");
    await promote(here);
    expect(await promote(here, "1.1.0")).toMatchObject({ superseded: [BRANCH] });
    expect(here.world.repository.git.parse(`refs/heads/${BRANCH}`)).toBeUndefined();
    await here.merge("promote/staging/fraud/1.1.0");
  });
});

describe("without a clone, faults", () => {
  it("of every write are gone on with by the next run, to one pull request", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const { server, repository } = here.world;
    const steps = ["graphql/createCommitOnBranch", "pulls/create", "issues/add-labels"];
    for (const fault of FAULTS) {
      for (const step of ["graphql/updateRefs", ...steps]) {
        if (step !== "graphql/updateRefs")
          server.fail({
            matches: ({ operationId }) => operationId === step,
            fault,
            times: fault === "lost" ? 1 : 2,
          });
        else if (fault !== 502) here.proxy.faults.push(fault);
        await promote(here).catch((error: unknown) => expect(error).toMatchObject({ code: "NETWORK" }));
        server.heal();
        const outcome = await promote(here);
        if (outcome.status === "already") throw new Error("already");
        const open = pullsOf(here).filter(({ state }) => state === "open");
        expect([fault, step, open.length]).toEqual([fault, step, 1]);
        expect(open[0]?.head.sha).toBe(outcome.commit);
        expect(here.git("rev-parse", `${BRANCH}^`)).toBe(here.world.main());
        expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
        // The next one begins anew.
        repository.git.move(
          `refs/heads/${BRANCH}`,
          repository.git.parse(`refs/heads/${BRANCH}`) ?? null,
          null,
        );
        repository.pulls.clear();
      }
    }
  }, 120_000);

  it("goes on with a branch whose commit was never made, also when the base moved since", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const { git } = here.world.repository;
    git.move(`refs/heads/${BRANCH}`, null, here.world.main());
    expect(await promote(here)).toMatchObject({ status: "opened" });
    await closeProposal(await here.open(), BRANCH);
    await here.register("fraud", "1.1.0");
    const other = "promote/staging/fraud/1.1.0";
    git.move(`refs/heads/${other}`, null, here.git("rev-parse", "main~1"));
    expect(await promote(here, "1.1.0")).toMatchObject({ status: "opened" });
    expect(here.git("rev-parse", `${other}^`)).toBe(here.world.main());
  });

  it("is a conflict when the branch moves between look and push, and is tried again", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await promote(here);
    await here.register("fraud", "1.1.0");
    here.proxy.before = (): void => {
      here.proxy.before = undefined;
      commitFiles(here.world.repository, { branch: BRANCH, files: { "notes.txt": "mine" } });
    };
    await expect(promote(here)).rejects.toMatchObject({ code: "FOREIGN_COMMITS" });
    expect(here.git("show", `${BRANCH}:notes.txt`)).toBe("mine");
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
  });

  it("come to one proposal when several promote the same at once", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    const outcomes = await Promise.all(Array.from({ length: 3 }, () => promote(here)));
    expect(outcomes.map(({ status }) => status)).toContain("opened");
    expect(pullsOf(here)).toMatchObject([{ state: "open" }]);
    expect(writesIn(await here.during(() => promote(here)))).toEqual([]);
  });
});

describe("what takes a clone", () => {
  it("is said plainly", async () => {
    const here = await start();
    await here.register("fraud", "1.0.0");
    await expect(validateWorkTree(await here.open(), "none")).rejects.toMatchObject({ code: "USAGE" });
    const { checks } = await diagnose(await here.open());
    const bad = checks.filter(({ status }) => status === "fail");
    expect(bad.map(({ name, message }) => [name, /takes a clone/.test(message)])).toEqual([
      ["history", true],
    ]);
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

describe("a registry in a folder of its repository", () => {
  it("is named as GitHub's own pages name it", async () => {
    const here = await start();
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
