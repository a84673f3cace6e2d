import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { guideOf } from "../../src/cli/guide.ts";
import { buildProgram } from "../../src/cli/program.ts";
import { CATALOGUE } from "../../src/diagnostics/catalogue.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const read = (name: string): string => readFileSync(`${ROOT}docs/${name}`, "utf8");

describe("docs/cli.md", () => {
  it("has every command with its options, examples and exit codes", async () => {
    const program = await buildProgram("all", {
      execute: async () => undefined,
      version: () => "",
      stdout: { write: () => undefined },
      color: false,
    });
    const text = read("cli.md");
    const leavesOf = (command: Command): readonly Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
    const nameOf = (command: Command): string =>
      command.parent === null || command.parent === program
        ? command.name()
        : `${nameOf(command.parent)} ${command.name()}`;
    for (const command of program.commands.flatMap(leavesOf).filter((each) => each.name() !== "help")) {
      const name = nameOf(command);
      const section = text.split(`\n## ${name}\n`)[1]?.split("\n## ")[0] ?? "";
      expect(section, name).not.toBe("");
      expect(existsSync(`${ROOT}schemas/output/${name.replaceAll(" ", "-")}.schema.json`)).toBe(true);
      const guide = guideOf(command);
      expect(guide?.examples.length, name).toBeGreaterThan(0);
      for (const [example] of guide?.examples ?? []) expect(section).toContain(example);
      for (const [code, meaning] of guide?.exits ?? []) expect(section).toContain(`| ${code} | ${meaning}`);
      for (const option of command.options) expect(text).toContain(option.flags);
    }
  });
});

describe("docs/findings.md", () => {
  it.each(Object.entries(CATALOGUE))("has a section for %s", (code, { gate, title, why, remedy }) => {
    const section = read("findings.md").split(`\n## ${code}\n`)[1]?.split("\n## ")[0] ?? "";
    for (const part of [`${title}.`, `| ${gate} |`, why, remedy]) expect(section).toContain(part);
  });
});

describe.skipIf(!existsSync(`${ROOT}dist/cli/program.js`))("both (needs a build)", () => {
  it("are what the script writes", () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/generate-docs.mjs", "--check"], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
