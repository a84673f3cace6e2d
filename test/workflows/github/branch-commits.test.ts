import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { validateChange } from "../../../src/workflows/validate.ts";
import { disposed } from "../../builders/disposed.ts";
import { type NoCloneTeam, openNoCloneTeam, promote, TOGETHER } from "../../builders/no-clone-team.ts";
import { commitFiles } from "../../servers/github/commit-files.ts";

const STAGE = "models/fraud/stages/staging/stage.yaml";
const POLICY = "modeltrail.yaml";
const BRANCH = "promote/staging/fraud/1.1.0";
const openTeam = disposed(afterAll, openNoCloneTeam);

type Files = Readonly<Record<string, string | null>>;

let team: NoCloneTeam;
/** A registry with two versions, the first of which is at staging, and the second proposed for it. */
beforeAll(async () => {
  team = await openTeam();
  for (const version of ["1.0.0", "1.1.0"]) await team.register("fraud", version);
  await promote(team);
  await team.merge("promote/staging/fraud/1.0.0");
  await promote(team, "1.1.0");
}, 120_000);

function show(revision: string, path: string): string {
  return `${team.git("show", `${revision}:${path}`)}\n`;
}

/** Commits on a branch, which begins where `from` names, or goes on. */
function commit(branch: string, files: Files, from?: string, date = "2026-11-21T00:00:00Z"): string {
  if (from !== undefined) team.git("branch", branch, team.git("rev-parse", from));
  return commitFiles(team.world.repository, { branch, files, message: branch, date });
}

/** A merge commit with the files of its first parent, and others, on a branch. */
function merge(branch: string, parents: readonly string[], files: Files = {}): string {
  const { git } = team.world.repository;
  const oids = parents.map((name) => team.git("rev-parse", name));
  const { tree } = git.commit(commit(`files-of-${branch}-${oids.join("-")}`, files, oids[0]));
  const person = { name: "A", email: "a@example.com", date: "2026-11-22T00:00:00Z" };
  const oid = git.writeCommit({ tree, parents: oids, author: person, committer: person, message: "Merge\n" });
  team.git("update-ref", `refs/heads/${branch}`, oid);
  return oid;
}

/** A default branch of a test's own, one commit further on. */
function moveOn(name: string, files: Files = { "note.txt": "x\n" }): string {
  commit(name, files, "main");
  return name;
}

async function codesOf(head: string, base = "main"): Promise<readonly string[]> {
  const report = await validateChange(await team.open(), { base, head }, "none");
  const findings = report.gates.flatMap((gate) => gate.findings);
  return findings.filter(({ severity }) => severity === "error").map(({ code }) => code);
}

describe("a branch whose history crosses that of main", TOGETHER, () => {
  it.each(["2026-11-20T00:00:00Z", "2026-12-20T00:00:00Z"])(
    "is refused until it is brought up to date, when main's commit is of %s",
    async (date) => {
      const name = (what: string): string => `${what}-${date.slice(5, 7)}`;
      const before = commit(name("past"), { "note.txt": "x\n" }, "main", date);
      const base = name("base");
      merge(base, [before, BRANCH], { [STAGE]: show(BRANCH, STAGE) });
      merge(name("evil"), [BRANCH, before], { [STAGE]: show("main", STAGE), "note.txt": "x\n" });
      expect(team.git("merge-base", "--all", base, name("evil")).split("\n")).toHaveLength(2);
      expect(await codesOf(name("evil"), base)).toEqual(["SEVERAL_BASES"]);
      // What `Update branch` would make of it, and what somebody would who has not given up.
      merge(name("honest"), [base, name("evil")], { "n.txt": "n\n" });
      expect(await codesOf(name("honest"), base)).toEqual([]);
      merge(name("again"), [name("evil"), base]);
      expect(await codesOf(name("again"), base)).toEqual(["CHANGED_ON_THE_WAY"]);
    },
  );

  it("is fine when main was merged into it, again and again, and has moved on", async () => {
    commit("feature", { "src/a.ts": "a\n", "models/fraud/README.md": "# Fraud\n" }, "main");
    const base = moveOn("base-of-feature");
    for (const step of ["1", "2", "3"]) {
      commit(base, { [`note-${step}.txt`]: `${step}\n` });
      merge("feature", ["feature", base], { "note.txt": "x\n", [`note-${step}.txt`]: `${step}\n` });
      commit("feature", { "src/a.ts": `${step}\n` });
    }
    expect(await codesOf("feature", base)).toEqual([]);
    merge(base, [base, BRANCH], { [STAGE]: show(BRANCH, STAGE) });
    expect(await codesOf("feature", base)).toEqual([]);
  });
});

