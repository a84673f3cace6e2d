import { createHash } from "node:crypto";
import { chmod, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ArtifactStore, ExpectedFile, LocalFile } from "../../src/ports/artifact-store.ts";

export interface StoreUnderTest {
  /** Another instance on the same place. */
  open(): ArtifactStore;
  /** What addresses begin with. */
  readonly uriBase: string;
  close(): Promise<void>;
}

export const MIB = 1 << 20;

/** Deterministic bytes that do not repeat. */
export function bytesOf(sizeBytes: number, seed: string): Buffer {
  const blocks: Buffer[] = [];
  for (let done = 0, i = 0; done < sizeBytes; done += 4096, i += 1) {
    blocks.push(Buffer.alloc(4096, createHash("sha512").update(`${seed}:${i}`).digest()));
  }
  return Buffer.concat(blocks).subarray(0, sizeBytes);
}

export function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function expectedOf(bytes: Buffer): ExpectedFile {
  return { digest: sha256(bytes), sizeBytes: bytes.length };
}

const KEYS = [
  "fraud/1.0.0/model.onnx",
  "fraud/1.0.0/a b/c+d%20e#f?g=h&i.bin",
  "team/fraud/1.0.0/größe-模型-🙂.pt",
  "fraud/1.0.0/it's (1) [2] {3} ~$@!*,;=.bin",
  "fraud/1.0.0/%2e%2e/x",
  "fraud/1.0.0/...",
];

