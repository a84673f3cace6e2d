import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EntryVerdict } from "../../src/audit/entry.ts";
import { CATALOGUE, type FindingCode } from "../../src/diagnostics/catalogue.ts";
import { RULES_VERSION } from "../../src/policy/rules-version.ts";
import { MainJudge } from "../../src/workflows/audit/judge-main.ts";
import type { Context } from "../../src/workflows/context.ts";
import { textOf } from "../builders/manifests.ts";
import { newWorkspace, TEST_ENV, type Workspace } from "../builders/workspace.ts";
import { BASE, CASES, type Content, type Edits } from "./verdict-corpus.ts";

/**
 * What an entry says of a verdict is in its bytes, and so in the chain: whoever words a finding anew makes `audit verify`
 * fault every entry that holds the old words, though nobody changed it.
 */
const GOLDEN = `test/audit/golden/verdicts-of-rules-${RULES_VERSION}.jsonl`;
const WHY = `verdicts are not those of ${GOLDEN}, which recorded histories hold. Raise RULES_VERSION (src/policy/rules-version.ts), and keep the old rules' texts or let verify leave older ones; then MODELTRAIL_WRITE_GOLDEN=1 writes the file of the new rules. Only before a first release may the file of the same rules be written anew`;

/** Findings of the gates that are no part of an entry, and of verify itself. */
const NOT_IN_ENTRIES = new Set(["artifact", "approvals", "stale", "audit"]);

let workspace: Workspace;
let context: Context;
const verdicts = new Map<string, EntryVerdict | "nothing">();

beforeAll(async () => {
  workspace = newWorkspace();
  execFileSync("git", ["fast-import", "--quiet"], {
    cwd: workspace.folder,
    env: TEST_ENV,
    input: Buffer.concat(renderStream()),
  });
  context = await workspace.open();
  const tips = new Map(
    workspace
      .git("for-each-ref", "--format=%(refname:short) %(objectname)")
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
  for (const [index, { name }] of CASES.entries())
    verdicts.set(name, await judgeTip(tips.get(`case-${index}`) ?? ""));
}, 120_000);
afterAll(() => workspace.dispose());

async function judgeTip(commit: string): Promise<EntryVerdict | "nothing"> {
  const parent = (await context.repository.objects.readCommit(commit)).parents[0];
  for await (const { drafts } of new MainJudge(context, { fromStart: false }).judge([
    { commit, parent, models: [] },
  ]))
    return drafts[0]?.verdict ?? "nothing";
  return "nothing";
}

/** All cases as branches of their own, for `git fast-import`: it writes modes and paths that no work tree can hold. */
function renderStream(): readonly Buffer[] {
  const parts = [...renderCommit("main", undefined, BASE)];
  for (const [index, { before, edits }] of CASES.entries()) {
    const name = `case-${index}`;
    parts.push(...renderCommit(name, "refs/heads/main", before ?? {}));
    parts.push(...renderCommit(name, undefined, edits));
  }
  return parts;
}

function renderCommit(branch: string, from: string | undefined, edits: Edits): readonly Buffer[] {
  const who = "Ada <ada@example.com> 1763633700 +0000";
  return [
    Buffer.from(`commit refs/heads/${branch}\nauthor ${who}\ncommitter ${who}\ndata 2\nx\n`),
    ...(from === undefined ? [] : [Buffer.from(`from ${from}\n`)]),
    ...Object.entries(edits).flatMap(([path, content]) => renderEdit(path, content)),
    Buffer.from("\n"),
  ];
}

function renderEdit(path: string, content: Content): readonly Buffer[] {
  const quoted = `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
  if (content === null) return [Buffer.from(`D ${quoted}\n`)];
  if (typeof content === "object" && "mode" in content) {
    const { mode, to } = content;
    if (mode === "160000") return [Buffer.from(`M ${mode} ${to} ${quoted}\n`)];
    return [Buffer.from(`M ${mode} inline ${quoted}\ndata ${Buffer.byteLength(to)}\n${to}\n`)];
  }
  const bytes = content instanceof Uint8Array ? Buffer.from(content) : Buffer.from(textOf(content));
  return [Buffer.from(`M 100644 inline ${quoted}\ndata ${bytes.length}\n`), bytes, Buffer.from("\n")];
}

/** A line a case, so that a difference can be read. */
function renderGolden(): string {
  return [...verdicts].map(([name, verdict]) => `${JSON.stringify({ name, verdict })}\n`).join("");
}

function readGolden(): ReadonlyMap<string, unknown> {
  const lines = existsSync(GOLDEN) ? readFileSync(GOLDEN, "utf8").trim().split("\n") : [];
  return new Map(
    lines.map((line) => {
      const { name, verdict } = JSON.parse(line) as { readonly name: string; readonly verdict: unknown };
      return [name, verdict];
    }),
  );
}

describe("the verdicts of entries", () => {
  it("hold every finding that can stand in one", () => {
    const held = new Set(
      [...verdicts.values()].flatMap((one) =>
        one === "nothing" ? [] : one.findings.map(({ code }) => code),
      ),
    );
    const wanted = (Object.keys(CATALOGUE) as FindingCode[]).filter(
      (code) => !NOT_IN_ENTRIES.has(CATALOGUE[code].gate),
    );
    expect(wanted.filter((code) => !held.has(code))).toEqual([]);
  });

  it("are, word for word, what recorded histories hold of these rules", () => {
    if (process.env["MODELTRAIL_WRITE_GOLDEN"] === "1") writeFileSync(GOLDEN, renderGolden());
    const known = readGolden();
    const differing = [...verdicts].filter(
      ([name, verdict]) => JSON.stringify(verdict) !== JSON.stringify(known.get(name)),
    );
    expect(
      differing.map(([name, verdict]) => ({ name, is: verdict, was: known.get(name) })),
      WHY,
    ).toEqual([]);
    expect([...known.keys()], WHY).toEqual([...verdicts.keys()]);
  });
});
