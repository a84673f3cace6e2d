import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRepository } from "../../../src/adapters/git/open.ts";
import type { RemoteCredentials } from "../../../src/adapters/git/remote-credentials.ts";
import { runGit, TEST_ENV } from "../../builders/workspace.ts";
import { GitHttpServer } from "../../servers/git-http.ts";

const credentials = { username: "x-access-token", password: "ghp_secret" };

describe.each(["native", "isomorphic"] as const)("credentials for a remote (%s)", (engine) => {
  let root = "";
  let clone = "";
  let server: GitHttpServer;

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), "modeltrail-credentials-"));
    clone = join(root, "clone");
    runGit(root, "init", "--quiet", "--bare", "--initial-branch=main", "origin.git");
    runGit(join(root, "origin.git"), "config", "http.receivepack", "true");
    runGit(root, "init", "--quiet", "--initial-branch=main", "clone");
    runGit(clone, "commit", "--quiet", "--allow-empty", "-m", "one");
    runGit(clone, "push", "--quiet", join(root, "origin.git"), "main");
    server = await GitHttpServer.start({ root, credentials: "x-access-token:ghp_secret" });
    runGit(clone, "remote", "add", "origin", server.url("origin.git"));
  });
  afterEach(async () => {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  async function opened(ask?: (url: string) => Promise<RemoteCredentials | undefined>) {
    return openRepository(clone, {
      engine,
      env: TEST_ENV,
      ...(ask === undefined ? {} : { credentials: ask }),
    });
  }

  it("go along with fetches and pushes, and stay out of every file", async () => {
    const asked: string[] = [];
    const repository = await opened((url) => {
      asked.push(url);
      return Promise.resolve(credentials);
    });
    await repository.remote.fetch();
    const tip = (await repository.refs.read("refs/remotes/origin/main")) ?? "";
    await repository.remote.push([{ name: "refs/heads/other", expected: null, value: tip }]);
    await repository.close();
    expect(asked).toEqual([server.url("origin.git"), server.url("origin.git")]);
    expect(runGit(join(root, "origin.git"), "rev-parse", "other").trim()).toBe(tip);
    expect(readFileSync(join(clone, ".git", "config"), "utf8")).not.toContain("ghp_secret");
  });

  it("take the place of what a CI system configured for the same host", async () => {
    const key = `http.${new URL(server.url("origin.git")).origin}/.extraheader`;
    runGit(clone, "config", key, "AUTHORIZATION: basic d3Jvbmc6d3Jvbmc=");
    const repository = await opened(() => Promise.resolve(credentials));
    await repository.remote.fetch();
    expect(await repository.refs.read("refs/remotes/origin/main")).toMatch(/^[0-9a-f]{40}$/);
    await repository.close();
  });

  it("are not made up: without them the remote's answer stands", async () => {
    for (const ask of [undefined, () => Promise.resolve(undefined)]) {
      const repository = await opened(ask);
      await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "CREDENTIALS" });
      await repository.close();
    }
  });
});
