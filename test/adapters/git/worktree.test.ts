import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type GitRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { ADA, commitFiles, fsck, git, initFixture, makeFolder, WHO, write } from "./git-fixture.ts";

const REF = "refs/heads/main";
const env = { ...process.env, ...WHO };

interface Fixture {
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  readonly repository: GitRepository;
}

for (const engine of ["native", "isomorphic"] as const) {
  async function fixture(): Promise<Fixture> {
    const folder = initFixture();
    const from = commitFiles(folder, "from", {
      "a/kept.txt": "kept\n",
      "a/changed.txt": "old\n",
      "b/removed.txt": "old\n",
    });
    const repository = await openRepository(folder, { engine, env });
    const edits = [
      { path: "a/changed.txt", content: Buffer.from("new\n") },
      { path: "b/removed.txt", content: null },
      { path: "c/deep/added.txt", content: Buffer.from("new\n") },
    ];
    const to = await repository.writer.commit({
      parents: [from],
      edits,
      message: "to",
      author: ADA,
      committer: ADA,
    });
    return { folder, from, to, repository };
  }

  const move = ({
    from,
    to,
  }: Fixture): { name: string; expected: string; value: string; reason: string } => ({
    name: REF,
    expected: from,
    value: to,
    reason: "merge",
  });

  describe(`the work tree, by the ${engine} engine`, () => {
    it("keeps changes that are not in the way", async () => {
      const fix = await fixture();
      write(fix.folder, { "a/kept.txt": "edited\n", "untracked.txt": "mine\n", "staged.txt": "mine\n" });
      git(fix.folder, "add", "staged.txt");
      await fix.repository.worktree.advance(move(fix));
      const status = git(fix.folder, "status", "--porcelain")
        .split("\n")
        .map((line) => line.trim());
      expect(status).toEqual(["M a/kept.txt", "A  staged.txt", "?? untracked.txt"]);
      expect(existsSync(join(fix.folder, "b"))).toBe(false);
      expect(fsck(fix.folder)).toBe("");
      await fix.repository.close();
    });

    const BLOCKS: Readonly<
      Record<string, { readonly spoil: (folder: string) => void; readonly path: string }>
    > = {
      "an edited file": {
        spoil: (folder) => write(folder, { "a/changed.txt": "mine\n" }),
        path: "a/changed.txt",
      },
      "an edit of a file that goes": {
        spoil: (folder) => write(folder, { "b/removed.txt": "mine\n" }),
        path: "b/removed.txt",
      },
      "an untracked file in the way": {
        spoil: (folder) => write(folder, { "c/deep/added.txt": "mine\n" }),
        path: "c/deep/added.txt",
      },
      "an untracked folder in the way": {
        spoil: (folder) => write(folder, { "c/deep/added.txt/x": "mine\n" }),
        path: "c/deep/added.txt",
      },
      "a file where a folder must come": {
        spoil: (folder) => write(folder, { c: "mine\n" }),
        path: "c/deep/added.txt",
      },
      "a link where a folder must come": {
        spoil: (folder) => symlinkSync(makeFolder(), join(folder, "c")),
        path: "c/deep/added.txt",
      },
      "a deleted file": { spoil: (folder) => rmSync(join(folder, "a/changed.txt")), path: "a/changed.txt" },
      "a staged change": {
        spoil: (folder) => {
          write(folder, { "a/changed.txt": "mine\n" });
          git(folder, "add", "-A");
          write(folder, { "a/changed.txt": "old\n" });
        },
        path: "a/changed.txt",
      },
      "a staged removal": {
        spoil: (folder) => void git(folder, "rm", "--quiet", "--cached", "a/changed.txt"),
        path: "a/changed.txt",
      },
    };
    for (const [title, { spoil, path }] of Object.entries(BLOCKS)) {
      it(`refuses ${title} before anything moved`, async () => {
        const fix = await fixture();
        spoil(fix.folder);
        const status = git(fix.folder, "status", "--porcelain");
        expect(await fix.repository.worktree.blockers(fix.from, fix.to)).toEqual([path]);
        await expect(fix.repository.worktree.advance(move(fix))).rejects.toMatchObject({
          code: "DIRTY_WORKTREE",
        });
        expect(git(fix.folder, "rev-parse", "HEAD")).toBe(fix.from);
        expect(git(fix.folder, "status", "--porcelain")).toBe(status);
        await fix.repository.close();
      });
    }

    it("takes files that hold the new content already, or the old with other line ends", async () => {
      const fix = await fixture();
      write(fix.folder, { "a/changed.txt": "old\r\n", "c/deep/added.txt": "new\n" });
      expect(await fix.repository.worktree.blockers(fix.from, fix.to)).toEqual([]);
      await fix.repository.worktree.advance(move(fix));
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      await fix.repository.close();
    });

    it("moves a branch that is not checked out, and no file", async () => {
      const fix = await fixture();
      git(fix.folder, "checkout", "--quiet", "-b", "other");
      await fix.repository.worktree.advance(move(fix));
      expect(git(fix.folder, "rev-parse", "main")).toBe(fix.to);
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      git(fix.folder, "checkout", "--quiet", "--detach");
      const back = { name: REF, expected: fix.to, value: fix.from, reason: "r" };
      await fix.repository.worktree.advance(back);
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      await fix.repository.close();
    });

    it("brings modes, links, and files in the place of folders", async () => {
      const fix = await fixture();
      git(fix.folder, "reset", "--quiet", "--hard", fix.from);
      git(fix.folder, "checkout", "--quiet", "-b", "shapes");
      rmSync(join(fix.folder, "b"), { recursive: true });
      symlinkSync("a/kept.txt", join(fix.folder, "link"));
      write(fix.folder, { b: "a file now\n", "run.sh": "#!/bin/sh\n" });
      chmodSync(join(fix.folder, "run.sh"), 0o755);
      chmodSync(join(fix.folder, "a/kept.txt"), 0o755);
      rmSync(join(fix.folder, "a/changed.txt"));
      const to = commitFiles(fix.folder, "shapes", { "a/changed.txt/inside": "a folder now\n" });
      git(fix.folder, "checkout", "--quiet", "main");
      await fix.repository.worktree.advance({ name: REF, expected: fix.from, value: to, reason: "r" });
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      expect(lstatSync(join(fix.folder, "link")).isSymbolicLink()).toBe(true);
      await fix.repository.worktree.advance({ name: REF, expected: to, value: fix.from, reason: "r" });
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      await fix.repository.close();
    });

    it("leaves what a sparse checkout left out where it is", async () => {
      const fix = await fixture();
      git(fix.folder, "sparse-checkout", "set", "--cone", "b");
      await fix.repository.worktree.advance(move(fix));
      expect(existsSync(join(fix.folder, "a"))).toBe(false);
      expect(existsSync(join(fix.folder, "b"))).toBe(false);
      expect(git(fix.folder, "diff", "--cached", "--name-only")).toBe("");
      expect(git(fix.folder, "ls-files", "-t", "a/changed.txt")).toBe("S a/changed.txt");
      expect(git(fix.folder, "status", "--porcelain")).toBe("");
      await fix.repository.close();
    });

    it("finishes what was killed after the ref had moved, and leaves edits of the meantime", async () => {
      const fix = await fixture();
      const journal = join(fix.folder, ".git/modeltrail/advance.json");
      mkdirSync(join(fix.folder, ".git/modeltrail"), { recursive: true });
      writeFileSync(journal, JSON.stringify({ ref: REF, from: fix.from, to: fix.to }));
      git(fix.folder, "update-ref", REF, fix.to);
      write(fix.folder, { "c/deep/added.txt": "mine\n" });
      await fix.repository.worktree.recover();
      expect(existsSync(journal)).toBe(false);
      expect(readFileSync(join(fix.folder, "a/changed.txt"), "utf8")).toBe("new\n");
      expect(git(fix.folder, "status", "--porcelain")).toBe(" M c/deep/added.txt");
      await fix.repository.worktree.recover();
      await fix.repository.close();
    });

    it("forgets what was killed before the ref moved", async () => {
      const fix = await fixture();
      const journal = join(fix.folder, ".git/modeltrail/advance.json");
      mkdirSync(join(fix.folder, ".git/modeltrail"), { recursive: true });
      for (const content of [JSON.stringify({ ref: REF, from: fix.from, to: fix.to }), "{", ""]) {
        writeFileSync(journal, content);
        await fix.repository.worktree.recover();
        expect(git(fix.folder, "status", "--porcelain")).toBe("");
        expect(git(fix.folder, "rev-parse", "HEAD")).toBe(fix.from);
      }
      await fix.repository.worktree.advance(move(fix));
      expect(existsSync(journal)).toBe(false);
      await fix.repository.close();
    });

    it("says CONFLICT when the index is locked by another program, and nothing moved", async () => {
      const fix = await fixture();
      writeFileSync(join(fix.folder, ".git/index.lock"), "");
      await expect(fix.repository.worktree.advance(move(fix))).rejects.toMatchObject({ code: "CONFLICT" });
      expect(git(fix.folder, "rev-parse", "main")).toBe(fix.from);
      await fix.repository.close();
    });
  });
}

