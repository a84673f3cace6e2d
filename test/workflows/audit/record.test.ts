import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, it } from "vitest";
import { isModeltrailError } from "../../../src/diagnostics/errors.ts";
import { judgeChange } from "../../../src/workflows/judge/judge.ts";
import { readLog } from "../../../src/workflows/audit/log.ts";
import { recordAudit, type RecordOptions } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { writeMainHistory } from "../../builders/main-history.ts";
import { aModel, aRegistry, aStage, aVersion, textOf } from "../../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../../builders/workspace.ts";
import { countChanges } from "./recorders.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const ALONE: RecordOptions = { anchor: false };
const made: Workspace[] = [];
afterEach(async () => {
  for (const workspace of made.splice(0)) await workspace.dispose();
});

function fresh(): Workspace {
  const workspace = newWorkspace();
  made.push(workspace);
  return workspace;
}

function withHistory(commits: number, seed: number, prefix = ""): Workspace {
  const workspace = fresh();
  writeMainHistory(workspace.folder, { commits, seed, prefix });
  workspace.git("reset", "--quiet", "--hard");
  return workspace;
}

const STAGES = [{ name: "staging" }, { name: "production", after: ["staging"] }];

function commit(
  workspace: Workspace,
  message: string,
  files: Readonly<Record<string, string | null>>,
): string {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) workspace.git("rm", "--quiet", "-r", path);
    else workspace.write(path, text);
  }
  workspace.git("add", "-A");
  workspace.git("commit", "--quiet", "--allow-empty", "-m", message);
  return workspace.git("rev-parse", "HEAD").trim();
}

async function record(workspace: Workspace, options: RecordOptions = ALONE) {
  return recordAudit(await workspace.open(), options);
}

async function summaries(workspace: Workspace): Promise<readonly string[]> {
  const { entries } = await record(workspace);
  return entries.map(({ summary, result }) => `${summary}${result === "pass" ? "" : " !"}`);
}

