import { execFileSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderAuditCsv } from "../../src/report/text/audit-csv.ts";
import { renderAuditMarkdown } from "../../src/report/markdown/audit.ts";
import type { LogRow } from "../../src/workflows/audit/log.ts";
import { sha256 } from "../builders/manifests.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";
import { expectDocument, expectMessages } from "./output-schemas.ts";
import { fillRegistry, newShell, succeed, type Shell } from "./world.ts";

let workspace: Workspace;
let shell: Shell;

beforeAll(async () => {
  workspace = newWorkspace();
  shell = newShell(workspace.folder);
  await fillRegistry(workspace, shell);
});
afterAll(() => workspace.dispose());

describe("modeltrail audit", () => {
  it("has what merges recorded, and records the rest", async () => {
    const before = expectDocument("audit-log", await succeed(shell, "audit", "log", "-o", "json")) as {
      entries: readonly { entry: { kind: string } }[];
    };
    expect(before.entries.map(({ entry }) => entry.kind).filter((kind) => kind === "promote")).toHaveLength(
      3,
    );
    workspace.write("models/fraud-detector/README.md", "# Fraud\n");
    workspace.git("add", "models");
    workspace.git("commit", "--quiet", "-m", "card");
    const pending = await shell.run("audit", "verify", "-o", "json");
    expect(expectDocument("audit-verify", pending.stdout)).toMatchObject({ pending: 1, findings: [] });
    expect(expectMessages(pending.stderr)).toEqual([
      { hint: expect.stringContaining("1 transition is") as string },
    ]);
    expect(pending.code).toBe(0);
    const planned = expectDocument(
      "audit-record",
      await succeed(shell, "audit", "record", "--dry-run", "-o", "json"),
    );
    expect(planned).toMatchObject({ status: "dry-run", entries: [{ kind: "edit" }] });
    const done = expectDocument("audit-record", await succeed(shell, "audit", "record", "-o", "json"));
    expect(done).toMatchObject({ status: "recorded", anchor: "written" });
    expect(
      expectDocument("audit-verify", await succeed(shell, "audit", "verify", "-o", "json")),
    ).toMatchObject({
      pending: 0,
      findings: [],
    });
  });

  it("shows a part of it", async () => {
    const rows = async (...argv: readonly string[]): Promise<number> => {
      const log = expectDocument("audit-log", await succeed(shell, "audit", "log", "-o", "json", ...argv));
      return (log as { entries: readonly unknown[] }).entries.length;
    };
    expect(await rows("--stage", "production")).toBe(1);
    expect(await rows("--limit", "2")).toBe(2);
    expect(await rows("--model", "fraud-detector", "--since", "2099-01-01")).toBe(0);
    for (const nobody of [
      ["--model", "none"],
      ["--stage", "none", "--since", "2099-01-01"],
      ["--model", "none", "--limit", "1"],
    ]) {
      const { code, stderr } = await shell.run("audit", "log", "-o", "json", ...nobody);
      expect(code).toBe(1);
      expect(expectMessages(stderr)).toMatchObject([{ error: { code: "NOT_FOUND" } }]);
    }
    expect((await shell.run("audit", "log", "--limit", "no")).code).toBe(2);
    expect(await succeed(shell, "audit", "log", "--stage", "production")).toMatch(
      /promote +fraud-detector +production/,
    );
  });

  it("writes it out, oldest first", async () => {
    const csv = await succeed(shell, "audit", "export", "--format", "csv");
    const lines = csv.split("\r\n");
    expect(lines[0]).toMatch(/^seq,committedAt,kind,/);
    expect(lines[1]).toMatch(/^1,.*,config,,,,,modeltrail\.yaml,,pass,Ada,/);
    expect(lines.at(-1)).toBe("");
    const jsonl = await succeed(shell, "audit", "export", "--format", "jsonl");
    const parsed = jsonl
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { entry: { seq: number } });
    expect(parsed.map(({ entry }) => entry.seq)).toEqual(parsed.map((_, index) => index + 1));
    expect(await succeed(shell, "audit", "export", "--format", "markdown")).toContain(
      "| `fraud-detector` | `production` |",
    );
    expectDocument("audit-export", await succeed(shell, "audit", "export", "--format", "csv", "-o", "json"));
    expect((await shell.run("audit", "export")).code).toBe(2);
  });

  it("answers no where nothing is recorded, or something was changed", async () => {
    const empty = newWorkspace();
    const other = newShell(empty.folder);
    await succeed(other, "init", "--name", "acme");
    const { code, stderr } = await other.run("audit", "log", "-o", "json");
    expect(code).toBe(1);
    expect(expectMessages(stderr)).toMatchObject([{ error: { code: "NOT_FOUND" } }]);
    await succeed(other, "audit", "record");
    empty.git("switch", "--quiet", "modeltrail-audit");
    empty.git("commit", "--quiet", "--allow-empty", "-m", "x");
    empty.git("switch", "--quiet", "main");
    const verified = await other.run("audit", "verify", "-o", "json");
    expect(verified.code).toBe(1);
    expect(expectDocument("audit-verify", verified.stdout)).toMatchObject({ findings: [{ gate: "audit" }] });
    expect((await other.run("audit", "verify")).stdout).toContain("AUDIT_FOREIGN_CHANGE");
    await empty.dispose();
  });
});

