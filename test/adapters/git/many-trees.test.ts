import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { git, gitWith, initFixture, WHO } from "./git-fixture.ts";

const FOLDERS = 700;
const env = { ...process.env, ...WHO };

/** Many folders, some with names that are no ASCII, or no UTF-8; and one that is the same as another. */
function manyFolders(): string {
  const folder = initFixture();
  const lines: Buffer[] = [];
  const add = (path: string | Buffer, content: string): void => {
    const size = String(Buffer.byteLength(content));
    lines.push(
      Buffer.from("M 100644 inline "),
      Buffer.from(path),
      Buffer.from(`\ndata ${size}\n${content}\n`),
    );
  };
  for (let n = 0; n < FOLDERS; n += 1) {
    add(`models/m${String(n)}/model.yaml`, `${String(n)}\n`);
    add(`models/m${String(n)}/notes/caf\u00e9 ${String(n)}.txt`, "x\n");
  }
  add("models/m1/same/a", "a\n");
  add("models/m2/same/a", "a\n");
  add(Buffer.concat([Buffer.from("models/m3/"), Buffer.from([0xff, 0x2e]), Buffer.from("txt")]), "bytes\n");
  const head = "commit refs/heads/many\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 4\nmany\n";
  gitWith(folder, {
    args: ["fast-import", "--quiet"],
    input: Buffer.concat([Buffer.from(head), ...lines, Buffer.from("\n")]),
  });
  return folder;
}

describe.each(["native", "isomorphic"] as const)("very many trees at once, %s", (engine) => {
  let folder = "";
  let trees: readonly string[] = [];
  let repository: GitRepository | undefined;
  const objects = (): GitRepository["objects"] => {
    if (repository === undefined) throw new Error("not opened");
    return repository.objects;
  };

  beforeAll(async () => {
    folder = manyFolders();
    trees = git(folder, "ls-tree", "-r", "-t", "many", "--", "models")
      .split("\n")
      .filter((line) => line.includes(" tree "))
      .map((line) => line.slice(12, 52));
    repository = await openRepository(folder, { engine, env });
  });
  afterAll(async () => repository?.close());

  it("reads them as git does, in the order asked for, and counts each once", async () => {
    expect(trees.length).toBeGreaterThan(FOLDERS * 2);
    const asked = [...trees.toReversed(), ...trees.slice(0, 3)];
    const read = await objects().readTrees(asked);
    const shown = gitWith(folder, {
      args: ["cat-file", "--batch-check=%(objectname) %(objectsize)"],
      input: `${asked.join("\n")}\n`,
    }).split("\n");
    expect(read.length).toBe(shown.length);
    for (const [at, entries] of read.entries()) {
      const size = entries.reduce(
        (sum, { name, mode }) =>
          sum + mode.replace(/^0+/, "").length + Buffer.byteLength(name.replace("\ufffd", "x")) + 22,
        0,
      );
      expect(`${asked[at] ?? ""} ${String(size)}`).toBe(shown[at]);
    }
    expect(repository?.counters.trees).toBe(new Set(trees).size);
    await objects().readTrees(trees);
    expect(repository?.counters.trees).toBe(new Set(trees).size);
    const [third = []] = await objects().readTrees([git(folder, "rev-parse", "many:models/m3")]);
    expect(third.map(({ name, mode }) => `${mode} ${name}`).toSorted()).toEqual([
      "040000 notes",
      "100644 model.yaml",
      "100644 \ufffd.txt",
    ]);
    const [notes = []] = await objects().readTrees([git(folder, "rev-parse", "many:models/m3/notes")]);
    expect(notes.map(({ name, oid }) => [name, oid])).toEqual([
      ["caf\u00e9 3.txt", git(folder, "rev-parse", "many:models/m3/notes/caf\u00e9 3.txt")],
    ]);
  });

  it("says GIT for one among them that is missing, or no tree, and goes on reading after that", async () => {
    const fresh = await openRepository(folder, { engine, env });
    const missing = "deadbeef".repeat(5);
    const blob = git(folder, "rev-parse", "many:models/m1/model.yaml");
    for (const wrong of [missing, blob]) {
      const asked = trees.with(400, wrong);
      await expect(fresh.objects.readTrees(asked)).rejects.toMatchObject({ code: "GIT" });
    }
    await expect(fresh.objects.readTrees(trees.with(400, "HEAD"))).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(await fresh.objects.readTrees(trees)).toHaveLength(trees.length);
    await fresh.close();
  });
});
