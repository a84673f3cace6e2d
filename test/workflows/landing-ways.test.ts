import { createHash } from "node:crypto";
import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { identifyPath, isRegistryPath } from "../../src/registry/layout.ts";
import { findCrossings } from "../../src/workflows/judge/crossings.ts";
import { newWorkspace, runGit, type Workspace } from "../builders/workspace.ts";

type Files = Readonly<Record<string, string>>;
type Edits = Readonly<Record<string, string | null>>;

const PATHS = [
  "modeltrail.yaml",
  "models/fraud/model.yaml",
  "models/fraud/versions/1.0.0.yaml",
  "models/fraud/stages/production/stage.yaml",
  "models/fraud/README.md",
  "docs/a.yaml",
  "docs/b.yaml",
  "old/deep/x.yaml",
];

/** Long enough that Git takes a copy with a line changed for the same file. */
function text(line: number, word: string): string {
  return Array.from({ length: 20 }, (_, at) => `${at}: ${at === line ? word : "as before"}\n`).join("");
}

const content = fc.oneof(
  { weight: 3, arbitrary: fc.constant(text(0, "as before")) },
  { weight: 3, arbitrary: fc.constantFrom(text(2, "a"), text(2, "b"), text(17, "a")) },
  { weight: 2, arbitrary: fc.constant(null) },
);
const edits: fc.Arbitrary<Edits> = fc.dictionary(fc.constantFrom(...PATHS), content, {
  minKeys: 1,
  maxKeys: 3,
  noNullPrototype: true,
});

/** What happens to a repository, one thing after the other. */
type Act =
  | { readonly type: "main" | "branch"; readonly edits: Edits }
  /** The default branch is merged into the branch, and what Git makes of it edited; or an older one of its commits. */
  | { readonly type: "update"; readonly back: number; readonly edits: Edits }
  /** The default branch takes the branch as it was some commits ago. */
  | { readonly type: "land"; readonly back: number }
  /** Each merges the other as it was, and the branch's merge keeps nothing but what the default branch had. */
  | { readonly type: "cross"; readonly edits: Edits }
  /** The default branch takes the last commit's edits for its own. */
  | { readonly type: "pick" }
  /** The branch begins anew, as a merge of two older commits of the default branch. */
  | { readonly type: "knot"; readonly back: number; readonly edits: Edits };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("main" as const), edits }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("branch" as const), edits }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("update" as const),
      back: fc.constantFrom(0, 0, 1),
      edits: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: edits }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("land" as const), back: fc.constantFrom(0, 1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("cross" as const), edits: fc.oneof(fc.constant({}), edits) }),
  },
  { weight: 1, arbitrary: fc.constant({ type: "pick" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("knot" as const), back: fc.constantFrom(0, 1, 2), edits }),
  },
);

const workspaces: Workspace[] = [];
afterAll(async () => {
  for (const workspace of workspaces) await workspace.dispose();
});

/** A repository that is told by the files of its commits. */
class Story {
  readonly workspace = newWorkspace();
  readonly main: string[] = [];
  readonly branch: string[] = [];
  readonly #files = new Map<string, Files>();
  readonly #texts = new Map<string, string>();
  #last: Edits = {};

  constructor(root: Edits) {
    workspaces.push(this.workspace);
    const first = this.commit([], applied({ "modeltrail.yaml": text(5, "policy") }, root));
    this.main.push(first);
    this.branch.push(first);
  }

  get folder(): string {
    return this.workspace.folder;
  }

  files(commit: string): Files {
    return this.#files.get(commit) ?? {};
  }

  commit(parents: readonly string[], files: Files): string {
    const [oid = ""] = this.#write([{ parents, files }]);
    this.#files.set(oid, files);
    return oid;
  }

