import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { isRegistryPath } from "../../src/registry/layout.ts";
import { findCrossings } from "../../src/workflows/judge/crossings.ts";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";

type Files = Readonly<Record<string, string | null>>;

const STAGE = "models/fraud/stages/production/stage.yaml";
const PATHS = [
  "modeltrail.yaml",
  STAGE,
  "models/fraud/stages/staging/stage.yaml",
  "models/fraud/README.md",
  "models/other/README.md",
  "docs/a.yaml",
  "docs/b.yaml",
  "old/deep/x.yaml",
  "old/deep/y.yaml",
];

/** A commit on a branch: on the one that it names, which may be its own, with what another has merged into it. */
interface Made {
  readonly name: string;
  readonly on?: string;
  readonly merging?: string;
  readonly files: Files;
}

/** Long enough that Git takes a copy with a line changed for the same file. */
function text(line: number, word: string): string {
  return Array.from({ length: 20 }, (_, at) => `${at}: ${at === line ? word : "as before"}\n`).join("");
}

const content = fc.oneof(
  { weight: 3, arbitrary: fc.constant(text(0, "as before")) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom(2, 9, 17), fc.constantFrom("a", "b"))
      .map(([at, word]) => text(at, word)),
  },
  { weight: 2, arbitrary: fc.constant(null) },
);
const files: fc.Arbitrary<Files> = fc.dictionary(fc.constantFrom(...PATHS), content, {
  minKeys: 1,
  maxKeys: 4,
  noNullPrototype: true,
});
const start: fc.Arbitrary<Files> = fc.dictionary(fc.constantFrom(...PATHS), content, {
  minKeys: 3,
  maxKeys: 7,
  noNullPrototype: true,
});

