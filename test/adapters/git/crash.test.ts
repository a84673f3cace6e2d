import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { compileAdapter } from "./compiled.ts";
import { commitFiles, fsck, git, initFixture, WHO } from "./git-fixture.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] === "1";
const LOOP = fileURLToPath(new URL("commit-loop.mjs", import.meta.url));
let module = "";

let compiled = "";

beforeAll(() => {
  ({ module, folder: compiled } = compileAdapter());
});

afterAll(() => rmSync(compiled, { recursive: true, force: true }));

interface Writer {
  readonly done: Promise<{
    readonly commits: readonly string[];
    readonly code: number | null;
    readonly said: string;
  }>;
  kill(): void;
}

function startWriter(args: readonly string[]): Writer {
  const child = spawn(process.execPath, [LOOP, module, ...args], { env: { ...process.env, ...WHO } });
  let [out, said] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const done = new Promise<Awaited<Writer["done"]>>((resolve) => {
    child.on("close", (code) =>
      resolve({ commits: out.split("\n").filter((line) => line.length === 40), code, said }),
    );
  });
  return { done, kill: () => child.kill("SIGKILL") };
}

function newRegistry(): string {
  const folder = initFixture();
  commitFiles(folder, "first", { "shared.txt": "0\n", "writers/none": "" });
  return folder;
}

for (const engine of ["native", "isomorphic"] as const) {
  describe(`the ${engine} engine`, () => {
    for (const way of ["refs", "advance"] as const) {
      it(`loses no commit when two processes write at once (${way})`, { timeout: 240_000 }, async () => {
        const folder = newRegistry();
        const count = LONG ? "200" : "20";
        const writers = ["ada", "grace"].map((name) => startWriter([folder, engine, name, count, way]));
        const results = await Promise.all(writers.map((writer) => writer.done));
        expect(results.map(({ code, said }) => [code, code === 0 ? "" : said])).toEqual([
          [0, ""],
          [0, ""],
        ]);
        const landed = results.flatMap((result) => result.commits);
        const history = git(folder, "rev-list", "--first-parent", "main").split("\n");
        expect(history.slice(0, -1).sort()).toEqual(landed.sort());
        expect(landed.length).toBeGreaterThanOrEqual(Number(count));
        expect(fsck(folder)).toBe("");
        if (way === "advance") expect(git(folder, "status", "--porcelain")).toBe("");
      });
    }

    it("is whole after a kill at any moment, and recovers", { timeout: 600_000 }, async () => {
      const folder = newRegistry();
      const rounds = LONG ? 150 : 15;
      let known: string[] = [];
      for (let round = 0; round < rounds; round++) {
        const writer = startWriter([folder, engine, `w${round}`, "1000", "advance"]);
        const before = git(folder, "rev-parse", "main");
        const started = Date.now();
        while (git(folder, "rev-parse", "main") === before && Date.now() - started < 20_000) await sleep(5);
        await sleep(Math.random() * 120);
        writer.kill();
        const { commits, said } = await writer.done;
        expect(said).toBe("");
        expect(fsck(folder)).toBe("");
        const repository = await openRepository(folder, { engine });
        await repository.worktree.recover();
        await repository.close();
        const history = git(folder, "rev-list", "--first-parent", "main").split("\n");
        known = [...known, ...commits];
        expect(history).toEqual(expect.arrayContaining(known));
        expect(git(folder, "status", "--porcelain")).toBe("");
        expect(existsSync(join(folder, ".git/modeltrail/advance.json"))).toBe(false);
      }
      // What a killed process held is taken over by the next that wants it.
      commitFiles(folder, "by hand", { "by-hand.txt": "1" });
      const left = readdirSync(join(folder, ".git/refs/heads"));
      expect(left.filter((name) => name !== "main" && name !== "main.lock")).toEqual([]);
      expect(readFileSync(join(folder, ".git/HEAD"), "utf8")).toBe("ref: refs/heads/main\n");
    });
  });
}