describe("entries", () => {
  it.each(Array.from({ length: LONG ? 12 : 1 }, (_, index) => index + 20))(
    "say what the judge says of each commit (seed %i)",
    { timeout: 300_000 },
    async (seed) => {
      const workspace = withHistory(LONG ? 150 : 50, seed);
      const context = await workspace.open();
      await recordAudit(context, ALONE);
      const { entries } = await readLog(context);
      const seen = new Set<string>();
      for (const { entry } of entries) {
        if (seen.has(entry.source)) continue;
        seen.add(entry.source);
        const { parents } = await context.repository.objects.readCommit(entry.source);
        const [base] = parents;
        if (base === undefined) continue;
        const { verdict } = await judgeChange(context, {
          base,
          head: entry.source,
          builtOn: base,
          artifacts: "none",
        }).catch((error: unknown) => {
          // Between the removal of a registry and its return nothing can be judged.
          if (isModeltrailError(error) && error.code === "NOT_A_REGISTRY") return { verdict: undefined };
          throw error;
        });
        const told = Object.fromEntries((verdict?.gates ?? []).map(({ gate, status }) => [gate, status]));
        expect(entry.verdict.gates, entry.source).toEqual(
          verdict === undefined
            ? expect.objectContaining({ immutability: "fail" })
            : Object.fromEntries(
                Object.entries(told).filter(([gate]) => !["artifact", "approvals", "stale"].includes(gate)),
              ),
        );
        expect(entry.of).toBe(verdict?.transitions.length ?? entry.of);
        if (verdict !== undefined) expect(verdict.transitions[entry.index - 1]?.kind).toBe(entry.kind);
      }
      expect(seen.size).toBeGreaterThan(20);
    },
  );

  it("hold to their schema, and are canonical JSON that sha256sum can follow", async () => {
    const workspace = withHistory(40, 5);
    await record(workspace);
    const schema = JSON.parse(readFileSync("schemas/audit-entry.schema.json", "utf8")) as object;
    const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    const files = workspace.git("ls-tree", "-r", "--name-only", "modeltrail-audit").trim().split("\n");
    let prev = "0".repeat(64);
    for (const file of files) {
      const text = workspace.git("show", `modeltrail-audit:${file}`);
      const entry = JSON.parse(text) as { prev: string };
      expect(validate(entry), `${file}: ${JSON.stringify(validate.errors)}`).toBe(true);
      expect(entry.prev).toBe(prev);
      prev = (await import("node:crypto")).createHash("sha256").update(text).digest("hex");
    }
    expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it("are the same whether they are recorded at once, or commit by commit by either engine", async () => {
    const workspace = withHistory(36, 9);
    const whole = await record(workspace);
    const main = workspace.git("rev-list", "--first-parent", "--reverse", "main").trim().split("\n");
    workspace.git("checkout", "--quiet", "--detach");
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    for (const [index, oid] of main.entries()) {
      if (index % 3 === 1) continue;
      workspace.git("branch", "--quiet", "--force", "main", oid);
      const env = index % 2 === 0 ? {} : { PATH: "/nowhere" };
      await recordAudit(await workspace.open(undefined, env), ALONE);
    }
    workspace.git("branch", "--quiet", "--force", "main", main.at(-1) ?? "");
    expect((await record(workspace)).commit).toBe(whole.commit);
  });

  it("are the same when the histories of many models have to be read in the middle", async () => {
    const workspace = fresh();
    writeMainHistory(workspace.folder, { commits: 70, seed: 41, models: 20 });
    workspace.git("checkout", "--quiet", "--detach", "main");
    const whole = await record(workspace);
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    for (const revision of ["main~35", "main@{1}"]) {
      workspace.git("branch", "--quiet", "--force", "main", revision);
      await record(workspace);
    }
    expect(workspace.git("rev-parse", "modeltrail-audit").trim()).toBe(whole.commit);
  });

  it("of a registry in a sub-folder stay on a branch of its name", async () => {
    const workspace = withHistory(30, 13, "ml/registry/");
    const context = await workspace.open("ml/registry");
    const { branch, entries } = await recordAudit(context, ALONE);
    expect(branch).toBe("modeltrail-audit-acme-models");
    const told = await countChanges(workspace.folder, "main", "ml/registry/");
    expect(entries.map(({ source }) => source)).toEqual(
      told.flatMap(([oid, count]) => Array.from({ length: count }, () => oid)),
    );
    const { entries: log } = await readLog(context);
    expect(
      log.flatMap(({ entry }) => entry.file ?? []).every((file) => file.startsWith("ml/registry/")),
    ).toBe(true);
    expect((await verifyAudit(context, { anchor: false })).findings).toEqual([]);
  });
});

describe("what is recorded", () => {
  it("is every kind of transition, in order, also around the gates", async () => {
    const workspace = fresh();
    const [one, two] = [aVersion("fraud", "1.0.0"), aVersion("fraud", "1.1.0")];
    const stage = "models/fraud/stages/staging/stage.yaml";
    commit(workspace, "code", { "models/weights.py": "x\n", "src/a.py": "y\n" });
    commit(workspace, "init", { "modeltrail.yaml": textOf(aRegistry(STAGES)) });
    commit(workspace, "both", {
      "models/fraud/model.yaml": textOf(aModel("fraud")),
      "models/fraud/versions/1.1.0.yaml": textOf(two),
      "models/fraud/versions/1.0.0.yaml": textOf(one),
    });
    commit(workspace, "there", { [stage]: textOf(aStage("staging", one)) });
    commit(workspace, "on", { [stage]: textOf(aStage("staging", two)) });
    commit(workspace, "back", { [stage]: textOf(aStage("staging", one)) });
    commit(workspace, "skips staging", {
      "models/fraud/stages/production/stage.yaml": textOf(aStage("production", two)),
    });
    commit(workspace, "unregistered", { "models/fraud/versions/1.0.0.yaml": null });
    commit(workspace, "broken", { [stage]: "@ada fixes #1 [skip ci]\u202e\n" });
    commit(workspace, "gone", { [stage]: null });
    commit(workspace, "nothing", { "src/a.py": "z\n" });
    commit(workspace, "no registry", { "modeltrail.yaml": null });
    commit(workspace, "meanwhile", { "models/fraud/README.md": "hello\n" });
    expect(await summaries(workspace)).toEqual([
      "config: modeltrail.yaml",
      "register: fraud 1.0.0",
      "register: fraud 1.1.0",
      "edit: models/fraud/model.yaml",
      "staging: fraud (empty) -> 1.0.0",
      "staging: fraud 1.0.0 -> 1.1.0",
      "staging: fraud 1.1.0 -> 1.0.0",
      "production: fraud (empty) -> 1.1.0",
      "edit: models/fraud/versions/1.0.0.yaml !",
      "staging: fraud 1.0.0 -> (broken) !",
      "staging: fraud (broken) -> (empty)",
      "config: modeltrail.yaml !",
      "edit: models/fraud/README.md !",
    ]);
    const { entries } = await readLog(await workspace.open());
    expect(entries.toReversed().map(({ entry }) => entry.kind)).toEqual(
      "config register register edit promote promote rollback promote edit edit retire config edit".split(
        " ",
      ),
    );
  });

  it("tells an auditor with git alone what happened, when, by whom and why", async () => {
    const workspace = fresh();
    commit(workspace, "init", { "modeltrail.yaml": textOf(aRegistry(STAGES)) });
    const source = commit(workspace, "by hand", { "models/fraud/versions/oops.txt": "x\n" });
    await record(workspace);
    const told = workspace.git("log", "-1", "--format=%an <%ae>%n%at %ct %cn%n%B", "modeltrail-audit");
    const when = workspace.git("log", "-1", "--format=%ct", source).trim();
    const lines = told.split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "Ada <ada@example.com>",
      `${when} ${when} modeltrail`,
      "edit: models/fraud/versions/oops.txt",
    ]);
    expect(told).toMatch(/\nNot verified under the policy of [0-9a-f]{12}\.\nUnverified: consistency: /);
    const trailers = workspace.git("log", "-1", "--format=%(trailers:only)", "modeltrail-audit");
    expect(trailers).toContain(`Source-Commit: ${source}\nVerdict: unverified\nAudit-Sequence: 2\n`);
  });

  it("stays inert, whatever names and people are called", async () => {
    const workspace = fresh();
    commit(workspace, "init", { "modeltrail.yaml": textOf(aRegistry(STAGES)) });
    workspace.git("config", "user.name", "x");
    const hostile = "@ada fixes #1 [skip ci] \u202e\u001b[31m::error::.svg";
    workspace.write(`models/fraud/${hostile}`, "x\n");
    workspace.git("add", "-A");
    workspace.git(
      "-c",
      "core.commentChar=;",
      "commit",
      "--quiet",
      "-m",
      "x",
      "--author",
      "E\u202evil \u001b[2J <a@b>",
    );
    await record(workspace);
    const told = workspace.git("log", "-1", "--format=%an%n%B", "modeltrail-audit");
    expect(told).not.toMatch(/[\u202e\u001b]|\[skip ci\]|@ada|#1/);
    expect(told).toContain("\\u202e");
    expect(workspace.git("show", "modeltrail-audit:entries/000000/000000002.json")).not.toMatch(
      /[\u202e\u001b]/,
    );
  });

  it("does not grow with what one commit gets wrong", async () => {
    const workspace = fresh();
    commit(workspace, "init", { "modeltrail.yaml": textOf(aRegistry(STAGES)) });
    const bad = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `models/fraud/versions/${index}-${"x".repeat(180)}.txt`,
        "x\n",
      ]),
    );
    commit(workspace, "many", { ...bad, "models/fraud/model.yaml": "a: 1\n".repeat(20_000) });
    const { entries } = await record(workspace);
    expect(entries).toHaveLength(62);
    const { entries: log } = await readLog(await workspace.open(), { limit: 1 });
    expect(log[0]?.entry.verdict.findings).toHaveLength(20);
    expect(log[0]?.entry.verdict.more).toBeGreaterThanOrEqual(41);
    expect(JSON.stringify(log[0]).length).toBeLessThan(32_000);
  });
});