  /** A parent `:1` is the first commit of the same call. */
  #write(commits: readonly { readonly parents: readonly string[]; readonly files: Files }[]): string[] {
    const streams = commits.map(({ parents, files }, at) => {
      const lines = Object.entries(files).map(([path, said]) => {
        this.#texts.set(blobId(said), said);
        return `M 100644 inline ${path}\ndata ${said.length}\n${said}\n`;
      });
      const [from, ...merges] = parents;
      const on = from === undefined ? "" : `from ${from}\n${merges.map((oid) => `merge ${oid}\n`).join("")}`;
      const head = `commit refs/heads/made\nmark :${at + 1}\ncommitter T <t@example.com> 1700000000 +0000\ndata 1\nc\n`;
      return `reset refs/heads/made\n${head}${on}deleteall\n${lines.join("")}\nget-mark :${at + 1}\n`;
    });
    const args = ["fast-import", "--quiet", "--force", "--cat-blob-fd=1"];
    const said = execFileSync("git", args, { cwd: this.folder, input: streams.join(""), encoding: "utf8" });
    return said.split("\n").filter(Boolean);
  }

  /** What Git makes of two commits; undefined where they conflict. */
  merge(ours: string, theirs: string): Files | undefined {
    const done = spawnSync("git", ["merge-tree", "--write-tree", ours, theirs], {
      cwd: this.folder,
      encoding: "utf8",
    });
    if (done.status !== 0) return undefined;
    const rows = runGit(this.folder, "ls-tree", "-r", "--format=%(objectname) %(path)", done.stdout.trim());
    const entries = rows.split("\n").filter(Boolean);
    return Object.fromEntries(
      entries.map((row) => [
        row.slice(41),
        this.#texts.get(row.slice(0, 40)) ?? this.#read(row.slice(0, 40)),
      ]),
    );
  }

  /** A commit made anew on another, as a rebase does. */
  #pick(onto: Files, commit: string): Files | undefined {
    const [parent = ""] = runGit(this.folder, "rev-parse", `${commit}^`).split("\n");
    const [, ours = "", theirs = ""] = this.#write([
      { parents: [], files: this.files(parent) },
      { parents: [":1"], files: onto },
      { parents: [":1"], files: this.files(commit) },
    ]);
    return this.merge(ours, theirs);
  }

  #read(oid: string): string {
    const said = runGit(this.folder, "cat-file", "blob", oid);
    this.#texts.set(oid, said);
    return said;
  }

  do(one: Act): void {
    const [main = "", tip = ""] = [this.main.at(-1), this.branch.at(-1)];
    switch (one.type) {
      case "main":
        this.main.push(this.commit([main], applied(this.files(main), one.edits)));
        break;
      case "branch":
        this.#last = one.edits;
        this.branch.push(this.commit([tip], applied(this.files(tip), one.edits)));
        break;
      case "pick":
        this.main.push(this.commit([main], applied(this.files(main), this.#last)));
        break;
      case "land": {
        const taken = this.branch.at(-1 - one.back) ?? tip;
        this.main.push(this.commit([main, taken], this.merge(main, taken) ?? this.files(main)));
        break;
      }
      case "cross":
        this.main.push(this.commit([main, tip], this.merge(main, tip) ?? this.files(main)));
        this.branch.push(this.commit([tip, main], applied(this.files(main), one.edits)));
        break;
      case "knot": {
        const old = this.main.at(-1 - one.back) ?? main;
        const older = this.main.at(-2 - one.back) ?? this.main[0] ?? main;
        const parents = old === older ? [old] : [old, older];
        this.branch.push(this.commit(parents, applied(this.files(old), one.edits)));
        break;
      }
      case "update": {
        const taken = this.main.at(-1 - one.back) ?? main;
        const merged = this.merge(tip, taken) ?? this.files(tip);
        this.branch.push(this.commit([tip, taken], applied(merged, one.edits)));
      }
    }
  }

  /** The states of the default branch that a rebase of the branch makes; undefined where it cannot. */
  rebase(main: string, head: string): readonly Files[] | undefined {
    const list = ["rev-list", "--reverse", "--topo-order", "--no-merges", `${main}..${head}`];
    const states: Files[] = [];
    let at = this.files(main);
    for (const oid of runGit(this.folder, ...list)
      .split("\n")
      .filter(Boolean)) {
      const picked = this.#pick(at, oid);
      if (picked === undefined) return undefined;
      states.push(picked);
      at = picked;
    }
    return states;
  }
}

function blobId(said: string): string {
  return createHash("sha1").update(`blob ${said.length}\0${said}`).digest("hex");
}

function applied(files: Files, changed: Edits): Files {
  const all = Object.entries({ ...files, ...changed });
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null));
}

