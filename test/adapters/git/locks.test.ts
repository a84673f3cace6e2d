import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { commitFiles, git, initFixture, WHO } from "./git-fixture.ts";

const env = { ...process.env, ...WHO };
const REF = "refs/heads/main";

function fixture(): { folder: string; one: string; two: string; lock: string } {
  const folder = initFixture();
  const one = commitFiles(folder, "one", { a: "1" });
  const two = commitFiles(folder, "two", { a: "2" });
  return { folder, one, two, lock: join(folder, ".git/refs/heads/topic.lock") };
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8").trim() : "";
}

/** Gives way when an update of ours holds the lock just then, as git does. */
function packRefs(folder: string): void {
  try {
    git(folder, "pack-refs", "--all");
  } catch (error) {
    expect(String(error)).toContain("packed-refs.lock");
  }
}

/** The record of a process that has ended. */
function deadOwner(changes: Readonly<Record<string, unknown>> = {}): string {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const boot = readText("/proc/sys/kernel/random/boot_id") || null;
  const space = spawnSync("readlink", ["/proc/self/ns/pid"]).stdout.toString().trim() || null;
  const nonce = "0123456789abcdef01234567";
  return JSON.stringify({
    tool: "modeltrail",
    host: hostname(),
    boot,
    space,
    pid,
    start: "1",
    nonce,
    ...changes,
  });
}

describe("locks of refs", () => {
  it("takes over one whose process is gone, and leaves nothing behind", async () => {
    const { folder, one, lock } = fixture();
    const repository = await openRepository(folder, { env });
    const update = { name: "refs/heads/topic", value: one, reason: "r" };
    writeFileSync(lock, deadOwner());
    await repository.refs.update({ ...update, expected: null });
    // Another boot of this machine, and a number that another process has by now.
    if (existsSync("/proc/sys/kernel/random/boot_id")) {
      for (const changes of [
        { boot: "another", pid: process.pid },
        { pid: process.pid, start: "1" },
      ]) {
        writeFileSync(lock, deadOwner(changes));
        await repository.refs.update({ ...update, expected: one });
      }
    }
    expect(existsSync(lock)).toBe(false);
    expect(git(folder, "status", "--porcelain")).toBe("");
    expect(git(folder, "ls-files", "--others", "--exclude-standard")).toBe("");
    await repository.close();
  });

  it("finishes what a taker began that was killed too", async () => {
    const { folder, one, lock } = fixture();
    const repository = await openRepository(folder, { env });
    const nonce = "0123456789abcdef01234567";
    writeFileSync(lock, deadOwner({ nonce }));
    mkdirSync(join(folder, ".git/modeltrail/claims"), { recursive: true });
    writeFileSync(join(folder, ".git/modeltrail/claims", nonce), deadOwner({ nonce: "f".repeat(24) }));
    await repository.refs.update({ name: "refs/heads/topic", expected: null, value: one, reason: "r" });
    expect(git(folder, "rev-parse", "topic")).toBe(one);
    await repository.close();
  });

  it("says CONFLICT and names the path for a lock that is not ours, or is held elsewhere", async () => {
    const { folder, one, lock } = fixture();
    const repository = await openRepository(folder, { env });
    const live = deadOwner({ pid: process.ppid, start: null });
    const contents = ["", one, "{}", deadOwner({ host: "elsewhere" }), deadOwner({ space: "pid:[1]" }), live];
    const refused = contents.map(async (content, at) => {
      const path = lock.replace("topic", `topic-${at}`);
      writeFileSync(path, content);
      const update = { name: `refs/heads/topic-${at}`, expected: null, value: one, reason: "r" };
      const named = { code: "CONFLICT", message: expect.stringContaining(path) as string };
      await expect(repository.refs.update(update), content).rejects.toMatchObject(named);
      expect(readFileSync(path, "utf8")).toBe(content);
    });
    await Promise.all(refused);
    await repository.close();
  });

  it("waits for one that is released in time, and keeps git out meanwhile", async () => {
    const { folder, one, two } = fixture();
    const repository = await openRepository(folder, { env });
    const lock = join(folder, ".git", `${REF}.lock`);
    writeFileSync(lock, deadOwner({ pid: process.pid, start: null }));
    expect(() => git(folder, "update-ref", REF, one)).toThrow(/lock/);
    setTimeout(() => rmSync(lock), 150);
    await repository.refs.update({ name: REF, expected: two, value: one, reason: "r" });
    expect(git(folder, "rev-parse", REF)).toBe(one);
    await repository.close();
  });

  it("lands each of many updates at once, or refuses it", async () => {
    const { folder, one, two } = fixture();
    const repository = await openRepository(folder, { env });
    const tries = Array.from({ length: 12 }, async () => {
      const update = { name: "refs/heads/raced", expected: null, value: one, reason: "r" };
      return repository.refs.update(update).then(
        () => "landed",
        (error: { code: string }) => error.code,
      );
    });
    const results = await Promise.all(tries);
    expect(results.filter((result) => result === "landed")).toEqual(["landed"]);
    expect(results.filter((result) => result === "CONFLICT").length).toBe(11);
    await repository.refs.update({ name: "refs/heads/raced", expected: one, value: two, reason: "r" });
    await repository.close();
  });

  it("lets many take over the same dead lock at once, one after the other", async () => {
    const { folder, one, two, lock } = fixture();
    const repository = await openRepository(folder, { env });
    for (let round = 0; round < 10; round++) {
      writeFileSync(lock, deadOwner({ nonce: String(round).padStart(24, "0") }));
      const name = "refs/heads/topic";
      const expected = (await repository.refs.read(name)) ?? null;
      const value = expected === one ? two : one;
      const tries = Array.from({ length: 8 }, async () =>
        repository.refs.update({ name, expected, value, reason: "r" }).then(
          () => true,
          () => false,
        ),
      );
      expect((await Promise.all(tries)).filter(Boolean).length).toBe(1);
      expect(existsSync(lock)).toBe(false);
    }
    expect(readdirSync(join(folder, ".git/modeltrail/claims"))).toEqual([]);
    expect(readdirSync(join(folder, ".git/modeltrail/tmp"))).toEqual([]);
    await repository.close();
  });

  it("makes and deletes refs in folders that come and go", async () => {
    const { folder, one } = fixture();
    const repository = await openRepository(folder, { env });
    const names = ["promote/a/x", "promote/a/y", "promote/b/z"].map((name) => `refs/heads/${name}`);
    const churn = names.map(async (name) => {
      for (let round = 0; round < 10; round++) {
        await repository.refs.update({ name, expected: null, value: one, reason: "r" });
        if (round === 5) packRefs(folder);
        await repository.refs.update({ name, expected: one, value: null, reason: "r" });
      }
    });
    await Promise.all(churn);
    expect(git(folder, "for-each-ref", "refs/heads/promote")).toBe("");
    expect(existsSync(join(folder, ".git/refs/heads/promote"))).toBe(false);
    expect(git(folder, "for-each-ref", "--format=%(refname)")).toBe("refs/heads/main");
    await repository.close();
  });
});