describe("a change and its base that moved on", () => {
  const workspaces: Workspace[] = [];
  afterAll(async () => {
    for (const workspace of workspaces) await workspace.dispose();
  });

  function make(): Workspace {
    const workspace = newWorkspace();
    workspaces.push(workspace);
    return workspace;
  }

  /** Commits, each on the one that it names. */
  function build(folder: string, commits: readonly Made[]): void {
    const made = new Set<string>();
    const stream = commits.map(({ name, on, merging, files: changed }) => {
      const merged = merging === undefined ? "" : `merge refs/heads/${merging}\n`;
      // A branch goes on from where it is in this stream, or else from where it was before.
      const from =
        on === name ? (made.has(name) ? "" : `from refs/heads/${name}^0\n`) : `from refs/heads/${on}\n`;
      const begin = on === undefined ? "" : `${from}${merged}`;
      made.add(name);
      const lines = Object.entries(changed).map(([path, said]) =>
        said === null ? `D ${path}\n` : `M 100644 inline ${path}\ndata ${said.length}\n${said}\n`,
      );
      return `commit refs/heads/${name}\ncommitter T <t@example.com> 1700000000 +0000\ndata 1\nc\n${begin}${lines.join("")}\n`;
    });
    execFileSync("git", ["fast-import", "--quiet", "--force"], { cwd: folder, input: stream.join("") });
  }

  async function cross(folder: Workspace, prefix = "", left = "root"): Promise<readonly string[]> {
    const context = { ...(await folder.open()), prefix };
    const [base = "", builtOn = "", head = ""] = ["main", left, "change"].map((name) =>
      runGit(folder.folder, "rev-parse", name).trim(),
    );
    return (await findCrossings(context, { base, builtOn, head })).map(({ file, why }) => file ?? why);
  }

  it.each<[string, Files, Files, Files]>([
    [
      "an edit of a file that main made a stage of",
      { "docs/a.yaml": text(0, "1.0.0"), "modeltrail.yaml": "m" },
      { "docs/a.yaml": null, [STAGE]: text(0, "1.0.0") },
      { "docs/a.yaml": text(0, "1.1.0") },
    ],
    [
      "a stage made of a file that main has edited",
      { "docs/a.yaml": text(0, "1.0.0"), "modeltrail.yaml": "m" },
      { "docs/a.yaml": text(0, "6.6.6") },
      { "docs/a.yaml": null, [STAGE]: text(0, "1.0.0") },
    ],
    [
      "two edits of one policy",
      { "modeltrail.yaml": text(0, "x") },
      { "modeltrail.yaml": text(3, "qa") },
      { "modeltrail.yaml": text(15, "qa") },
    ],
    [
      "a file for a folder that main has renamed into the registry",
      { "old/deep/x.yaml": text(0, "x"), "old/deep/y.yaml": text(1, "y"), "modeltrail.yaml": "m" },
      {
        "old/deep/x.yaml": null,
        "old/deep/y.yaml": null,
        "models/fraud/x.yaml": text(0, "x"),
        "models/fraud/y.yaml": text(1, "y"),
      },
      { "old/deep/z.yaml": "z" },
    ],
  ])("is told: %s", async (_, root, main, change) => {
    const workspace = make();
    build(workspace.folder, [
      { name: "root", files: root },
      { name: "main", on: "root", files: main },
      { name: "change", on: "root", files: change },
    ]);
    expect(await cross(workspace)).not.toEqual([]);
  });

  it("is told commit by commit, since a rebase merges them so", async () => {
    const workspace = make();
    build(workspace.folder, [
      { name: "root", files: { "docs/a.yaml": text(0, "1.0.0"), "modeltrail.yaml": "m" } },
      { name: "main", on: "root", files: { "docs/a.yaml": text(0, "6.6.6") } },
      { name: "moved", on: "root", files: { "docs/a.yaml": null, [STAGE]: text(0, "1.0.0") } },
      { name: "change", on: "moved", files: { "docs/a.yaml": text(0, "1.0.0") } },
    ]);
    expect(await cross(workspace)).toContain("docs/a.yaml");
  });

  it("is none where each side touches its own", async () => {
    const workspace = make();
    build(workspace.folder, [
      { name: "root", files: { "modeltrail.yaml": "m", "docs/a.yaml": "a", "src/x.ts": "x" } },
      {
        name: "main",
        on: "root",
        files: { "models/other/README.md": "o", "docs/a.yaml": "b", "src/x.ts": null },
      },
      { name: "change", on: "root", files: { [STAGE]: "s", "docs/a.yaml": "c" } },
    ]);
    expect(await cross(workspace)).toEqual([]);
  });

  it("is settled by a merge of main, as it asks for", async () => {
    const workspace = make();
    const [card, code, policy] = ["models/fraud/README.md", "src/a.yaml", "modeltrail.yaml"];
    const renamed = { "src/a.yaml": null, "src/b.yaml": text(0, "as before") };
    const main = { [card]: text(2, "main"), ...renamed, "models/fraud/versions/1.0.0.yaml": "version" };
    build(workspace.folder, [
      { name: "root", files: { [card]: text(0, "c"), [code]: text(0, "as before"), [policy]: "policy" } },
      { name: "main", on: "root", files: main },
      { name: "change", on: "root", files: { [card]: text(17, "own"), [code]: text(9, "own") } },
    ]);
    expect(await cross(workspace)).toEqual([card]);
    build(workspace.folder, [
      {
        name: "change",
        on: "change",
        merging: "main",
        files: { ...main, [card]: text(17, "both"), "src/b.yaml": text(9, "own") },
      },
      { name: "main", on: "main", files: { "docs/a.yaml": "a", "models/fraud/versions/1.1.0.yaml": "more" } },
    ]);
    expect(await cross(workspace, "", "main~1")).toEqual([]);
  });

  it("is still told after a merge of main, where a rebase could land in a manifest", async () => {
    const workspace = make();
    build(workspace.folder, [
      { name: "root", files: { "docs/a.yaml": text(0, "1.0.0"), "modeltrail.yaml": "m" } },
      { name: "main", on: "root", files: { "docs/a.yaml": null, [STAGE]: text(0, "1.0.0") } },
      { name: "change", on: "root", files: { "docs/a.yaml": text(0, "1.1.0") } },
      {
        name: "change",
        on: "change",
        merging: "main",
        files: { "docs/a.yaml": null, [STAGE]: text(0, "1.0.0") },
      },
    ]);
    expect(await cross(workspace, "", "main")).toEqual(["docs/a.yaml"]);
  });

  it("is that they are too many, for a branch of more than a thousand commits", async () => {
    const workspace = make();
    const more = Array.from({ length: 1001 }, (_, at) => ({
      name: "change",
      on: at === 0 ? "root" : "change",
      files: { "docs/a.yaml": `${at}` },
    }));
    build(workspace.folder, [
      { name: "root", files: { "modeltrail.yaml": "m" } },
      { name: "main", on: "root", files: { "docs/b.yaml": "b" } },
      ...more,
    ]);
    expect(await cross(workspace)).toEqual(["too many commits"]);
    workspace.git("update-ref", "refs/heads/change", "change~1");
    expect(await cross(workspace)).toEqual([]);
  });

  it("merges to what was judged wherever no crossing is told", async () => {
    const runs = process.env["MODELTRAIL_TEST_LONG"] === undefined ? 60 : 2000;
    const cases = fc.sample(fc.tuple(start, files, files), { numRuns: runs, seed: 7 });
    let merged = 0;
    for (const [root, main, change] of cases) {
      const workspace = make();
      const { folder } = workspace;
      build(folder, [
        { name: "root", files: root },
        { name: "main", on: "root", files: main },
        { name: "change", on: "root", files: change },
      ]);
      const isStageMoved = Object.keys(change).some((path) => path.endsWith("stage.yaml") && path in main);
      if (isStageMoved || (await cross(workspace)).length > 0) continue;
      const merge = spawnSync("git", ["merge-tree", "--write-tree", "main", "change"], {
        cwd: folder,
        encoding: "utf8",
      });
      if (merge.status !== 0) continue;
      merged += 1;
      expect(listed(folder, merge.stdout.trim())).toEqual(laid(root, main, change));
    }
    expect(merged).toBeGreaterThan(runs / 10);
  }, 600_000);

  function listed(folder: string, tree: string): Files {
    const names = runGit(folder, "ls-tree", "-r", "--name-only", tree).split("\n");
    return Object.fromEntries(
      names
        .filter(isRegistryPath)
        .map((path) => [path, runGit(folder, "cat-file", "blob", `${tree}:${path}`)]),
    );
  }

  /** The change's files over the base's, as the judge lays them. */
  function laid(root: Files, main: Files, change: Files): Files {
    const own = Object.entries(change).filter(([path, said]) => (root[path] ?? null) !== said);
    const all = { ...root, ...main, ...Object.fromEntries(own) };
    return Object.fromEntries(
      Object.entries(all).filter(([path, said]) => said !== null && isRegistryPath(path)),
    );
  }
});
