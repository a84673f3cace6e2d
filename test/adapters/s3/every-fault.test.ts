import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ModeltrailError } from "../../../src/diagnostics/errors.ts";
import type { ArtifactStore, LocalFile } from "../../../src/ports/artifact-store.ts";
import { bytesOf, expectedOf } from "../../contracts/artifact-store.contract.ts";
import { type FaultKind, type S3Server, startS3 } from "../../servers/s3.ts";
import { TEST_PART, openOn } from "../../servers/s3-store.ts";

const LONG = process.env["MODELTRAIL_TEST_LONG"] !== undefined;
const AT_ONCE = 12;
const KEY = "m/1.0.0/model.bin";
const STORED = `registry/${KEY}`;
const SMALL = bytesOf(1000, "small");
const LARGE = bytesOf((LONG ? 6 : 2) * TEST_PART + 5, "large");

const KINDS: readonly FaultKind[] = [
  { kind: "status", status: 400, code: "InvalidRequest" },
  { kind: "status", status: 403, code: "AccessDenied" },
  { kind: "status", status: 404, code: "NoSuchUpload" },
  { kind: "status", status: 409, code: "ConditionalRequestConflict" },
  { kind: "status", status: 412, code: "PreconditionFailed" },
  { kind: "status", status: 500, code: "InternalError" },
  { kind: "status", status: 501, code: "NotImplemented" },
  { kind: "status", status: 503, code: "SlowDown" },
  { kind: "lost-reply" },
  { kind: "drop" },
  { kind: "cut" },
  { kind: "flip-up" },
  { kind: "flip-down" },
  { kind: "short" },
  { kind: "error-200" },
];

/** A transfer to try under a fault, on a server of its own. */
interface Trial {
  readonly server: S3Server;
  readonly store: ArtifactStore;
  readonly target: string;
}

interface Scenario {
  prepare(trial: Trial): Promise<void>;
  work(trial: Trial): Promise<unknown>;
  /** After a call that failed or not. */
  checkBetween(trial: Trial): Promise<void>;
  checkDone(trial: Trial): Promise<void>;
}

