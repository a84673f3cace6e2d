import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type World, openWorld } from "./world.ts";

const run = promisify(execFile);
let world: World;
let folder: string;
beforeEach(async () => {
  world = await openWorld();
  folder = mkdtempSync(join(tmpdir(), "clone-"));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await world.close();
});

async function git(...args: string[]): Promise<string> {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  return (await run("git", [...identity, "-C", folder, ...args])).stdout.trim();
}

async function clone(token = world.token.value): Promise<void> {
  await git("clone", "--quiet", world.server.gitUrl("acme/models", token), ".");
}

async function commit(name: string): Promise<string> {
  writeFileSync(join(folder, name), name);
  await git("add", ".");
  await git("commit", "--quiet", "-m", name);
  return git("rev-parse", "HEAD");
}

describe("a repository over Git's own protocol", () => {
  it("is cloned and pushed to, and a pull request follows the pushes", async () => {
    const { octokit, at } = world;
    await clone();
    await git("switch", "--quiet", "-c", "a");
    const first = await commit("one");
    await git("push", "--quiet", "origin", "a");
    await octokit.pulls.create({ ...at, head: "a", base: "main", title: "a" });
    const read = async (): Promise<unknown> =>
      (await octokit.pulls.get({ ...at, pull_number: 1 })).data.head.sha;
    expect(await read()).toBe(first);
    const second = await commit("two");
    await git("push", "--quiet", "origin", "a");
    expect(await read()).toBe(second);
    expect(await git("ls-remote", "origin", "refs/pull/1/head")).toContain(second);
    await git("reset", "--quiet", "--hard", "HEAD~1");
    const third = await commit("three");
    await git("push", "--quiet", `--force-with-lease=a:${second}`, "origin", "a");
    expect(await read()).toBe(third);
    const events = await octokit.issues.listEvents({ ...at, issue_number: 1 });
    expect(events.data.map((one) => one.event)).toEqual(["head_ref_force_pushed"]);
    await expect(git("push", `--force-with-lease=a:${second}`, "origin", `${second}:a`)).rejects.toThrow(
      "stale",
    );
  });

  it("closes a pull request whose branch is deleted, or holds nothing more of its own", async () => {
    const { octokit, at } = world;
    await world.open("gone");
    await world.open("empty");
    await clone();
    await git("push", "--quiet", "origin", ":gone", "+main:empty");
    const { data } = await octokit.pulls.list({ ...at, state: "closed", direction: "asc" });
    expect(data.map((pull) => [pull.number, pull.merged_at])).toEqual([
      [1, null],
      [2, null],
    ]);
  });

  it("marks a pull request as merged when its commits reach the base by a push", async () => {
    const { octokit, at } = world;
    const { head } = await world.open("a");
    await clone();
    await git("merge", "--quiet", "--no-ff", "-m", "By hand", "origin/a");
    await git("push", "--quiet", "origin", "main");
    const { data } = await octokit.pulls.get({ ...at, pull_number: 1 });
    expect(data).toMatchObject({
      merged: true,
      state: "closed",
      head: { sha: head },
      merged_by: { login: "ada" },
    });
  });

  it("asks for a token, hides what it may not see, and keeps readers from pushing", async () => {
    const { server } = world;
    const url = (token?: string): string => server.gitUrl("acme/models", token);
    await expect(git("ls-remote", url())).rejects.toThrow("could not read Username");
    await expect(git("ls-remote", url("wrong"))).rejects.toThrow("Authentication failed");
    await expect(git("ls-remote", url(server.addToken("stranger").value))).rejects.toThrow("not found");
    const reader = server.addToken("eve").value;
    expect(await git("ls-remote", url(reader))).toContain("refs/heads/main");
    await clone(reader);
    await commit("one");
    await expect(git("push", "origin", "main")).rejects.toThrow("403");
    const limited = server.addToken("ada", { contents: "read" }).value;
    await expect(git("push", url(limited), "main")).rejects.toThrow("403");
  });

  it("refuses pushes to a protected branch", async () => {
    const { server, repository } = world;
    server.protect(repository, "main", { requiredReviews: 1 });
    await clone();
    await commit("one");
    await expect(git("push", "origin", "main")).rejects.toThrow("GH006: Protected branch update failed");
    await expect(git("push", "origin", ":main")).rejects.toThrow("deletion of the current branch prohibited");
    server.setRules(repository, "free", [{ type: "non_fast_forward" }]);
    await git("push", "--quiet", "origin", "main:free");
    await expect(git("push", "--force", "origin", "main~1:free")).rejects.toThrow("Cannot force-push");
    server.protect(repository, "free", {});
    await expect(git("push", "origin", ":free")).rejects.toThrow("Cannot delete this branch");
    await expect(git("push", "origin", "main:refs/pull/9/head")).rejects.toThrow("hidden ref");
  });

  it("clones without blobs, and fetches a commit by its id", async () => {
    await git("init", "--quiet", ".");
    await git(
      "fetch",
      "--quiet",
      "--depth=1",
      "--filter=blob:none",
      world.server.gitUrl("acme/models", world.token),
      world.main(),
    );
    expect(await git("rev-parse", "FETCH_HEAD")).toBe(world.main());
  });

  it("loses the reply to a push that was done, or ends it before it is", async () => {
    const { server } = world;
    await clone();
    const first = await commit("one");
    const isPush = ({ operationId, write }: { operationId: string; write: boolean }): boolean =>
      operationId === "git/receive-pack" && write;
    server.fail({ matches: isPush, fault: "lost", times: 1 });
    await expect(git("push", "origin", "main")).rejects.toThrow("Command failed");
    expect(world.main()).toBe(first);
    await commit("two");
    // More than once: on a connection in use Git sends it again by itself.
    server.fail({ matches: isPush, fault: "cut" });
    await expect(git("push", "origin", "main")).rejects.toThrow("Command failed");
    expect(world.main()).toBe(first);
    server.heal();
    server.fail({ matches: isPush, fault: 503, times: 1 });
    await expect(git("push", "origin", "main")).rejects.toThrow("503");
    await git("push", "--quiet", "origin", "main");
  });

  it("takes many pushes and requests at once", async () => {
    const { octokit, at } = world;
    await clone();
    const branches = Array.from({ length: 6 }, (_, index) => `many/${index}`);
    for (const branch of branches) {
      await git("switch", "--quiet", "-c", branch, "origin/main");
      await commit(branch.replace("/", "-"));
    }
    const made = await Promise.all(
      branches.map(async (head) => {
        await git("push", "--quiet", "origin", head);
        return (await octokit.pulls.create({ ...at, head, base: "main", title: head })).data.number;
      }),
    );
    expect(made.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("logs a push as one write, with its bytes", async () => {
    const { server } = world;
    await clone();
    await commit("one");
    await git("push", "--quiet", "origin", "main");
    expect(server.writes.map((one) => [one.operationId, one.method, one.status])).toEqual([
      ["git/receive-pack", "POST", 200],
    ]);
    expect(server.writes[0]?.bytes).toBeGreaterThan(200);
  });
});
