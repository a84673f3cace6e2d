import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  findToken,
  gitCredentials,
  parseEndpoint,
  sameRepository,
} from "../../../src/adapters/github/access.ts";

describe("a token", () => {
  let folder: string;
  let PATH: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "modeltrail-gh-"));
    PATH = [folder, process.env["PATH"] ?? ""].join(delimiter);
    const script = `#!/bin/sh\n[ "$4" = down.example ] && exit 1\necho "gh:$4"\n`;
    writeFileSync(join(folder, "gh"), script, { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("is looked up in order", async () => {
    const all = { GITHUB_TOKEN: " one\n", GH_TOKEN: "two", GH_ENTERPRISE_TOKEN: "three", PATH };
    expect(await findToken(all, "github.com")).toBe("one");
    expect(await findToken({ ...all, GITHUB_TOKEN: "" }, "acme.ghe.com")).toBe("two");
    expect(await findToken({ GH_ENTERPRISE_TOKEN: "three", PATH }, "github.com")).toBe("gh:github.com");
    expect(await findToken({ PATH }, "ghe.acme.com")).toBe("gh:ghe.acme.com");
  });

  it("of github.com goes to no host that only the registry names", async () => {
    const all = { GITHUB_TOKEN: "one", GH_TOKEN: "two", PATH };
    expect(await findToken({ ...all, GH_ENTERPRISE_TOKEN: "three" }, "ghe.acme.com")).toBe("three");
    expect(await findToken({ ...all, GITHUB_SERVER_URL: "https://ghe.acme.com" }, "ghe.acme.com")).toBe(
      "one",
    );
    await expect(findToken(all, "down.example")).rejects.toMatchObject({
      code: "CREDENTIALS",
      hint: expect.stringMatching(/^Set GH_ENTERPRISE_TOKEN .*gh auth login --hostname down\.example\.$/),
    });
    expect(await findToken(all, "127.0.0.1:8080")).toBe("one");
  });

  it("that is missing or none is an error that shows nothing of it", async () => {
    await expect(findToken({ PATH: "/nonexistent" }, "github.com")).rejects.toMatchObject({
      code: "CREDENTIALS",
    });
    const error: Error = await findToken({ GITHUB_TOKEN: "se cret" }, "github.com").then(
      () => new Error("none"),
      (reason: Error) => reason,
    );
    expect(error).toMatchObject({ code: "CREDENTIALS", message: expect.not.stringContaining("cret") });
  });

  it("is Git's password, too", () => {
    expect(gitCredentials("t")).toEqual({
      url: "https://github.com/",
      username: "x-access-token",
      password: "t",
    });
    expect(gitCredentials("t", "https://ghe.acme.com:8443/api/v3/").url).toBe("https://ghe.acme.com:8443/");
    expect(gitCredentials("t", "https://api.acme.ghe.com").url).toBe("https://acme.ghe.com/");
  });
});

describe("the API's address", () => {
  it("is github.com's, or one that the token may be sent to", () => {
    expect(parseEndpoint(undefined)).toEqual(parseEndpoint("https://api.github.com/"));
    expect(parseEndpoint("https://GHE.acme.com/api/v3/")).toEqual({
      apiUrl: "https://ghe.acme.com/api/v3",
      host: "ghe.acme.com",
      siteUrl: "https://ghe.acme.com",
    });
    for (const url of ["http://127.0.0.1:80/api/v3", "http://localhost:1/api/v3", "http://[::1]:1/api/v3"])
      expect(() => parseEndpoint(url)).not.toThrow();
    for (const url of [
      "http://ghe.acme.com/api/v3",
      "http://127.0.0.1.evil.example/",
      "http://127.evil.example/",
      "ftp://ghe.acme.com/",
      "https://me:secret@ghe.acme.com/",
      "ghe.acme.com",
      "",
    ])
      expect(() => parseEndpoint(url), url).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});

describe("a remote's address", () => {
  const acme = { host: "github.com", owner: "acme", name: "models" };

  it.each([
    "https://github.com/acme/models.git",
    "https://github.com/acme/models",
    "https://github.com/acme/models/",
    "https://x-access-token:secret@GitHub.com/Acme/Models.git",
    "https://github.com:443/acme/models.git",
    "git@github.com:acme/models.git",
    "github.com:acme/models",
    "git@github.com:/acme/models.GIT",
    "ssh://git@github.com/acme/models.git",
    "ssh://git@ssh.github.com:443/acme/models.git",
    "git+ssh://git@github.com/acme/models",
  ])("%s is the repository", (url) => {
    expect(sameRepository(url, acme)).toBe(true);
  });

  it.each([
    "https://github.com/acme/models-2.git",
    "https://github.com/other/models.git",
    "https://github.com/acme/models/tree/main",
    "https://github.com.evil.example/acme/models.git",
    "https://evil.example/github.com/acme/models.git",
    "https://github.com@evil.example/acme/models.git",
    "https://github.com:8443/acme/models.git",
    "file:///github.com/acme/models.git",
    "/srv/github.com:acme/models.git",
    "./github.com:acme/models",
    "C:\\acme\\models",
    "https://",
    "",
  ])("%s is not", (url) => {
    expect(sameRepository(url, acme)).toBe(false);
  });

  it("has the port of its host over HTTP alone", () => {
    const local = { ...acme, host: "ghe.acme.com:8443" };
    expect(sameRepository("https://ghe.acme.com:8443/acme/models.git", local)).toBe(true);
    expect(sameRepository("https://ghe.acme.com/acme/models.git", local)).toBe(false);
    expect(sameRepository("ssh://git@ghe.acme.com:2222/acme/models.git", local)).toBe(true);
  });
});
