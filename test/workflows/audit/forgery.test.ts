import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OpenedContext } from "../../../src/composition/opened-context.ts";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit, type AuditVerification } from "../../../src/workflows/audit/verify.ts";
import { writeMainHistory } from "../../builders/main-history.ts";
import { codes } from "../../builders/manifests.ts";
import { newWorkspace, runGit, type Workspace } from "../../builders/workspace.ts";
import { entryOf, readForgeries, rechain, rewrite, writeForgeries, type Forgery } from "./forger.ts";

let workspace: Workspace;
let context: OpenedContext;
let honest: readonly Forgery[];

beforeAll(async () => {
  workspace = newWorkspace();
  writeMainHistory(workspace.folder, { commits: 30, seed: 11 });
  workspace.git("reset", "--quiet", "--hard");
  context = await workspace.open();
  await recordAudit(context, { anchor: false });
  workspace.git("branch", "honest", "modeltrail-audit");
  honest = await readForgeries(context);
});
afterAll(() => workspace.dispose());

async function verify(): Promise<AuditVerification> {
  return verifyAudit(context, { anchor: false });
}

async function verifyForged(list: readonly Forgery[]): Promise<AuditVerification> {
  await writeForgeries(context, list);
  return verify();
}

/** An entry somewhere in the middle that has neighbours of other commits. */
const AT = 12;

function at(index: number): Forgery {
  const one = honest[index];
  if (one === undefined) throw new Error("the history is too short");
  return one;
}

describe("audit verify", () => {
  it("finds nothing where nothing was changed", async () => {
    const verification = await verifyForged(honest);
    expect(verification.findings).toEqual([]);
    expect(verification).toMatchObject({ entries: honest.length, verified: honest.length, pending: 0 });
    expect(verification.commit).toBe(workspace.git("rev-parse", "honest").trim());
  });

  it("names an entry that was edited, and its fields", async () => {
    const list = honest.map((one, index) =>
      index === AT ? rewrite(one, { to: "9.9.9", policy: "0".repeat(64) }) : one,
    );
    const { findings, verified } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_CHAIN_BROKEN", "AUDIT_ENTRY_EDITED"]);
    expect(findings.find(({ code }) => code === "AUDIT_ENTRY_EDITED")).toMatchObject({
      file: at(AT).path,
      message: expect.stringContaining("policy, to are not") as string,
    });
    expect(verified).toBe(honest.length - 1);
  });

  it("names it also when the chain was made to fit", async () => {
    const unverified = honest.findIndex((one) => entryOf(one).verdict.result === "unverified");
    const verdict = { result: "pass", gates: { schema: "pass" }, findings: [], more: 0 } as const;
    const list = rechain(
      honest.map((one, index) => (index === unverified ? rewrite(one, { verdict }) : one)),
    );
    const { findings } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_EDITED"]);
    expect(findings[0]).toMatchObject({ file: at(unverified).path });
  });

  it("names an entry that was dropped", async () => {
    const list = rechain(honest.filter((_, index) => index !== AT));
    const { findings, pending } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_DROPPED"]);
    expect(findings[0]?.message).toContain(entryOf(at(AT)).source.slice(0, 12));
    expect(pending).toBe(0);
  });

  it("takes the newest that are gone for not recorded yet", async () => {
    const { findings, pending } = await verifyForged(honest.slice(0, -3));
    expect(findings).toEqual([]);
    expect(pending).toBe(3);
  });

  it("names an entry that was dropped without mending the chain", async () => {
    const { findings } = await verifyForged(honest.filter((_, index) => index !== AT));
    expect(codes(findings)).toEqual(["AUDIT_CHAIN_BROKEN", "AUDIT_ENTRY_DROPPED"]);
  });

  it("names an entry for which nothing happened", async () => {
    const fiction = rewrite(at(AT), { source: "f".repeat(40) });
    const list = rechain([...honest.slice(0, AT), fiction, ...honest.slice(AT)]);
    const { findings, verified } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_FORGED"]);
    expect(verified).toBe(honest.length);
  });

  it("names an entry more of a commit than it has transitions", async () => {
    const fiction = rewrite(at(AT), { index: 7, of: 7 });
    const { findings } = await verifyForged(rechain([...honest.slice(0, AT), fiction, ...honest.slice(AT)]));
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_FORGED"]);
  });

  it("names the entry that is not in its place, not those around it", async () => {
    const rest = honest.filter((_, index) => index !== AT);
    const list = rechain([...rest.slice(0, AT + 6), at(AT), ...rest.slice(AT + 6)]);
    const { findings } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_REORDERED"]);
    expect(findings[0]?.file).toBe(list[AT + 6]?.path);
  });

  it("names an entry that is there twice", async () => {
    const list = rechain([...honest.slice(0, AT + 1), ...honest.slice(AT)]);
    const { findings } = await verifyForged(list);
    expect(codes(findings)).toEqual(["AUDIT_ENTRY_DUPLICATED"]);
    expect(findings[0]?.message).toContain(at(AT).path);
  });

  it.each([
    ["no JSON", "{"],
    ["no entry", '{"a":1}\n'],
    ["other bytes that say the same", ""],
    ["too long", " ".repeat(70_000)],
  ])("names a file that is %s", async (_, text) => {
    const broken = { ...at(AT), text: text === "" ? ` ${at(AT).text}` : text };
    const { findings } = await verifyForged(honest.map((one, index) => (index === AT ? broken : one)));
    expect(codes(findings)).toContain("AUDIT_ENTRY_BROKEN");
    expect(codes(findings)).toContain("AUDIT_CHAIN_BROKEN");
    expect(codes(findings).includes("AUDIT_ENTRY_DROPPED")).toBe(text !== "");
  });

  it.each([
    ["message", { message: "production: all is well\n" }],
    ["author", { author: { name: "Mallory", email: "m@example.com", seconds: 1, timezone: "+0000" } }],
    [
      "committer",
      { committer: { name: "modeltrail", email: "modeltrail@localhost", seconds: 1, timezone: "+0000" } },
    ],
  ])("names a commit with another %s", async (part, change) => {
    const { findings } = await verifyForged(
      honest.map((one, index) => (index === AT ? { ...one, ...change } : one)),
    );
    expect(codes(findings)).toEqual(["AUDIT_COMMIT_DIFFERS"]);
    expect(findings[0]?.message).toContain(`the ${part} `);
  });

  it("names rules that there are not, and says which verdicts it left", async () => {
    const newer = rechain(honest.map((one, index) => (index < AT ? rewrite(one, { rules: 99 }) : one)));
    const { findings, otherRules, verified } = await verifyForged(newer);
    expect(codes(findings)).toEqual(["AUDIT_OTHER_RULES", "AUDIT_RULES_IMPLAUSIBLE"]);
    expect({ otherRules, verified }).toEqual({ otherRules: AT, verified: honest.length - AT });
    await verifyForged(
      rechain(honest.map((one, index) => (index === honest.length - 1 ? rewrite(one, { rules: 2 }) : one))),
    );
    await expect(recordAudit(context, { anchor: false })).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
  });
});

