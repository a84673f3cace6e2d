import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openModelFiles } from "../../../src/adapters/model-files/open-model-files.ts";

const disk = openModelFiles();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "modeltrail-scan-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, content = "x"): Promise<void> {
  await mkdir(join(folder, path, ".."), { recursive: true });
  await writeFile(join(folder, path), content);
}

describe("scanning a model", () => {
  it("lists a folder by the bytes of its paths", async () => {
    for (const path of ["b", "a/z", "a.txt", "a/b/c", "Z", "größe 🙂.bin", "\uFF5E.bin", "a-b"])
      await write(path);
    const scanned = await disk.scan(folder);
    expect(scanned.kind).toBe("folder");
    expect(scanned.files.map((file) => file.path)).toEqual([
      "Z",
      "a-b",
      "a.txt",
      "a/b/c",
      "a/z",
      "b",
      "größe 🙂.bin",
      "\uFF5E.bin",
    ]);
    const deep = scanned.files.find((file) => file.path === "a/b/c");
    expect(deep).toEqual({ path: "a/b/c", absolutePath: join(folder, "a", "b", "c"), sizeBytes: 1 });
  });

  it("takes one file, also an empty one", async () => {
    await write("model.onnx", "");
    const path = join(folder, "model.onnx");
    expect(await disk.scan(path)).toEqual({
      kind: "file",
      name: "model.onnx",
      files: [{ path: "model.onnx", absolutePath: path, sizeBytes: 0 }],
    });
  });

  it("skips .git and empty folders", async () => {
    await write("a");
    await write(".git/config");
    await write("sub/.git");
    await mkdir(join(folder, "empty", "deep"), { recursive: true });
    expect((await disk.scan(folder)).files.map((file) => file.path)).toEqual(["a"]);
  });

  it("refuses links wherever they lead, and special files", async () => {
    await write("real");
    await symlink(join(folder, "real"), join(folder, "link"));
    const refusal = {
      code: "INVALID_INPUT",
      message: expect.stringContaining(join(folder, "link")) as string,
    };
    await expect(disk.scan(folder)).rejects.toMatchObject(refusal);
    await expect(disk.scan(join(folder, "link"))).rejects.toMatchObject(refusal);
    await rm(join(folder, "link"));
    await symlink("..", join(folder, "link"));
    await expect(disk.scan(folder)).rejects.toMatchObject(refusal);
    await rm(join(folder, "link"));
    execFileSync("mkfifo", [join(folder, "link")]);
    await expect(disk.scan(folder)).rejects.toMatchObject(refusal);
  });

  it.each([
    ["a line break", "a\nb"],
    ["an escape", "a\x1bb"],
    ["a quotation mark", 'a"b'],
    ["a backslash", "a\\b"],
    ["a change of direction", "a\u202eb"],
    ["a decomposed letter", "a\u0308"],
    ["a C1 control", "a\u0085b"],
  ])("refuses %s in a name", async (_, name) => {
    await write(name);
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(disk.scan(join(folder, name))).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("refuses a name that is not UTF-8", async () => {
    await writeFile(Buffer.concat([Buffer.from(`${folder}/a`), Buffer.from([0xff, 0xfe])]), "x");
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it.each([
    ["Model.bin", "model.bin"],
    ["straße", "STRASSE"],
    ["a/X", "A/x"],
    ["data", "DATA/x"],
  ])("refuses %s beside %s", async (a, b) => {
    await write(a);
    await write(b);
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("refuses an empty folder, nothing, too many files, and too long paths", async () => {
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await expect(disk.scan(join(folder, "none"))).rejects.toMatchObject({ code: "NOT_FOUND" });
    await write(`${"d".repeat(200)}/${"e".repeat(200)}/${"f".repeat(111)}`);
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
    await rm(join(folder, "d".repeat(200)), { recursive: true });
    for (let i = 0; i < 2500; i += 1) await write(`f${i}`);
    expect((await disk.scan(folder)).files).toHaveLength(2500);
    await write("one-more");
    await expect(disk.scan(folder)).rejects.toMatchObject({ code: "INVALID_INPUT" });
  });

  it("reads the head of a file", async () => {
    await write("a", "0123456789");
    expect(Buffer.from(await disk.readHead(join(folder, "a"), 4)).toString()).toBe("0123");
    expect(Buffer.from(await disk.readHead(join(folder, "a"), 99)).toString()).toBe("0123456789");
  });
});
