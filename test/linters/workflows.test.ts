import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { collectWorkflows, documentedWorkflows, ROOT, stepsOf, writtenWorkflows } from "./collect.ts";

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const samples = collectWorkflows();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "modeltrail-lint-"));
  for (const [index, { text }] of samples.entries()) {
    const file = fileOf(index);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each in a repository of its own, since linters look at where a file lies. */
function fileOf(index: number): string {
  return join(folder, String(index), ".github/workflows/sample.yml");
}

/** What a linter says of all of them in one run, with the names of where they come from. */
function lint(program: string, ...args: readonly string[]): string {
  const run = spawnSync(program, [...args, ...samples.map((_, index) => fileOf(index))], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], NO_COLOR: "1", HOME: folder },
  });
  if (run.error !== undefined) throw run.error;
  if (run.status === 0) return "";
  const said = `${run.stdout}${run.stderr}`;
  return `exit ${run.status}\n${said.replaceAll(/\S*?\/(\d+)\/\.github\/workflows\/sample\.yml/g, (_, index: string) => samples[Number(index)]?.from ?? "")}`;
}

describe("every workflow that we run, write or show", () => {
  it("is there to be looked at", () => {
    const from = samples.map((sample) => sample.from).join("\n");
    expect(from).toContain(".github/workflows/ci.yml");
    expect(from).toContain("modeltrail-verdict.yml");
    expect(from).toContain("README.md");
  });

  it("names actions by their commits, and says of which version they are", () => {
    for (const { from, text } of samples) {
      for (const { uses } of stepsOf(text)) {
        if (uses === undefined || uses.startsWith("./")) continue;
        expect(uses, from).toMatch(/@[0-9a-f]{40}$/);
        expect(text, from).toMatch(new RegExp(`uses: ${uses} # v\\d`));
      }
    }
  });

  it.each(["modeltrail-verdict", "modeltrail-audit"])("shows %s as it is written", (name) => {
    const [shown, ...others] = documentedWorkflows().filter(({ text }) => text.startsWith(`name: ${name}\n`));
    const written = writtenWorkflows().find(({ from }) => from === `init --github (a folder): ${name}.yml`);
    expect(others).toEqual([]);
    expect(parse(shown?.text ?? "")).toEqual(parse(written?.text ?? ""));
  });

  it("gives our actions inputs that they have", () => {
    for (const { from, text } of samples) {
      for (const { uses, with: inputs = {} } of stepsOf(text)) {
        const name = /\/(action\/[a-z]+)@/.exec(uses ?? "")?.[1];
        if (name === undefined) continue;
        const file = join(ROOT, name, "action.yml");
        expect(existsSync(file), `${from}: ${file}`).toBe(true);
        const action = parse(readFileSync(file, "utf8")) as { readonly inputs?: object };
        const known = Object.keys(action.inputs ?? {});
        expect(known, from).toEqual(expect.arrayContaining(Object.keys(inputs)));
      }
    }
  });

  describe.skipIf(!has("actionlint"))("with actionlint (not run where it is missing)", () => {
    it("has nothing to complain about", () => {
      expect(lint("actionlint", "-no-color", "-shellcheck=", "-pyflakes=")).toBe("");
    });
  });

  describe.skipIf(!has("zizmor"))("with zizmor (not run where it is missing)", () => {
    it("has nothing to complain about", () => {
      const actions = readdirSync(join(ROOT, "action"))
        .map((name) => join(ROOT, "action", name, "action.yml"))
        .filter((file) => existsSync(file));
      expect(actions.length).toBeGreaterThan(3);
      const flags = ["--offline", "--no-progress", "--quiet", "--color=never"];
      expect(lint("zizmor", ...flags, ...actions)).toBe("");
    });
  });
});
