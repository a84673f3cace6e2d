import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/adapters/git/config-file.ts";
import { cloneRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { findProxy } from "../../../src/adapters/git/proxy.ts";
import { GitHttpServer } from "../../servers/git-http.ts";
import { HttpProxyServer } from "../../servers/http-proxy.ts";
import { ADA, commitFiles, git, initFixture, makeFolder, WHO } from "./git-fixture.ts";

let root = "";
let server: GitHttpServer;
let proxy: HttpProxyServer;
let guarded: HttpProxyServer;
const bare = { PATH: process.env["PATH"], HOME: makeFolder(), GIT_CONFIG_NOSYSTEM: "1", ...WHO };
const isomorphic = "isomorphic" as const;

beforeAll(async () => {
  root = makeFolder();
  const source = initFixture();
  commitFiles(source, "first", { "a.txt": "a\n" });
  git(root, "clone", "--quiet", "--mirror", source, "registry.git");
  git(join(root, "registry.git"), "config", "http.receivepack", "true");
  server = await GitHttpServer.start({ root });
  proxy = await HttpProxyServer.start();
  guarded = await HttpProxyServer.start("ada:s3cret");
});

afterAll(async () => {
  for (const one of [server, proxy, guarded]) await one.stop();
});

/** The requests that a proxy saw of a clone. */
async function cloneSeen(by: HttpProxyServer, env: Record<string, string>): Promise<readonly string[]> {
  const from = by.requests.length;
  const options = { engine: isomorphic, env: { ...bare, ...env } };
  const repository = await cloneRepository(server.url("registry.git"), join(makeFolder(), "clone"), options);
  expect(await repository.refs.resolve("HEAD")).toBe(git(join(root, "registry.git"), "rev-parse", "HEAD"));
  await repository.close();
  return by.requests.slice(from);
}

describe("the remote of the isomorphic engine behind a proxy", () => {
  it("fetches and pushes through it, and around it where that is said", async () => {
    expect(await cloneSeen(proxy, { http_proxy: `http://${proxy.host}` })).toEqual(
      expect.arrayContaining([`GET ${server.url("registry.git")}/info/refs?service=git-upload-pack`]),
    );
    expect(await cloneSeen(proxy, { HTTP_PROXY: proxy.host })).not.toEqual([]);
    expect(await cloneSeen(proxy, { ALL_PROXY: proxy.host })).not.toEqual([]);
    expect(await cloneSeen(proxy, { http_proxy: proxy.host, no_proxy: "example.com,127.0.0.1" })).toEqual([]);
    expect(await cloneSeen(proxy, { https_proxy: proxy.host })).toEqual([]);

    const env = { ...bare, http_proxy: proxy.host };
    const folder = join(makeFolder(), "clone");
    const repository = await cloneRepository(server.url("registry.git"), folder, { engine: isomorphic, env });
    const expected = (await repository.refs.read("refs/heads/main")) ?? "";
    const edits = [{ path: "a.txt", content: Buffer.from("b\n") }];
    const who = { author: ADA, committer: ADA };
    const value = await repository.writer.commit({ parents: [expected], edits, message: "second", ...who });
    const from = proxy.requests.length;
    await repository.remote.push([{ name: "refs/heads/main", expected, value }]);
    expect(proxy.requests.slice(from)).toContain(`POST ${server.url("registry.git")}/git-receive-pack`);
    expect(git(join(root, "registry.git"), "rev-parse", "main")).toBe(value);
    await repository.close();
  });

  it("takes it from the configuration of the user and of the environment", async () => {
    const HOME = makeFolder();
    writeFileSync(join(HOME, ".gitconfig"), `[http]\n\tproxy = http://${proxy.host}\n`);
    expect(await cloneSeen(proxy, { HOME })).not.toEqual([]);
    const pair = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "http.proxy", GIT_CONFIG_VALUE_0: "" };
    expect(await cloneSeen(proxy, { HOME, ...pair })).toEqual([]);
  });

  it("says who it is to one that asks, and tells nobody else", async () => {
    expect(await cloneSeen(guarded, { http_proxy: `http://ada:s3cret@${guarded.host}` })).not.toEqual([]);
    const failed: unknown = await cloneSeen(guarded, {
      http_proxy: `http://ada:wr0ng@${guarded.host}`,
    }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "NETWORK" });
    expect(String(failed)).not.toContain("wr0ng");
  });

  it("tunnels to an HTTPS address", async () => {
    const tls = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    const { port } = tls.address() as AddressInfo;
    const folder = initFixture();
    git(folder, "remote", "add", "origin", `https://127.0.0.1:${port}/x.git`);
    const env = { ...bare, https_proxy: proxy.host };
    const repository = await openRepository(folder, { engine: isomorphic, env });
    await expect(repository.remote.fetch()).rejects.toMatchObject({
      code: "NETWORK",
      message: expect.stringContaining(proxy.host),
    });
    expect(proxy.requests).toContain(`CONNECT 127.0.0.1:${port}`);
    await repository.close();
    await stop(tls);
  });

  it("goes around none that it cannot use", async () => {
    const folder = initFixture();
    git(folder, "remote", "add", "origin", server.url("registry.git"));
    const from = server.requests.length;
    for (const http_proxy of ["socks5://127.0.0.1:1080", "http://", "http://127.0.0.1:1"]) {
      const repository = await openRepository(folder, { engine: isomorphic, env: { ...bare, http_proxy } });
      await expect(repository.remote.fetch()).rejects.toMatchObject({ code: "NETWORK" });
      await repository.close();
    }
    expect(server.requests.slice(from)).toEqual([]);
  });
});

function stop(one: Server): Promise<void> {
  return new Promise((resolve) => one.close(() => resolve()));
}

describe("the proxy of an address", () => {
  const config = new Map(
    parseConfig(
      '[http]\nproxy = all:1\n[http "https://git.example.com"]\nproxy = host:2\n[http "https://git.example.com/acme/"]\nproxy = user:pw@acme:3\n',
    ).map(([key, value]) => [key, [value]] as const),
  );
  it.each([
    ["https://git.example.com/acme/x.git", "http://acme:3"],
    ["https://git.example.com/acme-other/x.git", "http://host:2"],
    ["https://git.example.com.evil.example/x.git", "http://all:1"],
    ["http://git.example.com/acme/x.git", "http://all:1"],
  ])("is the one that is named for it: %s", (url, shown) => {
    expect(findProxy(new URL(url), config, { https_proxy: "other:4" })).toMatchObject({ shown });
  });

  it("may be of the remote, or none", () => {
    const url = new URL("https://git.example.com/x.git");
    const of = (value: string): string | undefined =>
      findProxy(url, new Map([...config, ["remote.origin.proxy", [value]]]), { https_proxy: "other:4" })
        ?.shown;
    expect(of("https://own:5")).toBe("https://own:5");
    expect(of("")).toBeUndefined();
    expect(findProxy(url, new Map(), { http_proxy: "plain:1" })).toBeUndefined();
    expect(findProxy(url, new Map(), { https_proxy: "", HTTPS_PROXY: "big:1" })?.shown).toBe("http://big:1");
  });
});
