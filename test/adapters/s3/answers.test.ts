import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openS3Store } from "../../../src/adapters/s3/open-s3-store.ts";
import type { ArtifactStore, StoredFile } from "../../../src/ports/artifact-store.ts";
import { MIB, bytesOf, expectedOf } from "../../contracts/artifact-store.contract.ts";
import { type Fault, type S3Server, TEST_CREDENTIALS, startS3 } from "../../servers/s3.ts";
import { TEST_PART as PART, openOn } from "../../servers/s3-store.ts";

const KEY = "m/1.0.0/model.bin";
const STORED = `registry/${KEY}`;
const SMALL = bytesOf(1000, "small");
const LARGE = bytesOf(5 * MIB, "large");

let server: S3Server;
let folder: string;
let store: ArtifactStore;
const environment = { ...process.env };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "modeltrail-answers-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  server = await startS3();
  store = openOn(server);
});
afterEach(async () => {
  process.env = { ...environment };
  await store.close();
  await server.close();
});

async function put(bytes: Buffer): Promise<StoredFile> {
  const path = join(folder, "source");
  await writeFile(path, bytes);
  return store.put(KEY, { path, sizeBytes: bytes.length });
}

function refuse(operation: string, status: number, code: string): Fault {
  return { operation, times: 99, does: { kind: "status", status, code } };
}

describe("what a store will not tell", () => {
  it("is never taken for absence", async () => {
    server.inject(refuse("HeadObject", 403, "AccessDenied"));
    await expect(store.stat(KEY)).rejects.toMatchObject({ code: "FORBIDDEN" });
    await expect(store.verify(KEY, expectedOf(SMALL))).rejects.toMatchObject({ code: "FORBIDDEN" });
    server.inject(refuse("HeadObject", 404, "NotFound"), refuse("GetObject", 403, "AccessDenied"));
    await expect(store.stat(KEY)).rejects.toMatchObject({ code: "FORBIDDEN" });
    server.inject(refuse("HeadObject", 503, "SlowDown"));
    await expect(store.stat(KEY)).rejects.toMatchObject({ code: "STORAGE" });
    server.inject();
    expect(await store.stat(KEY)).toBeUndefined();
  });

  it("is told from a bucket that does not exist", async () => {
    const elsewhere = openOn(server, { bucket: "another" });
    await expect(elsewhere.stat(KEY)).rejects.toMatchObject({ code: "STORAGE" });
    await expect(elsewhere.verify(KEY, expectedOf(SMALL))).rejects.toMatchObject({ code: "STORAGE" });
    await expect(elsewhere.get(KEY, expectedOf(SMALL), join(folder, "no"))).rejects.toMatchObject({
      code: "STORAGE",
    });
    await elsewhere.close();
  });

  it.each(["unknown-access", "expired-access"])("because of the credentials of %s", async (accessKeyId) => {
    const stranger = openOn(server, { credentials: { ...TEST_CREDENTIALS, accessKeyId } });
    await expect(stranger.stat(KEY)).rejects.toMatchObject({ code: "CREDENTIALS" });
    await expect(stranger.get(KEY, expectedOf(SMALL), join(folder, "no"))).rejects.toMatchObject({
      code: "CREDENTIALS",
    });
    await stranger.close();
  });

  it("because there are no credentials", async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) delete process.env[name];
    process.env["AWS_EC2_METADATA_DISABLED"] = "true";
    process.env["AWS_SHARED_CREDENTIALS_FILE"] = join(folder, "none");
    process.env["AWS_CONFIG_FILE"] = join(folder, "none");
    const nobody = openOn(server, { credentials: undefined });
    await expect(nobody.stat(KEY)).rejects.toMatchObject({ code: "CREDENTIALS" });
    await nobody.close();
  });

  it("because nobody listens, or is silent, in bounded time", async () => {
    await put(SMALL);
    const impatient = openOn(server, { idleTimeoutMs: 300, attempts: 1 });
    server.inject({ times: 99, does: { kind: "slow", ms: 20_000 } });
    await expect(impatient.stat(KEY)).rejects.toMatchObject({ code: "NETWORK" });
    await impatient.close();
    const nowhere = openOn(server, { endpoint: "http://127.0.0.1:1" });
    await expect(nowhere.stat(KEY)).rejects.toMatchObject({ code: "NETWORK" });
    await expect(nowhere.verify(KEY, expectedOf(SMALL))).rejects.toMatchObject({ code: "NETWORK" });
    await nowhere.close();
  });
});