describe("a recorder", () => {
  it("does nothing twice, and says beforehand what it would do", async () => {
    const workspace = withHistory(12, 17);
    const planned = await record(workspace, { ...ALONE, dryRun: true });
    expect(planned).toMatchObject({ status: "dry-run" });
    expect(() => workspace.git("rev-parse", "--verify", "--quiet", "modeltrail-audit")).toThrow(/rev-parse/);
    const done = await record(workspace);
    expect(done.entries.map(({ commit: _, ...row }) => row)).toEqual(planned.entries);
    expect(await record(workspace)).toMatchObject({ status: "unchanged", commit: done.commit, entries: [] });
  });

  it("stops where the main branch was rewritten", async () => {
    const workspace = withHistory(12, 17);
    const { main, commit: tip } = await record(workspace);
    workspace.git("reset", "--quiet", "--hard", "HEAD~2");
    commit(workspace, "another", { "models/fraud/README.md": "x\n" });
    const failure = await record(workspace).catch((error: unknown) => error);
    const now = workspace.git("rev-parse", "main").trim();
    const way = `git push --force-with-lease=main:${now} origin ${main}:refs/heads/main`;
    expect(failure).toMatchObject({
      code: "HISTORY_REWRITTEN",
      hint: expect.stringContaining(way) as string,
    });
    expect(String(failure)).toContain(main);
    expect(workspace.git("rev-parse", "modeltrail-audit").trim()).toBe(tip);
    // The old commits are there again, but not on the first-parent line.
    workspace.git("merge", "--quiet", "-s", "ours", "--no-edit", main);
    await expect(record(workspace)).rejects.toMatchObject({ code: "HISTORY_REWRITTEN" });
  });

  it("goes by the newest policy that can be read, on the branch that it names", async () => {
    const workspace = fresh();
    const named = aRegistry(STAGES, { audit: { branch: "trail/of-acme" } });
    commit(workspace, "init", { "modeltrail.yaml": textOf(named) });
    commit(workspace, "broken", { "modeltrail.yaml": "nothing: [\n" });
    commit(workspace, "on", { "models/fraud/README.md": "x\n" });
    const { branch, entries } = await record(workspace);
    expect(branch).toBe("trail/of-acme");
    expect(entries.map(({ result }) => result)).toEqual(["pass", "unverified", "unverified"]);
  });

  it("never signs, so that everybody's bytes are the same", async () => {
    const workspace = withHistory(14, 17);
    const honest = await record(workspace);
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    workspace.git("config", "commit.gpgSign", "true");
    workspace.git("config", "gpg.program", "false");
    expect((await record(workspace)).commit).toBe(honest.commit);
  });

  it("leaves a branch alone that is checked out", async () => {
    const workspace = withHistory(5, 17);
    await record(workspace);
    commit(workspace, "more", { "models/fraud/README.md": "x\n" });
    workspace.git("switch", "--quiet", "modeltrail-audit");
    await expect(record(workspace)).rejects.toMatchObject({ code: "DIRTY_WORKTREE" });
    workspace.git("switch", "--quiet", "main");
    workspace.git("worktree", "add", "--quiet", "../elsewhere", "modeltrail-audit");
    await expect(record(workspace)).rejects.toMatchObject({ code: "DIRTY_WORKTREE" });
    workspace.git("worktree", "remove", "../elsewhere");
    expect(await record(workspace)).toMatchObject({ status: "recorded" });
  });
});
