import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/adapters/git/config-file.ts";
import { parseGitDate } from "../../../src/adapters/git/git-date.ts";
import { openRepository } from "../../../src/adapters/git/open.ts";
import { git, gitWith, initFixture, makeFolder } from "./git-fixture.ts";

const now = (): Date => new Date(1_770_000_000_000);

for (const engine of ["native", "isomorphic"] as const) {
  describe(`identity, by the ${engine} engine`, () => {
    const bare = { PATH: process.env["PATH"], GIT_CONFIG_NOSYSTEM: "1" };

    it("asks who the user is rather than guess", async () => {
      const folder = initFixture();
      const env = { ...bare, HOME: makeFolder() };
      const repository = await openRepository(folder, { engine, env, now });
      await expect(repository.writer.identity()).rejects.toMatchObject({ code: "NO_IDENTITY" });
      await repository.close();
    });

    it("takes it from the user's files, the repository's, and the environment, the later the stronger", async () => {
      const folder = initFixture();
      const home = makeFolder();
      mkdirSync(join(home, ".config/git"), { recursive: true });
      writeFileSync(join(home, ".config/git/config"), "[user]\n\tname = Xdg\n\temail = xdg@example.com\n");
      const env = { ...bare, HOME: home };
      const read = async (more: Record<string, string> = {}): Promise<string[]> => {
        const repository = await openRepository(folder, { engine, env: { ...env, ...more }, now });
        const { author, committer } = await repository.writer.identity();
        await repository.close();
        return [`${author.name} <${author.email}>`, `${committer.name} <${committer.email}>`];
      };
      expect(await read()).toEqual(["Xdg <xdg@example.com>", "Xdg <xdg@example.com>"]);
      writeFileSync(
        join(home, ".gitconfig"),
        '[user]\n\tname = "Home \\"H\\" User" ; who\n\temail = home@example.com\n[include]\n\tpath = more\n',
      );
      writeFileSync(join(home, "more"), "[author]\n\temail = author@example.com\n");
      expect(await read()).toEqual([
        'Home "H" User <author@example.com>',
        'Home "H" User <home@example.com>',
      ]);
      git(folder, "config", "user.name", "Local");
      expect((await read())[1]).toBe("Local <home@example.com>");
      expect(await read({ GIT_AUTHOR_NAME: "Env", GIT_COMMITTER_EMAIL: "env@example.com" })).toEqual([
        "Env <author@example.com>",
        "Local <env@example.com>",
      ]);
    });

    it("takes dates from the environment, else the clock", async () => {
      const folder = initFixture();
      const who = {
        GIT_AUTHOR_NAME: "A",
        GIT_AUTHOR_EMAIL: "a@b",
        GIT_COMMITTER_NAME: "A",
        GIT_COMMITTER_EMAIL: "a@b",
      };
      const env = { ...bare, ...who, HOME: makeFolder(), GIT_AUTHOR_DATE: "1600000000 +0530" };
      const repository = await openRepository(folder, { engine, env, now });
      const { author, committer } = await repository.writer.identity();
      expect(author).toMatchObject({ seconds: 1_600_000_000, timezone: "+0530" });
      expect(committer.seconds).toBe(1_770_000_000);
      await repository.close();
    });
  });
}

describe("dates and configuration, as git reads them", () => {
  const DATES = [
    "1600000000 +0530",
    "@1600000000 -0800",
    "2026-03-01T12:30:00+01:00",
    "2026-03-01 12:30:00 -0330",
    "2026-03-01T12:30:00Z",
    "Sun, 01 Mar 2026 12:30:00 +0200",
  ];
  it.each(DATES)("%s", (date) => {
    const shown = gitWith(initFixture(), {
      args: ["var", "GIT_AUTHOR_IDENT"],
      env: { GIT_AUTHOR_DATE: date },
    });
    const { seconds, timezone } = parseGitDate(date, "GIT_AUTHOR_DATE");
    expect(shown.endsWith(`> ${seconds} ${timezone}`)).toBe(true);
  });

  it("refuses what is no date", () => {
    expect(() => parseGitDate("yesterdayish", "GIT_AUTHOR_DATE")).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  it("reads the values that git reads", () => {
    const text = [
      "[a]",
      "\tplain = one two   # comment",
      '\tquoted = " spaced ; # " ; comment',
      '\tescaped = "a\\tb\\\\c\\"d"',
      "\tflag",
      "\tempty =",
      "\tlong = one \\",
      "two",
      '[remote "Ori\\"gin.x"] url = https://example.com/x.git',
      '\tfetch = "+refs/heads/*:refs/remotes/origin/*"',
      "[B-c] D-e = 'single'",
      "",
    ].join("\n");
    const file = join(makeFolder(), "config");
    writeFileSync(file, text);
    const listed = gitWith(makeFolder(), { args: ["config", "--file", file, "--list", "-z"] });
    const expected = listed
      .split("\0")
      .filter(Boolean)
      .map((row) => [row.split("\n")[0], row.split("\n").slice(1).join("\n")]);
    expect(parseConfig(text)).toEqual(expected);
  });
});
