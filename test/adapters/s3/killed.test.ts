import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MIB, bytesOf, expectedOf } from "../../contracts/artifact-store.contract.ts";
import { type CompiledSource, compileSource, killAfter, outputOf } from "../../servers/child.ts";
import { type S3Server, TEST_CREDENTIALS, startS3 } from "../../servers/s3.ts";
import { openOn } from "../../servers/s3-store.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] !== undefined;
const RUNS = LONG ? 100 : 12;
const KEY = "m/1.0.0/model.bin";
const STORED = `registry/${KEY}`;
const BYTES = bytesOf(6 * MIB, "killed");
const IMPORTS = { openS3Store: "adapters/s3/open-s3-store" };

let compiled: CompiledSource;
let server: S3Server;
let folder: string;

beforeAll(async () => {
  [compiled, server] = await Promise.all([compileSource(), startS3()]);
  folder = await mkdtemp(join(tmpdir(), "modeltrail-killed-"));
  await writeFile(join(folder, "source"), BYTES);
});
afterAll(async () => {
  await compiled?.remove();
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

function script(work: string, partSizeBytes = 256 * 1024): string {
  const options = {
    bucket: server.bucket,
    prefix: "registry/",
    region: "us-east-1",
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: TEST_CREDENTIALS,
    partSizeBytes,
  };
  return `const store = openS3Store(${JSON.stringify(options)}); console.log("begun"); ${work}; await store.close();`;
}

describe("a transfer that is killed at any moment", () => {
  it("upload: nothing, or the whole file, is stored; the next one finishes", async () => {
    const file = { path: join(folder, "source"), sizeBytes: BYTES.length };
    const work = script(`await store.put(${JSON.stringify(KEY)}, ${JSON.stringify(file)})`);
    let finished = 0;
    let interrupted = 0;
    server.inject({ operation: "UploadPart", times: 1e9, does: { kind: "slow", ms: 10 } });
    for (let run = 0; run < RUNS; run += 1) {
      await killAfter(await compiled.start(work, IMPORTS), Math.random() * 160);
      const there = server.objects.get(STORED);
      if (there !== undefined) expect(there.body.equals(BYTES)).toBe(true);
      if (server.uploads.size > 0) interrupted += 1;
      if (run % 4 !== 3) continue;
      const store = openOn(server, { partSizeBytes: 256 * 1024 });
      await store.put(KEY, file);
      await store.close();
      expect(server.objects.get(STORED)?.body.equals(BYTES)).toBe(true);
      server.objects.clear();
      finished += 1;
    }
    expect(finished).toBe(RUNS / 4);
    expect(interrupted).toBeGreaterThan(0);
    server.inject();
    expect(server.uploads.size).toBe(0);
  }, 300_000);

  it("download: nothing, or the whole file, has the final name; the next one finishes", async () => {
    server.objects.set(STORED, { body: BYTES, checksum: "" });
    for (let run = 0; run < RUNS; run += 1) {
      const target = await mkdtemp(join(folder, "target-"));
      const got = join(target, "got");
      const arguments_ = [KEY, expectedOf(BYTES), got].map((value) => JSON.stringify(value)).join(", ");
      await killAfter(
        await compiled.start(script(`await store.get(${arguments_})`), IMPORTS),
        Math.random() * 120,
      );
      if ((await readdir(target)).includes("got")) {
        expect((await readFile(got)).equals(BYTES)).toBe(true);
        continue;
      }
      const store = openOn(server);
      await store.get(KEY, expectedOf(BYTES), got);
      await store.close();
      expect((await readFile(got)).equals(BYTES)).toBe(true);
    }
  }, 300_000);
});

describe("a process that uses the store", () => {
  it("prints nothing of the SDK's", async () => {
    const child = await compiled.start(
      script("await store.stat('a')").replaceAll('"begun"', '"ok"'),
      IMPORTS,
    );
    expect(await outputOf(child)).toBe("ok\n");
  });

  it.skipIf(!LONG)(
    "needs less than 200 MB for 300 MB, up and down (MODELTRAIL_TEST_LONG=1)",
    async () => {
      const big = bytesOf(300 * MIB, "big");
      const source = join(folder, "big");
      await writeFile(source, big);
      const calls = [
        `store.put("big", ${JSON.stringify({ path: source, sizeBytes: big.length })})`,
        `store.get("big", ${JSON.stringify(expectedOf(big))}, ${JSON.stringify(join(folder, "big-got"))})`,
      ];
      for (const call of calls) {
        // Not maxRSS: on Linux a child begins with that of its parent.
        const watch =
          "let peak = 0; setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 5).unref()";
        const work = script(`${watch}; await ${call}; console.log(peak)`, 16 * MIB);
        const bytes = Number((await outputOf(await compiled.start(work, IMPORTS))).split("\n")[1]);
        expect(bytes).toBeGreaterThan(10 * MIB);
        expect(bytes).toBeLessThan(200 * MIB);
      }
    },
    300_000,
  );
});
