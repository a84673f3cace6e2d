import { afterEach, beforeEach, expect, it } from "vitest";
import { findCrossings } from "../../src/workflows/judge/crossings.ts";
import { mergeLines } from "../../src/workflows/judge/merged-text.ts";
import { newWorkspace, type Workspace } from "../builders/workspace.ts";

const MODEL = "models/fraud/model.yaml";
const VERSION = "models/fraud/versions/1.0.0.yaml";
const STAGE = "models/fraud/stages/staging/stage.yaml";

let workspace: Workspace;
beforeEach(() => {
  workspace = newWorkspace();
  commit({ "modeltrail.yaml": "policy\n", [MODEL]: lines({}), [VERSION]: lines({}), "src/a.ts": lines({}) });
});
afterEach(() => workspace.dispose());

/** A text of twenty lines, some of them changed. */
function lines(changed: Readonly<Record<number, string>>): string {
  return Array.from({ length: 20 }, (_, at) => `${at}: ${changed[at] ?? "as before"}\n`).join("");
}

function commit(files: Readonly<Record<string, string | null>>): void {
  for (const [path, text] of Object.entries(files)) {
    if (text === null) workspace.git("rm", "--quiet", path);
    else workspace.write(path, text);
  }
  workspace.git("add", ".");
  workspace.git("commit", "--quiet", "-m", "c");
}

function on(branch: string, from?: string): void {
  workspace.git(
    "switch",
    "--quiet",
    ...(from === undefined ? [] : ["--create"]),
    branch,
    ...(from === undefined ? [] : [from]),
  );
}

async function cross(head = "change"): Promise<readonly string[]> {
  const [base = "", tip = ""] = workspace.git("rev-parse", "main", head).trim().split("\n");
  const builtOn = workspace.git("merge-base", base, tip).trim();
  const crossings = await findCrossings(await workspace.open(), { base, builtOn, head: tip });
  return crossings.map((one) => ("file" in one ? `${one.why}: ${one.file}` : one.why));
}

it("a policy that both sides edited in other lines is settled by Update branch", async () => {
  on("change", "main");
  commit({ [MODEL]: lines({ 2: "own" }) });
  on("main");
  commit({ [MODEL]: lines({ 17: "other" }) });
  expect(await cross()).toEqual([`changed on both: ${MODEL}`]);
  on("change");
  workspace.git("merge", "--quiet", "--no-edit", "main");
  expect(await cross()).toEqual([]);
  on("main");
  commit({ "src/a.ts": lines({ 1: "more" }) });
  expect(await cross()).toEqual([]);
  on("change");
  commit({ [MODEL]: lines({ 2: "own", 9: "at second thought", 17: "other" }) });
  expect(await cross()).toEqual([`not by its commits: ${MODEL}`]);
});

it("and is not where the merge itself slips something in", async () => {
  on("change", "main");
  commit({ [MODEL]: lines({ 2: "own" }) });
  on("main");
  commit({ [MODEL]: lines({ 17: "other" }) });
  on("change");
  workspace.git("merge", "--quiet", "--no-commit", "main");
  commit({ [MODEL]: lines({ 2: "own", 5: "slipped in", 17: "other" }) });
  expect(await cross()).toEqual([`not by its commits: ${MODEL}`]);
});

it("a review's remark on a policy may be answered by a second commit", async () => {
  on("change", "main");
  commit({ [MODEL]: lines({ 2: "own" }) });
  commit({ [MODEL]: lines({ 3: "better" }) });
  expect(await cross()).toEqual([]);
  on("main");
  commit({ "src/a.ts": lines({ 1: "more" }) });
  expect(await cross()).toEqual([]);
});

it("a version that is there already is not edited on the way, a new one may be", async () => {
  on("change", "main");
  commit({ "models/fraud/versions/1.1.0.yaml": lines({ 1: "wrong" }) });
  commit({ "models/fraud/versions/1.1.0.yaml": lines({ 1: "right" }) });
  expect(await cross()).toEqual([]);
  commit({ [VERSION]: lines({ 1: "other bytes" }) });
  commit({ [VERSION]: lines({}) });
  expect(await cross()).toEqual([`on the way: ${VERSION}`]);
});

it("code that crossed with main says nothing about the registry", async () => {
  on("develop", "main");
  commit({ "src/b.ts": "b\n" });
  on("main");
  commit({ "src/c.ts": "c\n" });
  const [main = "", develop = ""] = workspace.git("rev-parse", "main", "develop").trim().split("\n");
  workspace.git("merge", "--quiet", "--no-ff", "--no-edit", develop);
  on("develop");
  workspace.git("merge", "--quiet", "--no-ff", "--no-edit", main);
  commit({ "src/b.ts": "b, later\n" });
  on("main");
  commit({ [STAGE]: lines({}) });
  expect(workspace.git("merge-base", "--all", "main", "develop").trim().split("\n")).toHaveLength(2);
  expect(await cross("develop")).toEqual([]);
  on("develop");
  commit({ [MODEL]: lines({ 2: "own" }) });
  expect(await cross("develop")).toEqual(["several bases"]);
});

it("one commit that is a merge is no plain commit", async () => {
  commit({ "docs/a.yaml": lines({}) });
  on("change", "main");
  on("main");
  commit({ "docs/a.yaml": null, [STAGE]: lines({}) });
  on("change");
  commit({ "docs/a.yaml": lines({ 1: "2.0.0" }) });
  const tree = workspace.git("rev-parse", "change^{tree}").trim();
  const made = workspace.git("commit-tree", tree, "-p", "change~1", "-p", "change~2", "-m", "m").trim();
  workspace.git("update-ref", "refs/heads/knot", made);
  expect(await cross()).toEqual(["removed there: docs/a.yaml"]);
  expect(await cross("knot")).toEqual(["removed there: docs/a.yaml"]);
});

it.each([
  [lines({ 2: "a" }), lines({ 17: "b" }), lines({ 2: "a", 17: "b" })],
  [lines({ 17: "a" }), `new\n${lines({})}`, `new\n${lines({ 17: "a" })}`],
  [lines({ 2: "a" }), lines({ 2: "b" }), undefined],
  [lines({ 2: "a" }), lines({ 3: "b" }), undefined],
  [lines({ 2: "a" }), lines({ 4: "b" }), lines({ 2: "a", 4: "b" })],
])("lines of two sides are put together only where they do not touch", (ours, theirs, merged) => {
  expect(mergeLines(lines({}), ours, theirs)).toBe(merged);
  expect(mergeLines(lines({}), theirs, ours)).toBe(merged);
});