describe("modeltrail audit verify", () => {
  it("says how many anchors were compared, and cannot tell where they could not be", async () => {
    const own = newWorkspace();
    const other = newShell(own.folder);
    await succeed(other, "init", "--name", "acme");
    await succeed(other, "audit", "record");
    expect(await succeed(other, "audit", "verify")).toMatch(
      /no entry was changed\n.*1 anchor compared: all agree.*enrichment.*not proved/,
    );
    const address = `file:${join(own.folder, ".modeltrail/artifacts/")}`;
    const named = await succeed(
      other,
      "audit",
      "verify",
      "-o",
      "json",
      "--anchors",
      address,
      "--anchors",
      "file:none/",
    );
    expect(expectDocument("audit-verify", named)).toMatchObject({
      anchors: 2,
      stores: [{ uri: address, anchors: 1 }, { uri: "file:none/", anchors: 0 }, { anchors: 1 }],
    });
    rmSync(join(own.folder, ".modeltrail"), { recursive: true, force: true });
    writeFileSync(join(own.folder, ".modeltrail"), "a file");
    const { code, stdout, stderr } = await other.run("audit", "verify", "-o", "json");
    expect([code, stdout]).toEqual([2, ""]);
    expect(expectMessages(stderr)).toMatchObject([
      { warning: expect.any(String) as string },
      { error: { code: "STORAGE" } },
    ]);
    expect(await succeed(other, "audit", "verify", "--no-anchor")).toContain("No anchors were compared");
    expect((await other.run("audit", "verify", "--anchors", "nowhere")).code).toBe(2);
    expect((await other.run("audit", "verify", "--fetch")).code).toBe(2);
    await own.dispose();
  });
});

describe("an export", () => {
  const row: LogRow = {
    entry: {
      schema: "modeltrail.dev/audit/v1",
      seq: 1,
      source: "a".repeat(40),
      index: 1,
      of: 1,
      kind: "edit",
      model: '=HYPERLINK("http://evil")',
      file: '+1,2"3 | <b>@ada</b> [x](http://evil) \u202e::error::',
      policy: "0".repeat(64),
      rules: 1,
      verdict: { result: "pass", gates: {}, findings: [], more: 0 },
      committedAt: "2026-11-20T10:15:00Z",
      prev: "0".repeat(64),
    },
    commit: "b".repeat(40),
    author: "-cmd|' /C calc'!A0",
  };

  it("as CSV holds no formula, and quotes what has to be", () => {
    const [, line = ""] = renderAuditCsv([row]).split("\r\n");
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = ""]) =>
      cell.replace(/^"(.*)"$/, "$1").replaceAll('""', '"'),
    );
    expect(cells[3]).toBe('\'=HYPERLINK("http://evil")');
    expect(cells[7]).toBe("'+1,2\"3 | <b>@ada</b> [x](http://evil) \\u202e::error::");
    expect(cells[10]).toBe("'-cmd|' /C calc'!A0");
  });

  it("as Markdown holds no markup but the table's", () => {
    const html = micromark(renderAuditMarkdown([row]), { extensions: [gfm()], htmlExtensions: [gfmHtml()] });
    expect(html).not.toMatch(/<(a|b|img|script)\b/);
    expect(html.match(/<tr>/g)).toHaveLength(2);
    expect(html.match(/<td/g)).toHaveLength(10);
  });
});