let folder: string;
const files = new Map<Buffer, LocalFile>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "modeltrail-faults-"));
  for (const [name, bytes] of Object.entries({ SMALL, LARGE })) {
    await writeFile(join(folder, name), bytes);
    files.set(bytes, { path: join(folder, name), sizeBytes: bytes.length });
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function fileOf(bytes: Buffer): LocalFile {
  return files.get(bytes) as LocalFile;
}

async function withTrial<T>(use: (trial: Trial) => Promise<T>): Promise<T> {
  const server = await startS3();
  const trial = { server, store: openOn(server), target: await mkdtemp(join(folder, "target-")) };
  try {
    return await use(trial);
  } finally {
    await trial.store.close();
    await server.close();
  }
}

/** Which requests the transfer makes when nothing fails: each with its count among its kind. */
function cleanCalls(scenario: Scenario): Promise<readonly { operation: string; nth: number }[]> {
  return withTrial(async (trial) => {
    await scenario.prepare(trial);
    const first = trial.server.requests.length;
    await scenario.work(trial);
    const calls = trial.server.requests.slice(first).map((request) => request.split(" ")[0] ?? "");
    return calls.map((operation, i) => ({
      operation,
      nth: calls.slice(0, i + 1).filter((o) => o === operation).length,
    }));
  });
}

async function tryFault(
  scenario: Scenario,
  fault: { operation: string; nth: number; times: number; does: FaultKind },
): Promise<void> {
  const title = JSON.stringify(fault);
  await withTrial(async (trial) => {
    await scenario.prepare(trial);
    trial.server.inject(fault);
    await scenario.work(trial).catch((error: unknown) => {
      expect(error, title).toBeInstanceOf(ModeltrailError);
      expect((error as Error).message, title).not.toContain("secret");
    });
    await scenario.checkBetween(trial);
    trial.server.inject();
    await scenario.work(trial);
    await scenario.checkDone(trial);
  }).catch((error: unknown) => {
    throw new Error(title, { cause: error });
  });
}

function timesOf(nth: number): readonly number[] {
  return LONG || nth === 1 ? [1, 99] : [1];
}

/** Every request fails, once and for good, in every way; then nothing does any more. */
async function everyFault(scenario: Scenario): Promise<number> {
  const calls = await cleanCalls(scenario);
  const faults = calls.flatMap((call) =>
    KINDS.flatMap((does) => timesOf(call.nth).map((times) => ({ ...call, times, does }))),
  );
  const waiting = [...faults];
  const lanes = Array.from({ length: AT_ONCE }, async () => {
    for (let fault = waiting.pop(); fault !== undefined; fault = waiting.pop())
      await tryFault(scenario, fault);
  });
  await Promise.all(lanes);
  return faults.length;
}

function uploading(bytes: Buffer): Scenario {
  return {
    prepare: () => Promise.resolve(),
    work: ({ store }) => store.put(KEY, fileOf(bytes)),
    async checkBetween({ server }) {
      const there = server.objects.get(STORED);
      if (there !== undefined) expect(there.body.equals(bytes)).toBe(true);
    },
    async checkDone({ server }) {
      expect(server.objects.get(STORED)?.body.equals(bytes)).toBe(true);
      expect(server.uploads.size).toBe(0);
    },
  };
}

function downloading(bytes: Buffer): Scenario {
  return {
    prepare: async ({ store }) => void (await store.put(KEY, fileOf(bytes))),
    async work({ store, target }) {
      await rm(join(target, "got"), { force: true });
      await store.get(KEY, expectedOf(bytes), join(target, "got"));
    },
    async checkBetween({ target }) {
      const names = await readdir(target);
      if (names.length > 0) expect((await readFile(join(target, "got"))).equals(bytes)).toBe(true);
      expect(names.length).toBeLessThan(2);
    },
    async checkDone({ target }) {
      expect(await readdir(target)).toEqual(["got"]);
      expect((await readFile(join(target, "got"))).equals(bytes)).toBe(true);
    },
  };
}

function verifying(bytes: Buffer): Scenario {
  return {
    async prepare({ server, store }) {
      await store.put(KEY, fileOf(bytes));
      server.behaviour.checksums = false;
    },
    work: async ({ store }) =>
      expect(await store.verify(KEY, expectedOf(bytes))).toEqual({ ok: true, by: "hashing" }),
    checkBetween: () => Promise.resolve(),
    checkDone: () => Promise.resolve(),
  };
}

describe("each request fails in each way: a coded error or success, and the next call succeeds", () => {
  it("small uploads", async () => {
    expect(await everyFault(uploading(SMALL))).toBeGreaterThan(50);
  }, 120_000);

  it("uploads in parts", async () => {
    expect(await everyFault(uploading(LARGE))).toBeGreaterThan(150);
  }, 600_000);

  it("downloads", async () => {
    expect(await everyFault(downloading(LARGE))).toBeGreaterThan(20);
  }, 120_000);
});

describe("a damaged answer never proves anything", () => {
  it("while verifying by hashing", async () => {
    for (const does of KINDS) {
      for (const operation of ["HeadObject", "GetObject"]) {
        await withTrial(async (trial) => {
          const { server, store } = trial;
          await verifying(SMALL).prepare(trial);
          const damaged = server.objects.get(STORED);
          server.objects.set(STORED, {
            checksum: damaged?.checksum ?? "",
            body: bytesOf(SMALL.length, "damaged"),
          });
          server.inject({ operation, does });
          const result = await store.verify(KEY, expectedOf(SMALL)).catch((error: unknown) => error);
          expect(result).toSatisfy(
            (found: object) => found instanceof ModeltrailError || !("ok" in found && found.ok),
          );
        });
      }
    }
  });
});
