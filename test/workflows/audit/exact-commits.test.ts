import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OpenedContext } from "../../../src/composition/opened-context.ts";
import { entryPath, enrichmentPath, renderCanonical } from "../../../src/audit/entry.ts";
import type { Enrichment } from "../../../src/audit/enrichment.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { writeMainHistory } from "../../builders/main-history.ts";
import { codes } from "../../builders/manifests.ts";
import { newWorkspace, type Workspace } from "../../builders/workspace.ts";
import { openPlumbing, replaceIn, withTree, type Plumbing } from "./plumbing.ts";

const BRANCH = "modeltrail-audit";
const KNOWN: Enrichment = { recordedAt: "2026-11-20T10:16:00Z", run: { id: "7", url: "https://ci.example" } };

let workspace: Workspace;
let context: OpenedContext;
let git: Plumbing;
/** The last entry's commit, that of its enrichment on top of it, and their bytes. */
let entry: string;
let enriched: string;
let entryBytes: Buffer;
let enrichedBytes: Buffer;
let last: number;

beforeAll(async () => {
  workspace = newWorkspace();
  writeMainHistory(workspace.folder, { commits: 14, seed: 5 });
  workspace.git("reset", "--quiet", "--hard");
  context = await workspace.open();
  const { entries } = await recordAudit(context, { anchor: false });
  last = entries.length;
  entry = workspace.git("rev-parse", BRANCH).trim();
  await recordAudit(context, { anchor: false, enrich: () => Promise.resolve(KNOWN) });
  enriched = workspace.git("rev-parse", BRANCH).trim();
  git = openPlumbing(workspace.folder);
  entryBytes = git.read("commit", entry);
  enrichedBytes = git.read("commit", enriched);
});
beforeEach(() => git.point(BRANCH, enriched));
afterAll(() => workspace.dispose());

async function found(): Promise<readonly string[]> {
  return (await verifyAudit(await workspace.open(), { anchor: false })).findings.map(
    ({ code, message }) => `${code} ${message.replace(/^commit [0-9a-f]{12} of the audit branch: /, "")}`,
  );
}

const DIFFERS = "AUDIT_COMMIT_DIFFERS its bytes are not those that a recorder writes";

const HEADERS: readonly (readonly [string, (bytes: Buffer) => Buffer])[] = [
  ["an encoding", (bytes) => replaceIn(bytes, "\n\n", "\nencoding UTF-16\n\n")],
  ["a header more", (bytes) => replaceIn(bytes, "\n\n", "\nnote approved\n\n")],
  ["a signature", (bytes) => replaceIn(bytes, "\n\n", "\ngpgsig -----BEGIN\n forged\n -----END\n\n")],
  ["a second author", (bytes) => replaceIn(bytes, "\ncommitter", "\nauthor Grace <g@x> 9 +0000\ncommitter")],
  ["a second date", (bytes) => replaceIn(bytes, " +0000\ncommitter", " +0000 <> 99 +0000\ncommitter")],
  ["words behind a date", (bytes) => replaceIn(bytes, " +0000\ncommitter", " +0000 junk\ncommitter")],
];