describe("audit verify, of what plain git did", () => {
  let tree: string;
  const git = (...args: readonly string[]): string => runGit(tree, ...args);

  beforeAll(async () => {
    await writeForgeries(context, honest);
    tree = mkdtempSync(join(tmpdir(), "modeltrail-forge-"));
    rmSync(tree, { recursive: true });
    workspace.git("worktree", "add", "--quiet", tree, "modeltrail-audit");
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  async function after(...commands: readonly (readonly string[])[]): Promise<readonly string[]> {
    git("reset", "--quiet", "--hard", "honest");
    for (const command of commands) git(...command);
    return codes((await verify()).findings);
  }

  it("names a removed entry, and an edited one", async () => {
    expect(await after(["rm", "--quiet", at(AT).path], ["commit", "--quiet", "-m", "x"])).toEqual([
      "AUDIT_FOREIGN_CHANGE",
    ]);
    expect(
      await after(
        ["config", "core.editor", "true"],
        ["mv", "-f", at(3).path, at(AT).path],
        ["commit", "--quiet", "-m", "x"],
      ),
    ).toEqual(["AUDIT_FOREIGN_CHANGE", "AUDIT_FOREIGN_CHANGE"]);
  });

  it("names an empty commit, a merge, and a file that has no business there", async () => {
    expect(await after(["commit", "--quiet", "--allow-empty", "-m", "x"])).toEqual(["AUDIT_FOREIGN_CHANGE"]);
    const merge = ["merge", "--quiet", "--allow-unrelated-histories", "--no-edit", "main"];
    expect(new Set(await after(merge))).toEqual(new Set(["AUDIT_FOREIGN_CHANGE"]));
    expect(
      await after(["checkout", "--quiet", "main", "--", "modeltrail.yaml"], ["commit", "--quiet", "-m", "x"]),
    ).toEqual(["AUDIT_FOREIGN_CHANGE"]);
  });

  it("names an amended commit", async () => {
    expect(await after(["commit", "--quiet", "--amend", "-m", "production: trust me"])).toEqual([
      "AUDIT_COMMIT_DIFFERS",
    ]);
  });

  it("lets no recorder write on top of it", async () => {
    workspace.git("checkout", "--quiet", "main");
    await after(["rm", "--quiet", at(AT).path], ["commit", "--quiet", "-m", "x"]);
    workspace.git("commit", "--quiet", "--allow-empty", "-m", "more");
    await expect(recordAudit(context, { anchor: false })).rejects.toMatchObject({ code: "AUDIT_DAMAGED" });
  });
});
