import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openS3Store } from "../../../src/adapters/s3/open-s3-store.ts";
import { connectS3 } from "../../../src/adapters/s3/sdk-api.ts";
import {
  MIB,
  type StoreUnderTest,
  artifactStoreContract,
  bytesOf,
  sha256,
} from "../../contracts/artifact-store.contract.ts";
import { TEST_CREDENTIALS, startS3 } from "../../servers/s3.ts";
import { findVersitygw, startVersitygw } from "../../servers/versitygw.ts";

type Server = Pick<Awaited<ReturnType<typeof startS3>>, "endpoint" | "bucket" | "close">;

function storeOn(server: Server): StoreUnderTest {
  return {
    open: () =>
      openS3Store({
        bucket: server.bucket,
        prefix: "registry/",
        region: "us-east-1",
        endpoint: server.endpoint,
        forcePathStyle: true,
        credentials: TEST_CREDENTIALS,
        partSizeBytes: 5 * MIB,
      }),
    uriBase: `s3://${server.bucket}/registry/`,
    close: () => server.close(),
  };
}

artifactStoreContract("S3, on a server of our own", async () => storeOn(await startS3()));

artifactStoreContract("S3, on a server that names no checksums", async () => {
  const server = await startS3();
  server.behaviour.checksums = false;
  return storeOn(server);
});

const program = findVersitygw();
describe.skipIf(program === undefined)(
  "with versitygw (needs it on PATH, in .tools/bin or in VERSITYGW)",
  () => {
    artifactStoreContract("S3, on versitygw", async () => storeOn(await startVersitygw(program ?? "")));

    it("goes on with an interrupted upload, as versitygw lists its parts", async () => {
      const server = await startVersitygw(program ?? "");
      const folder = await mkdtemp(join(tmpdir(), "modeltrail-resume-"));
      const bytes = bytesOf(22 * MIB, "resume");
      const file = { path: join(folder, "source"), sizeBytes: bytes.length };
      await writeFile(file.path, bytes);
      const store = storeOn(server).open();
      const stop = new AbortController();
      const options = { signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
      await expect(store.put("a b+c/ü.bin", file, options)).rejects.toThrow("enough");

      const api = connectS3({
        ...server,
        region: "us-east-1",
        forcePathStyle: true,
        credentials: TEST_CREDENTIALS,
        connectTimeoutMs: 1000,
        idleTimeoutMs: 5000,
        attempts: 1,
      });
      const key = "registry/a b+c/ü.bin";
      const uploads = await api.listUploads(key);
      expect(uploads).toHaveLength(1);
      const parts = await api.listParts(key, uploads[0] ?? "");
      expect(parts.length).toBeGreaterThan(0);
      for (const part of parts) expect(part.checksum).toMatch(/^[A-Za-z0-9+/]{43}=$/);

      const progress: number[] = [];
      const stored = await store.put("a b+c/ü.bin", file, { onProgress: (done) => progress.push(done) });
      expect(stored).toMatchObject({ digest: sha256(bytes), uploaded: true });
      expect(await store.verify("a b+c/ü.bin", stored)).toEqual({ ok: true, by: "stored-checksum" });
      expect(await api.listUploads(key)).toEqual([]);
      api.close();
      await store.close();
      await server.close();
      await rm(folder, { recursive: true });
    });
  },
);