/** What every artifact store promises. Files above 5 MiB go in parts to stores that know parts of 5 MiB. */
export function artifactStoreContract(title: string, start: () => Promise<StoreUnderTest>): void {
  describe(`artifact store: ${title}`, () => {
    let place: StoreUnderTest;
    let store: ArtifactStore;
    let folder: string;
    let count = 0;

    beforeAll(async () => {
      place = await start();
      store = place.open();
      folder = await mkdtemp(join(tmpdir(), "modeltrail-store-"));
    });
    afterAll(async () => {
      await store?.close();
      await store?.close();
      await place?.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    });

    async function local(bytes: Buffer): Promise<LocalFile> {
      const path = join(folder, `file-${(count += 1)}`);
      await writeFile(path, bytes);
      return { path, sizeBytes: bytes.length };
    }
    async function putNew(key: string, bytes: Buffer): Promise<ExpectedFile> {
      return store.put(key, await local(bytes));
    }

    it.each([
      ["empty", 0],
      ["one byte", 1],
      ["a megabyte", MIB],
      ["exactly one part", 5 * MIB],
      ["a byte more than a part", 5 * MIB + 1],
      ["several parts", 12 * MIB + 12345],
    ])("stores, vouches for and gives back: %s", async (name, size) => {
      const key = `sizes/${name.replaceAll(" ", "-")}.bin`;
      const bytes = bytesOf(size, name);
      const progress: number[] = [];
      const file = await local(bytes);
      const stored = await store.put(key, file, { onProgress: (done) => progress.push(done) });
      expect(stored).toMatchObject({ digest: sha256(bytes), sizeBytes: size, uploaded: true });
      expect(progress.at(-1) ?? 0).toBe(size);
      expect(progress).toEqual(progress.toSorted((a, b) => a - b));

      expect((await store.stat(key))?.sizeBytes).toBe(size);
      expect(await store.verify(key, stored)).toMatchObject({ ok: true });
      expect(await store.verify(key, expectedOf(bytes))).toMatchObject({ ok: true });

      const again = await place.open().put(key, file);
      expect(again).toEqual({ ...stored, uploaded: false });

      const destination = join(folder, `got-${(count += 1)}`);
      await store.get(key, stored, destination);
      expect((await readFile(destination)).equals(bytes)).toBe(true);
    });

    it.each(KEYS)("takes the key %s", async (key) => {
      const bytes = bytesOf(1000, key);
      const expected = await putNew(key, bytes);
      const destination = join(folder, `got-${(count += 1)}`);
      await store.get(key, expected, destination);
      expect((await readFile(destination)).equals(bytes)).toBe(true);
      expect(await store.stat(`${key}x`)).toBeUndefined();
      expect(store.uriOf(key)).toBe(place.uriBase + key);
    });

    it("names a folder with a slash at its end", () => {
      expect(store.uriOf("fraud/1.0.0/")).toBe(`${place.uriBase}fraud/1.0.0/`);
    });

    it.each(["", "/a", "a//b", "../a", "a/../b", "a/./b", "a/..", "a/", "a\nb", "a\0b"])(
      "refuses the key %j",
      async (key) => {
        const refusal = { code: "INVALID_INPUT" };
        const bytes = bytesOf(1, "x");
        await expect(store.put(key, await local(bytes))).rejects.toMatchObject(refusal);
        await expect(store.stat(key)).rejects.toMatchObject(refusal);
        await expect(store.verify(key, expectedOf(bytes))).rejects.toMatchObject(refusal);
        await expect(store.get(key, expectedOf(bytes), join(folder, "no"))).rejects.toMatchObject(refusal);
      },
    );

    it.each([100, 6 * MIB])("never overwrites (%i bytes)", async (size) => {
      const key = `once/${size}.bin`;
      const bytes = bytesOf(size, "first");
      const stored = await putNew(key, bytes);
      for (const other of [bytesOf(size, "other"), bytesOf(size + 1, "first"), Buffer.alloc(0)]) {
        await expect(putNew(key, other)).rejects.toMatchObject({ code: "CONFLICT" });
      }
      expect(await store.verify(key, expectedOf(bytes))).toMatchObject({ ok: true });
      expect(await store.verify(key, stored)).toMatchObject({ ok: true });
    });

    it("lets one of several writers win, and tells the others", async () => {
      for (const size of [2000, 6 * MIB]) {
        const key = `race/${size}.bin`;
        const files = await Promise.all([1, 2, 3, 4].map((i) => local(bytesOf(size, `${i % 2}`))));
        const results = await Promise.allSettled(files.map((file) => place.open().put(key, file)));
        const done = results.filter((result) => result.status === "fulfilled");
        const digests = new Set(done.map((result) => result.value.digest));
        expect(digests.size).toBe(1);
        for (const result of results) {
          if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFLICT" });
        }
        const [digest = ""] = digests;
        expect(await store.verify(key, { digest, sizeBytes: size })).toMatchObject({ ok: true });
      }
    });

    it("lists what stands below a folder's key, and nothing beside it", async () => {
      const names = ["a.bin", "b c/d+e.bin", "b c/deep/er.bin", "é.bin", ...[1, 2, 3, 4].map((i) => `n${i}`)];
      for (const name of names) await putNew(`list/1.0.0/${name}`, bytesOf(10, name));
      await putNew("list/1.0.0-rc.1/other.bin", bytesOf(10, "other"));
      await putNew("list/1.0.01", bytesOf(10, "beside"));
      const keys = names.map((name) => `list/1.0.0/${name}`).toSorted();
      expect(await store.list("list/1.0.0/")).toEqual(keys);
      expect(await store.list("list/1.0.0/", keys[3])).toEqual(keys.slice(4));
      expect(await store.list("list/1.0.0/", keys.at(-1))).toEqual([]);
      expect(await store.list("list/none/")).toEqual([]);
      expect(await store.isPresent()).toBe(true);
      expect(await store.list("list/1.0.01/")).toEqual([]);
      await expect(store.list("list/../")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    });

    it("tells what is missing, of another size, and of other bytes", async () => {
      const bytes = bytesOf(3000, "v");
      await putNew("verify/a.bin", bytes);
      expect(await store.stat("verify/none.bin")).toBeUndefined();
      expect(await store.verify("verify/none.bin", expectedOf(bytes))).toEqual({
        ok: false,
        problem: "missing",
      });
      const longer = { ...expectedOf(bytes), sizeBytes: 3001 };
      expect(await store.verify("verify/a.bin", longer)).toMatchObject({
        ok: false,
        problem: "size",
        found: "3000",
      });
      const other = expectedOf(bytesOf(3000, "w"));
      const verdict = await store.verify("verify/a.bin", other);
      expect(verdict).toEqual({ ok: false, problem: "digest", found: sha256(bytes) });
    });

    it("does not believe a composite checksum that is not the one it keeps", async () => {
      const bytes = bytesOf(6 * MIB, "c");
      const stored = await putNew("verify/parts.bin", bytes);
      const storedChecksum = `${createHash("sha256").update("x").digest("base64")}-2`;
      expect(await store.verify("verify/parts.bin", { ...stored, storedChecksum })).toEqual({
        ok: true,
        by: "hashing",
      });
      const wrong = { ...expectedOf(bytesOf(6 * MIB, "d")), storedChecksum };
      expect(await store.verify("verify/parts.bin", wrong)).toMatchObject({ ok: false, problem: "digest" });
    });

    it("leaves nothing behind when it does not get what is expected", async () => {
      const bytes = bytesOf(2 * MIB, "g");
      await putNew("get/a.bin", bytes);
      const target = await mkdtemp(join(folder, "target-"));
      const destination = join(target, "a.bin");
      const get = (key: string, expected: ExpectedFile): Promise<void> =>
        store.get(key, expected, destination);
      await expect(get("get/none.bin", expectedOf(bytes))).rejects.toMatchObject({ code: "NOT_FOUND" });
      for (const other of [bytesOf(2 * MIB, "h"), bytesOf(2 * MIB - 1, "g"), Buffer.alloc(0)]) {
        await expect(get("get/a.bin", expectedOf(other))).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
      }
      expect(await readdir(target)).toEqual([]);
      await get("get/a.bin", expectedOf(bytes));
      expect(await readdir(target)).toEqual(["a.bin"]);
      await expect(get("get/a.bin", expectedOf(bytes))).rejects.toMatchObject({ code: "FILE_SYSTEM" });
    });

    it("refuses local files that are not what they are said to be", async () => {
      const file = await local(bytesOf(500, "l"));
      const put = (wrong: LocalFile): Promise<unknown> => store.put("local/a.bin", wrong);
      await expect(put({ ...file, sizeBytes: 501 })).rejects.toMatchObject({ code: "INVALID_INPUT" });
      await expect(put({ path: folder, sizeBytes: 0 })).rejects.toMatchObject({ code: "INVALID_INPUT" });
      await expect(put({ path: `${file.path}-none`, sizeBytes: 1 })).rejects.toMatchObject({
        code: "FILE_SYSTEM",
      });
      await symlink(file.path, `${file.path}-link`);
      await expect(put({ ...file, path: `${file.path}-link` })).rejects.toMatchObject({
        code: "INVALID_INPUT",
      });
      expect(await store.stat("local/a.bin")).toBeUndefined();
    });

    it("notices a file that changes while it is read", async () => {
      const bytes = bytesOf(12 * MIB, "m");
      const file = await local(bytes);
      let touched: Promise<void> | undefined;
      const onProgress = (): void => {
        touched ??= chmod(file.path, 0o600).then(() => writeFile(file.path, Buffer.alloc(12 * MIB)));
      };
      const outcome = await store
        .put("local/moving.bin", file, { onProgress })
        .catch((error: unknown) => error);
      await touched;
      // Unless all of it was read before the first progress was told, it is refused.
      if (outcome instanceof Error) {
        expect(outcome).toMatchObject({ code: "INVALID_INPUT" });
        expect(await store.stat("local/moving.bin")).toBeUndefined();
      } else expect(outcome).toMatchObject({ digest: sha256(bytes) });
    });

    it("keeps a small text under a key once, and gives it back", async () => {
      const key = ".audit/modeltrail-audit/000000001.json";
      expect(await store.readRecord(key)).toBeUndefined();
      await store.putRecord(key, '{"größe":1}\n');
      await place.open().putRecord(key, '{"größe":1}\n');
      expect(await store.readRecord(key)).toBe('{"größe":1}\n');
      await expect(store.putRecord(key, '{"größe":2}\n')).rejects.toMatchObject({ code: "CONFLICT" });
      expect(await store.readRecord(key)).toBe('{"größe":1}\n');
      await store.putRecord(".audit/modeltrail-audit/000000012.json", "{}\n");
      expect(await store.list(".audit/modeltrail-audit/")).toEqual([
        key,
        ".audit/modeltrail-audit/000000012.json",
      ]);
      await expect(store.readRecord(".audit/../x")).rejects.toMatchObject({ code: "INVALID_INPUT" });
    });

    it("takes one of several texts that come at once for one key", async () => {
      const key = ".audit/race/000000001.json";
      const texts = ["one\n", "two\n", "three\n", "four\n"];
      const outcomes = await Promise.allSettled(texts.map((text) => store.putRecord(key, text)));
      const won = texts.filter((_, index) => outcomes[index]?.status === "fulfilled");
      expect(won).toEqual([await store.readRecord(key)]);
    });

    it("reads no record that is larger than any", async () => {
      const bytes = bytesOf(65 * 1024, "record");
      await store.put("record/large.json", await local(bytes));
      await expect(store.readRecord("record/large.json")).rejects.toMatchObject({ code: "STORAGE" });
    });

    it("stops when it is told to", async () => {
      const bytes = bytesOf(12 * MIB, "s");
      const file = await local(bytes);
      const stop = new AbortController();
      stop.abort(new Error("enough"));
      const options = { signal: stop.signal };
      await expect(store.put("stop/a.bin", file, options)).rejects.toThrow("enough");
      expect(await store.stat("stop/a.bin")).toBeUndefined();
      await store.put("stop/a.bin", file);
      const destination = join(folder, "stopped");
      await expect(store.get("stop/a.bin", expectedOf(bytes), destination, options)).rejects.toThrow(
        "enough",
      );
      expect(await readdir(folder)).not.toContain("stopped");
    });
  });
}