describe("where requests go", () => {
  it("is what was passed, whatever the environment says", async () => {
    const other = await startS3();
    process.env["AWS_ENDPOINT_URL"] = other.endpoint;
    process.env["AWS_ENDPOINT_URL_S3"] = other.endpoint;
    process.env["AWS_REGION"] = "eu-west-3";
    const passed = openOn(server);
    expect(await passed.stat(KEY)).toBeUndefined();
    // No such region: the name is looked up in vain.
    const amazon = openS3Store({
      bucket: "models",
      prefix: "",
      region: "nowhere-1",
      credentials: TEST_CREDENTIALS,
      connectTimeoutMs: 500,
      attempts: 1,
    });
    await expect(amazon.stat(KEY)).rejects.toMatchObject({ code: "NETWORK" });
    expect(other.requests).toEqual([]);
    expect(server.requests.length).toBeGreaterThan(0);
    expect(server.headers[0]?.authorization).toContain("/us-east-1/s3/");
    await passed.close();
    await amazon.close();
    await other.close();
  });

  it.each([
    { bucket: "Models" },
    { bucket: "a/b" },
    { bucket: ".." },
    { bucket: "b?x" },
    { region: "evil.example/" },
    { region: "" },
    { prefix: "../" },
    { prefix: "a" },
    { prefix: "/a/" },
    { endpoint: "ftp://x" },
    { endpoint: "http://user:password@127.0.0.1" },
    { endpoint: "not an address" },
  ])("is refused: %j", (options) => {
    expect(() => openOn(server, options)).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }) as Error,
    );
  });
});

describe("proof", () => {
  it("is the checksum that the store keeps, whole or of parts, without reading", async () => {
    const small = await put(SMALL);
    expect(await store.verify(KEY, small)).toEqual({ ok: true, by: "stored-checksum" });
    server.objects.clear();
    const large = await put(LARGE);
    expect(large.storedChecksum).toBeDefined();
    const reads = server.requests.filter((request) => request.startsWith("GetObject")).length;
    expect(await store.verify(KEY, large)).toEqual({ ok: true, by: "stored-checksum" });
    expect(server.requests.filter((request) => request.startsWith("GetObject"))).toHaveLength(reads);
    expect(await store.verify(KEY, expectedOf(LARGE))).toEqual({ ok: true, by: "hashing" });
  });

  it("fails where the store vouches for other bytes", async () => {
    await put(SMALL);
    const expected = expectedOf(bytesOf(1000, "other"));
    expect(await store.verify(KEY, expected)).toMatchObject({ ok: false, problem: "digest" });
  });
});

describe("a download", () => {
  async function get(bytes: Buffer): Promise<void> {
    await rm(join(folder, "got"), { force: true });
    await store.get(KEY, expectedOf(bytes), join(folder, "got"));
    expect((await readFile(join(folder, "got"))).equals(bytes)).toBe(true);
  }

  it("notices a byte that changed on the way", async () => {
    await put(LARGE);
    server.inject({ operation: "GetObject", does: { kind: "flip-down" } });
    await expect(get(LARGE)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect((await readdir(folder)).filter((name) => name !== "source")).toEqual([]);
    await get(LARGE);
  });

  it("that was cut goes on where it was", async () => {
    await put(LARGE);
    server.requests.length = 0;
    server.headers.length = 0;
    server.inject({ operation: "GetObject", does: { kind: "cut" } });
    await get(LARGE);
    const ranges = server.headers.map((headers) => headers.range);
    expect(ranges).toHaveLength(2);
    expect(ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
  });

  it("begins again where the store knows no ranges", async () => {
    await put(LARGE);
    server.behaviour.ranges = false;
    server.inject({ operation: "GetObject", does: { kind: "cut" } });
    await get(LARGE);
  });

  it("that is cut again and again gets on as long as bytes come, else ends", async () => {
    await put(LARGE);
    server.inject({ operation: "GetObject", times: 3, does: { kind: "cut" } });
    await get(LARGE);
    server.inject({ operation: "GetObject", times: 99, does: { kind: "cut" } });
    await expect(get(LARGE)).rejects.toMatchObject({ code: "NETWORK" });
    expect((await readdir(folder)).filter((name) => name.includes("part"))).toEqual([]);
  });

  it("never mixes two objects", async () => {
    await put(LARGE);
    server.inject({ operation: "GetObject", does: { kind: "cut" } });
    const other = bytesOf(LARGE.length, "other");
    const swap = (): void => {
      server.objects.set(STORED, { body: other, checksum: "" });
    };
    const got = store.get(KEY, expectedOf(LARGE), join(folder, "mixed"), { onProgress: swap });
    await expect(got).rejects.toMatchObject({ code: "STORAGE" });
  });

  it("reports progress up to its size", async () => {
    await put(bytesOf(3 * PART, "p"));
    const seen: number[] = [];
    const options = { onProgress: (bytes: number) => seen.push(bytes) };
    await store.get(KEY, expectedOf(bytesOf(3 * PART, "p")), join(folder, "p"), options);
    expect(seen.at(-1)).toBe(3 * PART);
  });
});