describe("docs/audit.md", () => {
  const text = readFileSync("docs/audit.md", "utf8");
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
  const runIn = (folder: string, block: string): string =>
    execFileSync("bash", ["--norc", "-euo", "pipefail", "-c", block], {
      cwd: join(workspace.folder, folder),
      env: TEST_ENV,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const run = (block: string): string => runIn("", block);
  const find = (words: string): string => blocks.find((block) => block.includes(words)) ?? "";
  const listEntries = (at: string): readonly string[] =>
    workspace.git("ls-tree", "-r", "--name-only", at, "entries/").trim().split("\n");

  it.each(["", "models/fraud-detector/versions"])(
    "says commands of plain Git that prove what they say (in the folder %j)",
    (folder) => {
      expect(blocks).toHaveLength(5);
      const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
      const files = listEntries(tip);
      const last = workspace.git("show", `modeltrail-audit:${files.at(-1) ?? ""}`);
      const chained = `${files.length} entries, the last is ${sha256(last)}\n`;
      expect(runIn(folder, find("prev="))).toBe(chained);
      expect(runIn(folder, find("--name-status"))).toBe(`${files.length} commits\n`);
      expect(runIn(folder, find("comm -23"))).toMatch(/^ *\d+ commits are recorded\n$/);
      expect(runIn(folder, find("sha256sum\n"))).toContain((JSON.parse(last) as { policy: string }).policy);
      expect(run(find("git log modeltrail-audit"))).toContain("production: fraud-detector (empty) -> 1.0.0");

      // And that find what somebody changed.
      workspace.git("switch", "--quiet", "modeltrail-audit");
      const [first = "", second = ""] = files;
      workspace.write(first, readFileSync(`${workspace.folder}/${first}`, "utf8").replace("pass", "fine"));
      workspace.git("commit", "--quiet", "-am", "x");
      workspace.git("switch", "--quiet", "main");
      expect(runIn(folder, find("prev="))).toBe(`the chain breaks at ${second}\n${chained}`);
      expect(runIn(folder, find("--name-status"))).toBe(`M\t${first}\n${files.length + 1} commits\n`);
      workspace.git("branch", "--quiet", "--force", "modeltrail-audit", tip);
    },
  );

  it("says commands that fail where there is nothing to be read", () => {
    workspace.git("branch", "--quiet", "--move", "modeltrail-audit", "away");
    workspace.git("branch", "--quiet", "modeltrail-audit", "main");
    for (const words of ["prev=", "comm -23", "sha256sum\n"]) expect(() => run(find(words))).toThrow("READ");
    workspace.git("branch", "--quiet", "-D", "modeltrail-audit");
    for (const block of blocks) expect(() => run(block)).toThrow("Command failed");
    workspace.git("branch", "--quiet", "--move", "away", "modeltrail-audit");
  });

  it("says commands that a merge, a tag, a few newlines or a message do not get by", () => {
    const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
    const files = listEntries(tip);
    const digest = run(find("prev="));
    const last = files.at(-1) ?? "";
    workspace.git("switch", "--quiet", "modeltrail-audit");
    const entry = readFileSync(`${workspace.folder}/${last}`, "utf8");
    const source = (JSON.parse(entry) as { source: string }).source;
    workspace.write(last, `${entry.replace(source, "f".repeat(40))}\n\n`);
    const tree = workspace.git("add", last) + workspace.git("write-tree").trim();
    const merge = workspace.git("commit-tree", tree, "-p", tip, "-p", `${tip}~1`, "-m", "x").trim();
    workspace.git("reset", "--quiet", "--hard");
    workspace.git("switch", "--quiet", "main");
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", merge);
    workspace.git("tag", "modeltrail-audit", tip);
    expect(run(find("prev="))).not.toBe(digest);
    expect(run(find("--name-status"))).toBe(`M\t${last}\n${files.length + 1} commits\n`);
    expect(run(find("comm -23"))).toContain(`${"f".repeat(40)}\n`);
    workspace.git("tag", "--delete", "modeltrail-audit");
    workspace.git("branch", "--quiet", "--force", "modeltrail-audit", tip);
  });
});
