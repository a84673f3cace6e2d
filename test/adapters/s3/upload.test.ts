import { mkdtemp, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ArtifactStore, LocalFile } from "../../../src/ports/artifact-store.ts";
import { MIB, bytesOf, sha256 } from "../../contracts/artifact-store.contract.ts";
import { type S3Server, startS3 } from "../../servers/s3.ts";
import { TEST_PART as PART, openOn } from "../../servers/s3-store.ts";

const KEY = "m/1.0.0/model.bin";
const STORED = `registry/${KEY}`;
const SMALL = bytesOf(1000, "small");
const LARGE = bytesOf(8 * PART + 77, "large");

let server: S3Server;
let folder: string;
let store: ArtifactStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "modeltrail-upload-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await startS3();
  store = openOn(server);
});
afterEach(async () => {
  await store.close();
  await server.close();
});

async function local(bytes: Buffer): Promise<LocalFile> {
  const path = join(folder, sha256(bytes).slice(7, 27));
  await writeFile(path, bytes);
  return { path, sizeBytes: bytes.length };
}

async function put(bytes: Buffer, key = KEY): ReturnType<ArtifactStore["put"]> {
  return store.put(key, await local(bytes));
}

function count(operation: string): number {
  return server.requests.filter((request) => request.startsWith(`${operation} `)).length;
}

describe("what is sent", () => {
  it("is signed with its own SHA-256, which the store is told as well", async () => {
    await put(SMALL);
    await put(LARGE, "m/1.0.0/large.bin");
    const sent = server.headers.filter((_, i) => /^(PutObject|UploadPart) /.test(server.requests[i] ?? ""));
    expect(sent).toHaveLength(10);
    for (const headers of sent) {
      const checksum = Buffer.from(String(headers["x-amz-checksum-sha256"]), "base64").toString("hex");
      expect(headers["x-amz-content-sha256"]).toBe(checksum);
      expect(headers.authorization).toContain("x-amz-checksum-sha256");
      expect(headers["x-amz-checksum-crc32"]).toBeUndefined();
    }
  });

  it("is two requests for a small file", async () => {
    await put(SMALL);
    expect(server.requests).toEqual([`PutObject ${STORED}`, `HeadObject ${STORED}`]);
  });

  it("is nothing when a large file is there", async () => {
    const stored = await put(LARGE);
    expect(stored.storedChecksum).toMatch(/^[A-Za-z0-9+/]{43}=-9$/);
    const parts = count("UploadPart");
    expect(await put(LARGE)).toEqual({ ...stored, uploaded: false });
    expect(count("UploadPart")).toBe(parts);
    expect(count("GetObject")).toBe(1); // The one that told a missing key from a missing bucket.
  });
});

describe("a conditional write", () => {
  it("whose answer was lost is a success of ours", async () => {
    server.inject({ operation: "PutObject", does: { kind: "lost-reply" } });
    expect(await put(SMALL)).toMatchObject({ uploaded: true });
    server.inject({ operation: "CompleteMultipartUpload", does: { kind: "lost-reply" } });
    const stored = await put(LARGE, "m/1.0.0/large.bin");
    expect(stored).toMatchObject({ uploaded: true, digest: sha256(LARGE) });
    expect(stored.storedChecksum).toBeDefined();
    expect(count("UploadPart")).toBe(9);
  });

  it("that meets another is tried again, in parts from the beginning", async () => {
    const conflict = { kind: "status", status: 409, code: "ConditionalRequestConflict" } as const;
    server.inject({ operation: "PutObject", does: conflict });
    expect(await put(SMALL)).toMatchObject({ uploaded: true });
    server.inject({ operation: "CompleteMultipartUpload", does: conflict });
    expect(await put(LARGE, "m/1.0.0/large.bin")).toMatchObject({ uploaded: true });
    expect(count("CreateMultipartUpload")).toBe(2);
    expect(server.uploads.size).toBe(0);
  });

  it("that the store does not know is a look, then a write, for as long as the store is open", async () => {
    server.behaviour.conditional = false;
    expect(await put(SMALL)).toMatchObject({ uploaded: true });
    expect(await put(SMALL)).toMatchObject({ uploaded: false });
    await expect(put(bytesOf(1000, "other"))).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await put(LARGE, "m/1.0.0/large.bin")).toMatchObject({ uploaded: true });
    await expect(put(bytesOf(LARGE.length, "other"), "m/1.0.0/large.bin")).rejects.toMatchObject({
      code: "CONFLICT",
    });
    expect(server.headers.filter((headers) => headers["if-none-match"] !== undefined)).toHaveLength(1);
  });

  it("in the weaker mode too, in parts first", async () => {
    server.behaviour.conditional = false;
    expect(await put(LARGE)).toMatchObject({ uploaded: true });
    expect(count("CompleteMultipartUpload")).toBe(2);
    expect(count("UploadPart")).toBe(9);
    expect(server.uploads.size).toBe(0);
  });
});

