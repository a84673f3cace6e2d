import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../../src/audit/entry.ts";
import type { Enrichment } from "../../../src/audit/enrichment.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { aModel, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";
import { entryOf, readForgeries, rewrite, writeForgeries } from "./forger.ts";
import { openPlumbing, replaceIn } from "./plumbing.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
  describeModel("one");
  describeModel("two");
  await recordAudit(await workspace.open(), { anchor: false });
});
afterEach(() => workspace.dispose());

function describeModel(description: string): void {
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud", { description })));
  workspace.git("add", "models");
  workspace.git("commit", "--quiet", "-m", description);
}

const enrich = (): Promise<Enrichment> => Promise.resolve({ recordedAt: "2026-11-20T10:15:00Z" });

/** Neither recorded on, nor anchored, whether there is anything new or not. */
async function expectStopped(): Promise<void> {
  const tip = workspace.git("rev-parse", "modeltrail-audit");
  for (const more of [false, true]) {
    if (more) describeModel("three");
    await expect(recordAudit(await workspace.open())).rejects.toMatchObject({
      code: "AUDIT_DAMAGED",
      hint: expect.stringContaining("spec.audit.branch") as string,
    });
  }
  expect(workspace.git("rev-parse", "modeltrail-audit")).toBe(tip);
  expect(existsSync(join(workspace.folder, ".modeltrail/artifacts/.audit"))).toBe(false);
}

describe("a recorder stops at a last entry", () => {
  const changes: readonly [string, (entry: AuditEntry) => Partial<AuditEntry>][] = [
    ["that says another verdict", ({ verdict }) => ({ verdict: { ...verdict, result: "unverified" } })],
    ["of another model", () => ({ model: "other" })],
    ["with another policy", () => ({ policy: "f".repeat(64) })],
    ["of a transition that there is not", () => ({ index: 2, of: 2 })],
    ["judged by older rules, with another file", () => ({ file: "models/fraud/README.md" })],
  ];
  it.each(changes)("%s", async (_, change) => {
    const context = await workspace.open();
    const list = await readForgeries(context);
    const last = list.at(-1);
    if (last === undefined) throw new Error("nothing was recorded");
    await writeForgeries(context, [...list.slice(0, -1), rewrite(last, change(entryOf(last)))]);
    await expectStopped();
  });

  it("whose commit is another, as by a header or a word", async () => {
    const git = openPlumbing(workspace.folder);
    const commit = git.read("commit", "modeltrail-audit");
    const tip = workspace.git("rev-parse", "modeltrail-audit").trim();
    for (const [from, to] of [
      ["author Ada", "author Eve"],
      ["\n\nedit:", "\nx-note y\n\nedit:"],
      ["Verdict: pass", "Verdict: fine"],
    ] as const) {
      git.point("modeltrail-audit", git.write("commit", replaceIn(commit, from, to)));
      await expect(recordAudit(await workspace.open())).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
    }
    git.point("modeltrail-audit", tip);
    expect((await recordAudit(await workspace.open())).anchor).toBe("written");
  });
});

describe("a recorder stops at a commit on top", () => {
  it.each([
    ["without anything", (): void => undefined],
    ["with a file of its own", (): void => void workspace.write("README.md", "x")],
    [
      "that changes an entry below",
      (): void => {
        const path = "entries/000000/000000001.json";
        workspace.write(path, readFileSync(join(workspace.folder, path), "utf8").replace("pass", "fine"));
      },
    ],
    [
      "with enrichment that no recorder wrote",
      (): void =>
        void workspace.write(
          "enrichment/000000/000000003.json",
          '{"recordedAt":"2026-11-20T10:15:00Z","schema":"modeltrail.dev/audit-enrichment/v1","seq":3}\n',
        ),
    ],
  ])("%s", async (_, work) => {
    workspace.git("switch", "--quiet", "modeltrail-audit");
    work();
    workspace.git("add", "--all");
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "x");
    workspace.git("switch", "--quiet", "main");
    await expectStopped();
  });

  it("also behind enrichment, and not at that", async () => {
    await recordAudit(await workspace.open(), { anchor: false, enrich });
    expect((await recordAudit(await workspace.open(), { anchor: false })).status).toBe("unchanged");
    workspace.git("switch", "--quiet", "modeltrail-audit");
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "x");
    workspace.git("switch", "--quiet", "main");
    await expectStopped();
  });
});