describe("audit verify", () => {
  it("makes every commit again, those of enrichment too", async () => {
    expect(await found()).toEqual([]);
  });

  it.each(HEADERS)("names an entry's commit with %s", async (_, change) => {
    git.point(BRANCH, git.write("commit", change(entryBytes)));
    expect(await found()).toEqual([DIFFERS]);
  });

  it.each(HEADERS)("names an enrichment's commit with %s", async (_, change) => {
    git.point(BRANCH, git.write("commit", change(enrichedBytes)));
    expect(await found()).toEqual([DIFFERS]);
  });

  it("names a message with a byte order mark, with a line more, and without its end", async () => {
    const marked = Buffer.concat([Buffer.from("\nencoding UTF-8\n\n"), Buffer.from([0xef, 0xbb, 0xbf])]);
    const all = [
      replaceIn(entryBytes, "\n\n", marked),
      Buffer.concat([entryBytes, Buffer.from("\n")]),
      entryBytes.subarray(0, -1),
    ];
    for (const bytes of all) {
      git.point(BRANCH, git.write("commit", bytes));
      expect(await found()).toEqual([expect.stringMatching(/^AUDIT_COMMIT_DIFFERS the message is /)]);
    }
  });

  it("names an entry that is executable, and an empty folder beside it", async () => {
    const path = entryPath(last).split("/").at(-1) ?? "";
    const files = git
      .list(`${entry}:entries/000000`)
      .map((line) => (line.endsWith(path) ? line.replace("100644", "100755") : line));
    const executable = git.tree([`040000 tree ${git.tree(files)}\t000000`]);
    const folders = [...git.list(`${entry}:entries`), `040000 tree ${git.tree([])}\t000001`];
    for (const entries of [executable, git.tree(folders)]) {
      const top = git.tree([`040000 tree ${entries}\tentries`]);
      git.point(BRANCH, git.write("commit", withTree(entryBytes, top)));
      expect(await found()).toEqual([expect.stringMatching(/^AUDIT_COMMIT_DIFFERS the tree /)]);
      await expect(recordAudit(context, { anchor: false })).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
    }
  });

  it("names an enrichment's commit that tells of something else, by somebody else", async () => {
    const own = "author modeltrail <modeltrail@localhost>";
    const forged = replaceIn(enrichedBytes, own, "author Grace <grace@example.com>");
    git.point(
      BRANCH,
      git.write("commit", replaceIn(forged, "\n\nenrichment: ", "\n\nproduction: fraud 1.1.0 -> 6.6.6 ")),
    );
    expect(await found()).toEqual([
      expect.stringMatching(/^AUDIT_COMMIT_DIFFERS the message, the author are not /),
    ]);
  });

  it("names an enrichment that is not in its form", async () => {
    const path = enrichmentPath(last);
    const text = git.read("blob", `${enriched}:${path}`).toString("utf8");
    const blob = git.write("blob", Buffer.from(text.replace("{", '{"run":{"id":"1","url":"u"},')));
    const [folder = "", name = ""] = path.split("/").slice(1);
    const files = git.tree([`100644 blob ${blob}\t${name}`]);
    const top = git.tree([
      ...git.list(entry),
      `040000 tree ${git.tree([`040000 tree ${files}\t${folder}`])}\tenrichment`,
    ]);
    git.point(BRANCH, git.write("commit", withTree(enrichedBytes, top)));
    expect(await found()).toEqual(["AUDIT_FOREIGN_CHANGE it is no enrichment of that entry"]);
  });

  it.each([
    ["begins with a byte order mark", (bytes: Buffer) => Buffer.concat([Buffer.from("\ufeff"), bytes])],
    ["is no UTF-8", (bytes: Buffer) => replaceIn(bytes, '"source"', Buffer.from([0x22, 0xff, 0x22]))],
  ])("names an entry that %s, and nobody records on top", async (_, change) => {
    const path = entryPath(last);
    const blob = git.write("blob", change(git.read("blob", `${entry}:${path}`)));
    const files = git
      .list(`${entry}:entries/000000`)
      .map((line) =>
        path.endsWith(line.split("\t")[1] ?? "-") ? `100644 blob ${blob}\t${path.slice(15)}` : line,
      );
    const top = git.tree([`040000 tree ${git.tree([`040000 tree ${git.tree(files)}\t000000`])}\tentries`]);
    git.point(BRANCH, git.write("commit", withTree(entryBytes, top)));
    expect(codes((await verifyAudit(context, { anchor: false })).findings)).toEqual(["AUDIT_ENTRY_BROKEN"]);
    await expect(recordAudit(context, { anchor: false })).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
  });

  it("goes on behind a commit that differs", async () => {
    const parent = replaceIn(entryBytes, "\n\n", "\nnote x\n\n");
    const forged = git.write("commit", parent);
    git.point(BRANCH, git.write("commit", replaceIn(enrichedBytes, entry, forged)));
    expect(await found()).toEqual([DIFFERS]);
  });

  it("does not stumble over an entry that no commit can be made of", async () => {
    const path = entryPath(last);
    const said = JSON.parse(git.read("blob", `${entry}:${path}`).toString("utf8")) as object;
    const blob = git.write("blob", Buffer.from(renderCanonical({ ...said, model: "a\0b" })));
    const files = git
      .list(`${entry}:entries/000000`)
      .map((line) => (line.includes(path.slice(15)) ? `100644 blob ${blob}\t${path.slice(15)}` : line));
    const top = git.tree([`040000 tree ${git.tree([`040000 tree ${git.tree(files)}\t000000`])}\tentries`]);
    git.point(BRANCH, git.write("commit", withTree(entryBytes, top)));
    expect(codes((await verifyAudit(context, { anchor: false })).findings)).toEqual([
      "AUDIT_COMMIT_DIFFERS",
      "AUDIT_ENTRY_EDITED",
    ]);
  });
});
