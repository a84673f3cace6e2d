import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { recordAudit } from "../../../src/workflows/audit/record.ts";
import { verifyAudit } from "../../../src/workflows/audit/verify.ts";
import { readHistory } from "../../../src/workflows/history.ts";
import { aModel, textOf } from "../../builders/manifests.ts";
import { newRegistry, type Workspace } from "../../builders/workspace.ts";
import { openPlumbing, replaceIn } from "./plumbing.ts";

let workspace: Workspace;
beforeEach(async () => {
  workspace = await newRegistry();
  workspace.write("models/fraud/model.yaml", textOf(aModel("fraud")));
  workspace.git("add", "models");
});
afterEach(() => workspace.dispose());

const author = (): string => workspace.git("log", "-1", "--format=%an", "modeltrail-audit").trim();

describe("a commit of the main branch", () => {
  it("that says it is UTF-16 is recorded, and stops nobody", async () => {
    workspace.git("-c", "i18n.commitEncoding=UTF-16", "commit", "--quiet", "-m", "harmless");
    expect(await recordAudit(await workspace.open())).toMatchObject({
      status: "recorded",
      anchor: "written",
    });
    expect(author()).toBe("Ada");
    expect(await verifyAudit(await workspace.open())).toMatchObject({ findings: [], pending: 0 });
    await expect(readHistory(await workspace.open(), { model: "fraud" })).resolves.toBeDefined();
  });

  it.each([
    ["has no author", "author Ada <ada@example.com>", "x-author Ada <ada@example.com>", "unknown"],
    [
      "has an author in another encoding",
      "author Ada",
      Buffer.from("author O\u0092Brien \u00e9", "latin1"),
      "O\\u0092Brien \u00e9",
    ],
  ])("that %s is recorded", async (_, from, to, expected) => {
    workspace.git("commit", "--quiet", "-m", "odd");
    const git = openPlumbing(workspace.folder);
    const changed = replaceIn(git.read("commit", "HEAD"), from, to);
    git.point("main", git.write("commit", replaceIn(changed, "\n\n", "\nencoding ISO-8859-1\n\n")));
    await recordAudit(await workspace.open());
    expect(author()).toBe(expected);
    expect(await verifyAudit(await workspace.open())).toMatchObject({ findings: [], pending: 0 });
  });

  it.each([
    ["\u202eA", "[\\u202e]A"],
    [". \u0001 A,", "[\\u0001] A"],
    ["<>.,", "unknown"],
    ["A\u200b", "A\\u200b"],
  ])("whose author is %j is recorded with whole escapes", async (name, expected) => {
    workspace.git("commit", "--quiet", "-m", "odd");
    const git = openPlumbing(workspace.folder);
    const changed = replaceIn(git.read("commit", "HEAD"), "author Ada", `author ${name}`);
    git.point("main", git.write("commit", changed));
    await recordAudit(await workspace.open());
    expect(author()).toBe(expected);
    expect(await verifyAudit(await workspace.open())).toMatchObject({ findings: [], pending: 0 });
  });
});
