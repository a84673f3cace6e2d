import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openModelFiles } from "../../../src/adapters/model-files/open-model-files.ts";
import { type CompiledSource, compileSource, killAfter } from "../../servers/child.ts";

const disk = openModelFiles();
let parent: string;
let target: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), "modeltrail-stage-"));
  target = join(parent, "out");
});
afterEach(() => rm(parent, { recursive: true, force: true }));

async function pull(files: Readonly<Record<string, string>>, force = false): Promise<void> {
  const staged = await disk.prepareFolder(target, { force });
  for (const [path, content] of Object.entries(files)) await writeFile(await staged.place(path), content);
  await staged.commit();
  await staged.discard();
}

function expected(path: string, content: string): { path: string; digest: string; sizeBytes: number } {
  const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
  return { path, digest, sizeBytes: Buffer.byteLength(content) };
}

describe("a staged folder", () => {
  it("appears whole, and leaves nothing beside it", async () => {
    const staged = await disk.prepareFolder(join(parent, "deep", "out"));
    await writeFile(await staged.place("a/b/c.txt"), "c");
    expect(await readdir(join(parent, "deep"))).not.toContain("out");
    await staged.commit();
    await staged.discard();
    expect(await readdir(join(parent, "deep"))).toEqual(["out"]);
    expect(await readFile(join(parent, "deep", "out", "a", "b", "c.txt"), "utf8")).toBe("c");
  });

  it("disappears when discarded, twice too", async () => {
    const staged = await disk.prepareFolder(target);
    await writeFile(await staged.place("a"), "a");
    await staged.discard();
    await staged.discard();
    expect(await readdir(parent)).toEqual([]);
  });

  it.each(["../a", "a/../../b", "/a", "", "a//b", "a\\b", "a\0"])("refuses to place %j", async (path) => {
    const staged = await disk.prepareFolder(target);
    await expect(staged.place(path)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("takes an empty folder, refuses another, replaces it when forced", async () => {
    await mkdir(target);
    await pull({ a: "1" });
    await expect(disk.prepareFolder(target)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await pull({ b: "2" }, true);
    expect(await readdir(target)).toEqual(["b"]);
    expect(await readdir(parent)).toEqual(["out"]);
  });

  it("keeps what others wrote meanwhile", async () => {
    const staged = await disk.prepareFolder(target);
    await mkdir(target);
    await writeFile(join(target, "theirs"), "x");
    await expect(staged.commit()).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await staged.discard();
    expect(await readdir(target)).toEqual(["theirs"]);
  });

  it("never follows a link at the destination", async () => {
    await mkdir(join(parent, "elsewhere"));
    await writeFile(join(parent, "elsewhere", "precious"), "x");
    await symlink(join(parent, "elsewhere"), target);
    await expect(disk.prepareFolder(target)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await pull({ a: "1" }, true);
    expect(await readdir(target)).toEqual(["a"]);
    expect(await readdir(join(parent, "elsewhere"))).toEqual(["precious"]);
  });

  it("replaces no repository, no home and not the current folder", async () => {
    await mkdir(join(target, ".git"), { recursive: true });
    const refusal = { code: "INVALID_INPUT" };
    await expect(disk.prepareFolder(target, { force: true })).rejects.toMatchObject(refusal);
    await expect(disk.prepareFolder(process.cwd(), { force: true })).rejects.toMatchObject(refusal);
    await expect(disk.prepareFolder(join(process.cwd(), ".."), { force: true })).rejects.toMatchObject(
      refusal,
    );
  });

  it("tells whether a folder holds the same version", async () => {
    const files = [expected("a", "1"), expected("b/c", "22")];
    expect(await disk.matches(target, files)).toBe(false);
    await pull({ a: "1", "b/c": "22" });
    expect(await disk.matches(target, files)).toBe(true);
    expect(await disk.matches(target, [expected("a", "1")])).toBe(false);
    expect(await disk.matches(target, [expected("a", "2"), expected("b/c", "22")])).toBe(false);
    expect(await disk.matches(target, [expected("a", "1"), expected("a", "1")])).toBe(false);
    await writeFile(join(target, "more"), "");
    expect(await disk.matches(target, files)).toBe(false);
    expect(await disk.matches(join(target, "a"), files)).toBe(false);
    await rm(join(target, "more"));
    await rm(join(target, "a"));
    await symlink(join(target, "b", "c"), join(target, "a"));
    expect(await disk.matches(target, files)).toBe(false);
  });

  it("tells whether scanned files are a version's", async () => {
    await pull({ a: "1", "b/c": "22" });
    const scanned = await disk.scan(target);
    expect(await disk.holds(scanned, [expected("b/c", "22"), expected("a", "1")])).toBe(true);
    expect(await disk.holds(scanned, [expected("a", "1")])).toBe(false);
    expect(await disk.holds(scanned, [expected("b/c", "23"), expected("a", "1")])).toBe(false);
  });
});

describe("killed at any moment", () => {
  const runs = process.env["MODELTRAIL_TEST_LONG"] === undefined ? 12 : 150;
  let compiled: CompiledSource;
  beforeAll(async () => {
    compiled = await compileSource();
  });
  afterAll(() => compiled.remove());

  it("a replaced folder is the old one or the new one, and the next run finishes", async () => {
    const script = `
      import { writeFile } from "node:fs/promises";
      const disk = openModelFiles();
      console.log("begun");
      for (let round = 0; ; round += 1) {
        const staged = await disk.prepareFolder(${JSON.stringify(target)}, { force: true });
        for (let i = 0; i < 5; i += 1) await writeFile(await staged.place("d/f" + i), "round " + round);
        await staged.commit();
      }`;
    for (let run = 0; run < runs; run += 1) {
      const child = await compiled.start(script, { openModelFiles: "adapters/model-files/open-model-files" });
      await killAfter(child, Math.random() * 40);
      const staged = await disk.prepareFolder(target).catch(() => undefined);
      await staged?.discard();
      const names = await readdir(parent);
      if (names.length === 0) continue;
      expect(names).toEqual(["out"]);
      const contents = await Promise.all(
        [0, 1, 2, 3, 4].map((i) => readFile(join(target, "d", `f${i}`), "utf8")),
      );
      expect(new Set(contents).size).toBe(1);
    }
    await pull({ a: "last" }, true);
    expect(await readdir(target)).toEqual(["a"]);
  });
});