describe("a branch that changes on the way what it ends with", TOGETHER, () => {
  it("is refused, before main has moved and after", async () => {
    commit("back", { [STAGE]: show(BRANCH, STAGE) }, "main");
    commit("back", { [STAGE]: show("main", STAGE), "n.txt": "n\n" });
    expect(await codesOf("back")).toEqual(["CHANGED_ON_THE_WAY"]);
    expect(await codesOf("back", moveOn("base-of-back"))).toEqual(["CHANGED_ON_THE_WAY"]);
    const landed = moveOn("landed-before-back", { [STAGE]: show(BRANCH, STAGE), "note.txt": "x\n" });
    expect(await codesOf("back", landed)).toEqual(["CHANGED_ON_THE_WAY"]);
  });

  it("is refused however many other commits stand between", async () => {
    const policy = show("main", POLICY);
    commit("long", { [POLICY]: `${policy}# stricter\n` }, "main");
    commit("long", { [POLICY]: policy });
    for (let at = 0; at < 52; at += 1) commit("long", { "n.txt": `${at}\n` });
    const base = moveOn("base-of-long", { [POLICY]: `${policy}# stricter\n` });
    expect(await codesOf("long", base)).toContain("CHANGED_ON_THE_WAY");
  });

  it("is refused when only a merge of its own holds it", async () => {
    const base = moveOn("base-of-merged");
    commit("merged", { "n.txt": "n\n" }, "main");
    merge("merged", ["merged", base], { "note.txt": "x\n", [STAGE]: show(BRANCH, STAGE) });
    expect(await codesOf("merged", base)).toEqual(["CHANGED_ON_THE_WAY"]);
  });

  it("is let in when it gets there once, beside other commits", async () => {
    commit("fine", { "n.txt": "n\n" }, "main");
    commit("fine", { [STAGE]: show(BRANCH, STAGE) });
    commit("fine", { "models/fraud/README.md": "# Fraud\n" });
    commit("fine", { "models/fraud/README.md": "# The fraud model\n" });
    expect(await codesOf("fine")).toEqual([]);
    expect(await codesOf("fine", moveOn("base-of-fine"))).toEqual([]);
  });

  it("is let in when it corrects a stage by a second commit, at one version", async () => {
    const [before, after] = [show("main", STAGE), show(BRANCH, STAGE)];
    commit("by-hand", { [STAGE]: before.replace(/^ {2}version: .*$/m, '  version: "1.1.0"') }, "main");
    expect(new Set(await codesOf("by-hand"))).toEqual(new Set(["STAGE_DIFFERS"]));
    commit("by-hand", { [STAGE]: after });
    expect(await codesOf("by-hand")).toEqual([]);
    commit("by-hand", { [STAGE]: `${before}# once more\n` });
    commit("by-hand", { [STAGE]: after });
    expect(await codesOf("by-hand")).toEqual(["CHANGED_ON_THE_WAY"]);
  });
});

it("a proposal of one commit is judged without a question about its history", async () => {
  const base = moveOn("base-of-proposal");
  const context = await team.open();
  const requests = await team.during(() => validateChange(context, { base, head: BRANCH }, "none"));
  const asked = requests.filter(({ operationId }) => operationId === "repos/compare-commits-with-basehead");
  expect(asked).toHaveLength(1);
});