describe("an upload that was interrupted", () => {
  async function interrupt(): Promise<void> {
    const away = { kind: "status", status: 500, code: "InternalError" } as const;
    server.inject({ operation: "UploadPart", nth: 5, times: 999, does: away });
    await expect(put(LARGE)).rejects.toMatchObject({ code: "STORAGE" });
    server.inject();
    expect(server.uploads.size).toBe(1);
  }

  it("goes on with what the store holds", async () => {
    await interrupt();
    const held = [...server.uploads.values()][0]?.parts.size ?? 0;
    expect(held).toBeGreaterThan(0);
    const before = count("UploadPart");
    await store.close();
    store = openOn(server);
    expect(await put(LARGE)).toMatchObject({ uploaded: true, digest: sha256(LARGE) });
    expect(count("UploadPart") - before).toBe(9 - held);
    expect(count("CreateMultipartUpload")).toBe(1);
  });

  it("sends again what differs from the local file", async () => {
    await interrupt();
    const upload = [...server.uploads.values()][0];
    const first = upload?.parts.get(1);
    const wrong = { body: Buffer.alloc(PART), checksum: "x".repeat(43), etag: '"e"' };
    upload?.parts.set(1, wrong);
    expect(first).toBeDefined();
    await put(LARGE);
    expect(server.objects.get(STORED)?.body.equals(LARGE)).toBe(true);
  });

  it("begins anew where the store lists nothing, and leaves that one to the store", async () => {
    await interrupt();
    server.inject({
      operation: "ListMultipartUploads",
      does: { kind: "status", status: 403, code: "AccessDenied" },
    });
    expect(await put(LARGE)).toMatchObject({ uploaded: true });
    expect(count("CreateMultipartUpload")).toBe(2);
  });

  it("leaves no other unfinished upload of the key", async () => {
    await interrupt();
    server.uploads.set("older", { key: STORED, since: new Date(0), parts: new Map() });
    server.uploads.set("neighbour", { key: `${STORED}x`, since: new Date(0), parts: new Map() });
    await put(LARGE);
    expect([...server.uploads.keys()]).toEqual(["neighbour"]);
  });

  it("is dropped when the file changed meanwhile", async () => {
    const file = await local(LARGE);
    const touched = (): void => void utimes(file.path, 1, 1);
    await expect(store.put(KEY, file, { onProgress: touched })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    expect(server.uploads.size).toBe(0);
    expect(server.objects.size).toBe(0);
  });

  it("stops at once when it is told to, and goes on later", async () => {
    const stop = new AbortController();
    const file = await local(LARGE);
    const options = { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
    await expect(store.put(KEY, file, options)).rejects.toThrow("enough");
    expect(server.objects.size).toBe(0);
    expect(await store.put(KEY, file)).toMatchObject({ uploaded: true });
    expect(count("CreateMultipartUpload")).toBe(1);
  });
});

describe("the parts", () => {
  it.each([1, 4])("are sent %i at once at most, which bounds memory", async (concurrency) => {
    const few = openOn(server, { concurrency });
    server.inject({ operation: "UploadPart", times: 99, does: { kind: "slow", ms: 20 } });
    const file = await local(bytesOf(MIB, "many"));
    await few.put(KEY, file);
    expect(server.peaks.get("UploadPart")).toBeLessThanOrEqual(concurrency);
    expect(server.peaks.get("UploadPart")).toBeGreaterThan(concurrency === 1 ? 0 : 1);
    await few.close();
  });
});
