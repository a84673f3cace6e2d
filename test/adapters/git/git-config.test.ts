import { chownSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEnvironmentConfig } from "../../../src/adapters/git/git-config.ts";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { commitFiles, git, gitWith, initFixture, makeFolder } from "./git-fixture.ts";

const bare = { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1" };

describe("configuration of the environment", () => {
  it.each<[string, Record<string, string>]>([
    [
      "pairs",
      {
        GIT_CONFIG_COUNT: "2",
        GIT_CONFIG_KEY_0: "User.Name",
        GIT_CONFIG_VALUE_0: "Ada = 'A'",
        GIT_CONFIG_KEY_1: "Http.https://Example.com/X.Proxy",
        GIT_CONFIG_VALUE_1: "",
      },
    ],
    [
      "what git -c hands on",
      { GIT_CONFIG_PARAMETERS: `'User.Name'='Ada'\\''s' 'a.Sub Section.Key'='x=y' 'b.c'=` },
    ],
    ["what git -c handed on once", { GIT_CONFIG_PARAMETERS: `'user.name=Ada = it'\\''s' 'b.c=' 'd.e'` }],
    [
      "both, the latter the stronger",
      {
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "user.name",
        GIT_CONFIG_VALUE_0: "Grace",
        GIT_CONFIG_PARAMETERS: "'user.name'='Ada'",
      },
    ],
    ["none", {}],
  ])("is read as git reads it: %s", (_, variables) => {
    const listed = gitWith("/", {
      args: ["config", "--list", "-z"],
      env: { HOME: makeFolder(), GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", ...variables },
    });
    const rows = listed.split("\0").filter((row) => row !== "" && !row.startsWith("protocol."));
    const expected = rows
      .filter((row) => !row.startsWith("init.default"))
      .map((row) => {
        const [key = "", ...value] = row.split("\n");
        return [key, value.join("\n")];
      });
    expect(parseEnvironmentConfig(variables)).toEqual(expected);
  });

  it("is read from what git really hands on", () => {
    const args = ["-c", "user.name=it's Ada!", "-c", "alias.env=!env", "-c", "a.B c.D", "env"];
    const shown = gitWith(makeFolder(), { args }).split("\n");
    const value = shown.find((row) => row.startsWith("GIT_CONFIG_PARAMETERS="))?.replace(/^[^=]*=/, "");
    expect(parseEnvironmentConfig({ GIT_CONFIG_PARAMETERS: value })).toEqual(
      expect.arrayContaining([
        ["user.name", "it's Ada!"],
        ["a.B c.d", ""],
      ]),
    );
  });

  for (const engine of ["native", "isomorphic"] as const) {
    it(`says who the user is, by the ${engine} engine`, async () => {
      const folder = initFixture();
      git(folder, "config", "user.name", "Local");
      const env = {
        ...bare,
        HOME: makeFolder(),
        GIT_CONFIG_COUNT: "1",
        GIT_CONFIG_KEY_0: "user.email",
        GIT_CONFIG_VALUE_0: "env@example.com",
        GIT_CONFIG_PARAMETERS: "'user.name'='Command'",
      };
      const repository = await openRepository(folder, { engine, env });
      expect((await repository.writer.identity()).author).toMatchObject({
        name: "Command",
        email: "env@example.com",
      });
      await repository.close();
    });
  }
});

const notRoot = process.getuid?.() === 0 ? "" : " (only root can make one)";

describe.skipIf(notRoot !== "")(`a repository of another user${notRoot}`, () => {
  function foreign(): string {
    const folder = initFixture();
    commitFiles(folder, "first", { "a.txt": "a\n" });
    const own = [
      folder,
      ...readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
    ];
    for (const path of own) chownSync(path, 4321, 4321);
    return folder;
  }

  async function opens(folder: string, env: Record<string, string> = {}): Promise<boolean> {
    const options = { engine: "native", env: { ...bare, HOME: makeFolder(), ...env } } as const;
    return openRepository(folder, options).then(
      (repository) => repository.close().then(() => true),
      (error: unknown) => {
        expect(error).toMatchObject({
          code: "UNSUPPORTED_REPOSITORY",
          hint: expect.stringContaining("safe.directory"),
        });
        return false;
      },
    );
  }

  const pair = (value: string): Record<string, string> => ({
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: value,
  });

  it("is used when the user says so, wherever", async () => {
    const folder = foreign();
    expect(await opens(folder)).toBe(false);
    expect(await opens(folder, pair(folder))).toBe(true);
    expect(await opens(folder, pair("*"))).toBe(true);
    expect(await opens(folder, { GIT_CONFIG_PARAMETERS: `'safe.directory'='${folder}'` })).toBe(true);
    const HOME = makeFolder();
    writeFileSync(join(HOME, ".gitconfig"), "[include]\n\tpath = ~/more\n");
    writeFileSync(join(HOME, "more"), `[safe]\n\tdirectory = ${folder}\n`);
    expect(await opens(folder, { HOME })).toBe(true);
    expect(await opens(folder, { SUDO_UID: "4321" })).toBe(true);
  });

  it("is not when another was meant, or it was taken back, or the repository itself says so", async () => {
    const folder = foreign();
    expect(await opens(folder, pair(`${folder}-other`))).toBe(false);
    const HOME = makeFolder();
    writeFileSync(join(HOME, ".gitconfig"), `[safe]\n\tdirectory = ${folder}\n\tdirectory =\n`);
    expect(await opens(folder, { HOME })).toBe(false);
    git(folder, "config", "--file", join(folder, ".git/config"), "safe.directory", "*");
    expect(await opens(folder)).toBe(false);
    expect(await opens(folder, { SUDO_UID: "4322" })).toBe(false);
  });
});
