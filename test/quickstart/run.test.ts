import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../builders/cli.ts";
import { runGit, TEST_ENV } from "../builders/workspace.ts";

const SCRIPT = fileURLToPath(new URL("../../scripts/quickstart/run.mjs", import.meta.url));

/** A machine where Git knows nobody. */
const NOBODY = { PATH: TEST_ENV.PATH, HOME: TEST_ENV.HOME, GIT_CONFIG_NOSYSTEM: "1" };

interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function quickstart(cwd: string, ...args: readonly string[]): Run {
  return spawnSync(process.execPath, [SCRIPT, ...args], { cwd, env: NOBODY, encoding: "utf8" });
}

describe("npm run quickstart", () => {
  let parent = "";
  let folder = "";
  let run: Run = { status: null, stdout: "", stderr: "" };

  beforeAll(() => {
    parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail quickstart ")));
    // As in a clone of somebody's: the new folder is a repository of its own all the same.
    runGit(parent, "init", "--quiet");
    folder = join(parent, "my registry");
    run = quickstart(parent, "my registry");
  }, 120_000);
  afterAll(() => rmSync(parent, { recursive: true, force: true }));

  async function answer(...args: readonly string[]): Promise<unknown> {
    const { code, stdout } = await runCli(folder, ...args, "-o", "json");
    expect(code).toBe(0);
    return JSON.parse(stdout);
  }

  it("tells its story to the end, and shows the promotion that is refused and why", () => {
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toContain("ORDER_NOT_MET");
    expect(run.stdout).toContain("Denied by order");
    expect(run.stdout).toContain("probability of fraud: 0.");
    expect(run.stdout).not.toContain("\u001b");
    expect(run.stdout.split("\n").length).toBeLessThan(190);
  });

  it("leaves the second version at both stages, and the third yanked", async () => {
    expect(await answer("list")).toMatchObject({
      models: [
        { model: "delivery-times", stages: {}, versions: 1 },
        {
          model: "fraud-detector",
          stages: { staging: "1.1.0", production: "1.1.0" },
          latest: "1.1.0",
          versions: 3,
        },
      ],
    });
    expect(await answer("resolve", "fraud-detector@production")).toMatchObject({
      version: "1.1.0",
      format: "safetensors",
    });
    expect(await answer("show", "fraud-detector@1.2.0")).toMatchObject({
      versions: [{ version: "1.2.0", yanked: true }, { version: "1.1.0" }, { version: "1.0.0" }],
      selected: {
        metrics: [{ name: "auc", dataset: "payments-holdout" }, { name: "recall" }],
        lineage: { datasets: [{ name: "payments-and-disputes", uri: "demo/payments-and-disputes.csv" }] },
      },
    });
    expect(await answer("proposals")).toMatchObject({ proposals: [] });
  });

  it("leaves a history that tells it all", async () => {
    const { events } = (await answer("history", "fraud-detector")) as {
      readonly events: readonly Readonly<
        Record<"kind" | "author" | "at" | "to", string> & { readonly stage?: string }
      >[];
    };
    expect(events.map(({ kind, stage = "" }) => `${kind} ${stage}`.trim())).toEqual([
      "rollback staging",
      "yank",
      "rollback production",
      "promote production",
      "promote staging",
      "register",
      "promote production",
      "promote staging",
      "register",
      "register",
    ]);
    expect(new Set(events.map(({ author }) => author))).toEqual(new Set(["Ada"]));
    const live = events.find(
      ({ kind, stage, to }) => kind === "promote" && stage === "production" && to === "1.2.0",
    );
    expect(
      await answer("history", "fraud-detector", "--stage", "production", "--at", live?.at ?? ""),
    ).toMatchObject({
      stages: [{ version: "1.2.0" }],
    });
  });

  it("leaves a repository in which Git finds nothing wrong", () => {
    expect(runGit(folder, "fsck", "--strict", "--no-dangling")).toBe("");
    expect(runGit(folder, "status", "--porcelain")).toBe("");
    expect(runGit(folder, "branch", "--format=%(refname:short)").split("\n")).toEqual([
      "main",
      "modeltrail-audit",
      "",
    ]);
  });

  it("leaves what production serves, byte for byte what was trained", () => {
    for (const file of ["model.safetensors", "config.json"]) {
      expect(readFileSync(join(folder, "demo/serving", file))).toEqual(
        readFileSync(join(folder, "demo/fraud-detector-2", file)),
      );
    }
  });

  it("ends with commands that work as they are printed", () => {
    const lines = run.stdout.slice(run.stdout.indexOf("Try next\n")).trim().split("\n").slice(1);
    const [enter = "", alias = "", ...next] = lines.map((line) =>
      line.replace(/^ {2}(.*?)( {2,}.*)?$/, "$1"),
    );
    expect(enter).toBe('cd "my registry"');
    const codes = next.map((line) => {
      const { status } = spawnSync("sh", ["-c", [enter, alias, line].join("\n")], {
        cwd: parent,
        env: TEST_ENV,
      });
      return `${line.split(" ")[1]} ${status}`;
    });
    expect(codes).toEqual(["show 0", "history 0", "promote 1", "promote 0", "audit 0", "verify 0"]);
  });

  it("makes its own folder anew only when told to", async () => {
    expect(quickstart(parent, "my registry")).toMatchObject({ status: 1, stdout: "" });
    expect(existsSync(join(folder, "modeltrail.yaml"))).toBe(true);
    const { makeFolder } = await import(new URL("../../scripts/quickstart/folder.mjs", import.meta.url).href);
    makeFolder(folder, { again: true });
    expect(existsSync(join(folder, "modeltrail.yaml"))).toBe(false);
    expect(existsSync(join(folder, "demo/train.mjs"))).toBe(true);
  });

  it("never touches a folder that is not its own, nor a file", () => {
    const other = join(parent, "other");
    mkdirSync(join(other, "demo"), { recursive: true });
    writeFileSync(join(other, "demo/.gitignore"), "*\n");
    for (const target of ["other", "other/demo/.gitignore"]) {
      expect(quickstart(parent, target, "--again")).toMatchObject({ status: 1, stdout: "" });
    }
    expect(readFileSync(join(other, "demo/.gitignore"), "utf8")).toBe("*\n");
    expect(quickstart(parent, "a", "b")).toMatchObject({ status: 1, stdout: "" });
  });
});
