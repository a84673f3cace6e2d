import { spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLocalStore } from "../../../src/adapters/local-store/open-local-store.ts";
import type { ArtifactStore, LocalFile } from "../../../src/ports/artifact-store.ts";
import { MIB, bytesOf, expectedOf } from "../../contracts/artifact-store.contract.ts";
import { type CompiledSource, compileSource, killAfter } from "../../servers/child.ts";

const KEY = "m/1.0.0/model.bin";
const URI_BASE = "file:.modeltrail/artifacts/";

let folder: string;
let root: string;
let store: ArtifactStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "modeltrail-local-store-"));
  root = join(folder, ".modeltrail", "artifacts");
  store = openLocalStore({ root, uriBase: URI_BASE });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function local(bytes: Buffer): Promise<LocalFile> {
  const path = join(folder, "source");
  await writeFile(path, bytes);
  return { path, sizeBytes: bytes.length };
}

describe("the store's folder", () => {
  it("holds plain, read-only files under their keys, and nothing else", async () => {
    await store.put(KEY, await local(bytesOf(10, "a")));
    expect((await stat(join(root, KEY))).mode & 0o777).toBe(0o444);
    expect((await readdir(root)).sort()).toEqual([".incoming", "m"]);
    expect(await readdir(join(root, ".incoming"))).toEqual([]);
  });

  it("is not made by reading", async () => {
    expect(await store.stat(KEY)).toBeUndefined();
    expect(await store.verify(KEY, expectedOf(Buffer.alloc(0)))).toEqual({ ok: false, problem: "missing" });
    expect(await readdir(folder)).toEqual([]);
  });

  it("has to be an absolute path", () => {
    expect(() => openLocalStore({ root: "artifacts", uriBase: URI_BASE })).toThrow("absolute");
  });

  it("keeps its own folder to itself", async () => {
    await expect(store.put(".incoming/a", await local(bytesOf(1, "a")))).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
  });
});

describe("links", () => {
  it.each([
    ".modeltrail",
    ".modeltrail/artifacts",
    ".modeltrail/artifacts/m",
    ".modeltrail/artifacts/m/1.0.0",
  ])("are not followed at %s", async (at) => {
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    await mkdir(join(folder, at, ".."), { recursive: true });
    await symlink(elsewhere, join(folder, at));
    const bytes = bytesOf(10, "a");
    const refusal = { code: "STORAGE" };
    await expect(store.put(KEY, await local(bytes))).rejects.toMatchObject(refusal);
    await expect(store.stat(KEY)).rejects.toMatchObject(refusal);
    await expect(store.verify(KEY, expectedOf(bytes))).rejects.toMatchObject(refusal);
    await expect(store.get(KEY, expectedOf(bytes), join(folder, "got"))).rejects.toMatchObject(refusal);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("are not read, nor replaced, under a key", async () => {
    const bytes = bytesOf(10, "a");
    const file = await local(bytes);
    await mkdir(join(root, "m", "1.0.0"), { recursive: true });
    await symlink(file.path, join(root, KEY));
    await expect(store.verify(KEY, expectedOf(bytes))).rejects.toMatchObject({ code: "STORAGE" });
    await expect(store.put(KEY, file)).rejects.toMatchObject({ code: "STORAGE" });
  });

  it("above what the manifest names are the user's own", async () => {
    await mkdir(join(folder, "disk"));
    await symlink(join(folder, "disk"), join(folder, "registry"));
    const linked = openLocalStore({
      root: join(folder, "registry", ".modeltrail", "artifacts"),
      uriBase: URI_BASE,
    });
    expect(await linked.put(KEY, await local(bytesOf(10, "a")))).toMatchObject({ uploaded: true });
  });
});

describe("damage", () => {
  it("is noticed by verify and get, and by a put of the same file", async () => {
    const bytes = bytesOf(2 * MIB, "a");
    const file = await local(bytes);
    await store.put(KEY, file);
    await chmod(join(root, KEY), 0o600);
    const damaged = Buffer.from(bytes);
    damaged[MIB] = (damaged[MIB] ?? 0) ^ 1;
    await writeFile(join(root, KEY), damaged);
    expect(await store.verify(KEY, expectedOf(bytes))).toMatchObject({ ok: false, problem: "digest" });
    await expect(store.get(KEY, expectedOf(bytes), join(folder, "got"))).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });
    await expect(store.put(KEY, file)).rejects.toMatchObject({ code: "CONFLICT" });
    expect((await readdir(folder)).sort()).toEqual([".modeltrail", "source"]);
  });
});

describe("what others left behind", () => {
  it("goes when they are gone, and stays while they live", async () => {
    await store.put("a", await local(bytesOf(1, "a")));
    const incoming = join(root, ".incoming");
    const { stdout } = spawnSync(process.execPath, ["-e", "process.stdout.write(String(process.pid))"]);
    const gone = stdout.toString();
    // The name of a file of ours begins with a mark of this machine.
    const mark = await ownMark(incoming);
    await writeFile(join(incoming, `${mark}-${gone}-x`), "half");
    await writeFile(join(incoming, "f".repeat(64) + ".claim"), `${mark}-${gone}-x`);
    await writeFile(join(incoming, `${mark}-${process.ppid}-x`), "half");
    await writeFile(join(incoming, `ffffffffffff-${gone}-x`), "half");
    await store.put("b", await local(bytesOf(1, "b")));
    expect((await readdir(incoming)).sort()).toEqual(
      [`${mark}-${process.ppid}-x`, `ffffffffffff-${gone}-x`].sort(),
    );
  });

  async function ownMark(incoming: string): Promise<string> {
    const seen: string[] = [];
    const onProgress = (): void => void readdir(incoming).then((names) => seen.push(...names));
    await store.put("mark", await local(bytesOf(8 * MIB, "mark")), { onProgress });
    return seen[0]?.split("-")[0] ?? "";
  }
});

describe("killed at any moment", () => {
  const runs = process.env["MODELTRAIL_TEST_LONG"] === undefined ? 8 : 200;
  let compiled: CompiledSource;
  beforeAll(async () => {
    compiled = await compileSource();
  });
  afterAll(() => compiled.remove());

  it.each([true, false])(
    "a put leaves nothing or the whole file, and the next one finishes (links: %s)",
    async (hardLinks) => {
      const bytes = bytesOf(8 * MIB, "killed");
      const file = await local(bytes);
      const options = { root, uriBase: URI_BASE, hardLinks };
      const script = `
      const store = openLocalStore(${JSON.stringify(options)});
      console.log("begun");
      for (let i = 0; ; i += 1) await store.put("m/" + process.pid + "/" + i, ${JSON.stringify(file)});`;
      for (let run = 0; run < runs; run += 1) {
        const child = await compiled.start(script, {
          openLocalStore: "adapters/local-store/open-local-store",
        });
        await killAfter(child, Math.random() * 100);
        const keys = await storedKeys(String(child.pid));
        for (const key of keys) expect((await readFile(join(root, key))).equals(bytes)).toBe(true);
        const next = openLocalStore(options);
        const key = `m/${child.pid}/${keys.length}`;
        expect(await next.put(key, file)).toMatchObject({ uploaded: true });
        expect(await next.verify(key, expectedOf(bytes))).toEqual({ ok: true, by: "hashing" });
        expect(await readdir(join(root, ".incoming"))).toEqual([]);
        await rm(join(root, "m"), { recursive: true });
      }
    },
    300_000,
  );

  async function storedKeys(pid: string): Promise<string[]> {
    const names = await readdir(join(root, "m", pid)).catch(() => []);
    return names.map((name) => `m/${pid}/${name}`);
  }
});