describe("indexes of other forms", () => {
  async function advanceOver(
    prepare: (folder: string) => void,
    engine: "native" | "isomorphic",
  ): Promise<string> {
    const folder = initFixture();
    const from = commitFiles(folder, "from", { "a/x": "1\n", "b/y": "1\n", "c/d/z": "1\n" });
    prepare(folder);
    const repository = await openRepository(folder, { engine, env });
    const edits = [
      { path: "a/x", content: Buffer.from("2\n") },
      { path: "c/d/z", content: null },
    ];
    const to = await repository.writer.commit({
      parents: [from],
      edits,
      message: "to",
      author: ADA,
      committer: ADA,
    });
    try {
      await repository.worktree.advance({ name: REF, expected: from, value: to, reason: "r" });
      return git(folder, "status", "--porcelain");
    } finally {
      await repository.close();
    }
  }
  const FORMS: Readonly<Record<string, (folder: string) => void>> = {
    "version 4": (folder) => void git(folder, "update-index", "--index-version", "4"),
    sparse: (folder) => void git(folder, "sparse-checkout", "set", "--cone", "--sparse-index", "a"),
    split: (folder) => void git(folder, "update-index", "--split-index"),
  };
  for (const [form, prepare] of Object.entries(FORMS)) {
    it(`native: advances over an index that is ${form}`, async () => {
      expect(await advanceOver(prepare, "native")).toBe("");
    });
    it(`isomorphic: refuses an index that is ${form}`, async () => {
      await expect(advanceOver(prepare, "isomorphic")).rejects.toMatchObject({
        code: "UNSUPPORTED_REPOSITORY",
      });
    });
  }
});