function inside(files: Files, isMeant: (path: string) => boolean = () => true): Files {
  const own = Object.entries(files).filter(([path]) => isRegistryPath(path) && isMeant(path));
  return Object.fromEntries(own.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The base with what the branch changed since it left it, as the judge lays it. */
function judged(now: Files, past: Files, head: Files): Files {
  const paths = [...new Set([...Object.keys(past), ...Object.keys(head)])];
  return applied(
    now,
    Object.fromEntries(
      paths.flatMap((path) => (past[path] === head[path] ? [] : [[path, head[path] ?? null] as const])),
    ),
  );
}

const isCard = (path: string): boolean => ["card", "other"].includes(identifyPath(path).kind);
const decides = (path: string): boolean => identifyPath(path).kind === "stage";

it("a branch lands as it was judged by merge, squash and rebase, wherever no crossing is told", async () => {
  const runs = process.env["MODELTRAIL_TEST_LONG"] === undefined ? 30 : 1000;
  const stories = fc.sample(fc.tuple(edits, fc.array(act, { minLength: 3, maxLength: 8 })), {
    numRuns: runs,
    seed: 11,
  });
  const counts = { told: 0, merged: 0, rebased: 0 };
  for (const [root, acts] of stories) {
    const story = new Story(root);
    for (const one of acts) story.do(one);
    const [base = "", head = ""] = [story.main.at(-1), story.branch.at(-1)];
    const builtOn = runGit(story.folder, "merge-base", base, head).trim();
    const [now, past, own] = [base, builtOn, head].map((oid) => story.files(oid)) as [Files, Files, Files];
    const isMoved = Object.keys({ ...past, ...own }).some(
      (path) =>
        path.endsWith("stage.yaml") &&
        ![own[path], now[path]].includes(past[path]) &&
        own[path] !== now[path],
    );
    const context = await story.workspace.open();
    const crossings = await findCrossings({ ...context, prefix: "" }, { base, builtOn, head });
    await context.repository.close();
    if (isMoved || crossings.length > 0) {
      counts.told += 1;
      continue;
    }
    const expected = judged(now, past, own);
    const merged = story.merge(base, head);
    if (merged !== undefined) expect(inside(merged)).toEqual(inside(expected));
    const states = story.rebase(base, head);
    const last = states?.at(-1);
    if (last !== undefined) {
      const isLine = runGit(story.folder, "rev-list", "--merges", `${base}..${head}`) === "";
      const isMeant = (path: string): boolean => isLine || !isCard(path);
      expect(inside(last, isMeant)).toEqual(inside(expected, isMeant));
      for (const path of PATHS.filter(decides)) {
        const seen = [now[path], ...(states ?? []).map((state) => state[path])];
        const turns = seen.filter((said, at) => at > 0 && said !== seen[at - 1]);
        expect(turns.filter((said) => said !== expected[path])).toEqual([]);
      }
    }
    counts.merged += merged === undefined ? 0 : 1;
    counts.rebased += last === undefined ? 0 : 1;
  }
  expect(counts.merged).toBeGreaterThan(runs / 10);
  expect(counts.rebased).toBeGreaterThan(runs / 10);
}, 900_000);
