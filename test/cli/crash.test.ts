import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { killGroup, runCli, startCli } from "../builders/cli.ts";
import { newRegistry, type Workspace } from "../builders/workspace.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const ROUNDS = LONG ? 60 : 3;
const SEED = Number(process.env["MODELTRAIL_TEST_SEED"] ?? "1");

const open: Workspace[] = [];
afterEach(async () => {
  for (const workspace of open.splice(0)) await workspace.dispose();
});

/** A small generator of numbers, so that a failing run can be made again. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Runs a command, killing it at a random moment again and again, until it gets through; returns how often it was killed. */
async function throughKills(
  workspace: Workspace,
  random: () => number,
  ...args: readonly string[]
): Promise<number> {
  for (let kills = 0; ; kills += 1) {
    const patience = 60 + random() * (300 + kills * 150);
    const run = startCli(workspace.folder, ...args);
    const winner = await Promise.race([run.done, sleep(patience)]);
    if (winner === undefined) killGroup(run);
    const { code, stdout, stderr } = await run.done;
    isWhole(workspace);
    if (winner !== undefined && code !== null) {
      expect(code, `${args.join(" ")} after ${kills} kills: ${stdout}${stderr}`).toBe(0);
      return kills;
    }
    expect(kills, `${args.join(" ")} never gets through`).toBeLessThan(40);
  }
}

/** No half object, no half ref, no manifest without bytes, whatever moment a command was killed at. */
function isWhole(workspace: Workspace): void {
  expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
  for (const branch of workspace.git("for-each-ref", "--format=%(objectname)", "refs/heads").split("\n")) {
    if (branch === "") continue;
    const files = workspace.git("ls-tree", "-r", "--name-only", branch, "models/").split("\n");
    for (const file of files.filter((path) => path.includes("/versions/"))) {
      const manifest = workspace.git("show", `${branch}:${file}`);
      const uri = /uri: "file:(.*)"/.exec(manifest)?.[1] ?? "";
      expect(
        existsSync(join(workspace.folder, uri, "weights.bin")),
        `${file} names bytes that are not there`,
      ).toBe(true);
    }
  }
}

describe("killed at any moment", () => {
  it(`every command leaves the state before or after, and running it again finishes the job (${ROUNDS} rounds)`, async () => {
    const random = randomFrom(SEED);
    const workspace = await newRegistry();
    open.push(workspace);
    const model = join(workspace.write("../model/weights.bin", Buffer.alloc(300_000, 7)), "..");
    const target = join(workspace.folder, "../pulled");
    let kills = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const version = `1.${round}.0`;
      workspace.write("../model/weights.bin", Buffer.alloc(300_000 + round, round % 250));
      const run = async (...args: readonly string[]): Promise<void> => {
        kills += await throughKills(workspace, random, ...args);
      };
      await run("register", "fraud", model, "--version", version, "--no-code");
      await run("promote", `fraud@${version}`, "--to", "staging");
      await run("merge", `promote/staging/fraud/${version}`);
      const resolved = await runCli(workspace.folder, "resolve", "fraud@staging", "--field", "version");
      expect(resolved).toMatchObject({ code: 0, stdout: `${version}\n` });
      await run("pull", "fraud@staging", target, "--force");
      expect(readFileSync(join(target, "weights.bin")).length).toBe(300_000 + round);
      expect(workspace.git("status", "--porcelain")).toBe("");
      rmSync(target, { recursive: true });
    }
    const leftOver = readdirSync(join(workspace.folder, ".git"), {
      recursive: true,
      encoding: "utf8",
    }).filter((name) => name.endsWith(".lock"));
    expect(leftOver.length).toBeLessThanOrEqual(1);
    expect((await runCli(workspace.folder, "verify", "-o", "json")).code).toBe(0);
    expect(kills).toBeGreaterThan(0);
    if (LONG) process.stderr.write(`killed ${kills} commands\n`);
  }, 3_600_000);
});

describe("two processes at once", () => {
  it("lose nothing: each commit lands, or is refused with CONFLICT", async () => {
    const workspace = await newRegistry();
    open.push(workspace);
    const rounds = LONG ? 30 : 4;
    const landed: string[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const runs = ["left", "right"].map(async (side) => {
        workspace.write(`../${side}/weights.bin`, `${side} ${round}`);
        const result = await runCli(
          workspace.folder,
          "register",
          side,
          join(workspace.folder, "..", side),
          "--version",
          `1.${round}.0`,
          "--no-code",
          "-o",
          "json",
        );
        if (result.code === 0) landed.push(`${side} 1.${round}.0`);
        else expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining("CONFLICT") });
      });
      await Promise.all(runs);
    }
    const subjects = workspace
      .git("log", "--format=%s", "main")
      .split("\n")
      .filter((line) => line.startsWith("register: "));
    expect(subjects.map((line) => line.slice("register: ".length)).toSorted()).toEqual(landed.toSorted());
    expect(landed.length).toBeGreaterThanOrEqual(rounds);
    expect(workspace.git("fsck", "--strict", "--no-dangling")).toBe("");
    expect(workspace.git("status", "--porcelain")).toBe("");
  }, 600_000);
});
