import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type GitRepository, openRepository } from "../../../src/adapters/git/open.ts";
import { NativeGit, findGit } from "../../../src/adapters/git/native-process.ts";
import { writeSignedCommit } from "../../../src/adapters/git/signed-commit.ts";
import { ADA, commitFiles, fsck, git, initFixture, makeFolder, WHO } from "./git-fixture.ts";

const KEYGEN = "ssh-keygen";
const GRACE = { name: "Grace Höpper", email: "grace@example.com", seconds: 12, timezone: "-0330" };
/** What git would strip, wrap or cut from the message of a commit of its own. */
const MESSAGE = "subject  \n\n\n# no comment\n  body — ünïcode \n---\ntrailing: yes\n\n\n";
const env = { PATH: process.env["PATH"], HOME: makeFolder(), GIT_CONFIG_NOSYSTEM: "1", ...WHO };

function hasSshKeygen(): boolean {
  try {
    execFileSync(KEYGEN, ["-?"], { stdio: "ignore" });
    return true;
  } catch (error) {
    return !(error instanceof Error && "code" in error && error.code === "ENOENT");
  }
}

/** A repository whose commits are to be signed with a new SSH key. */
function signingFixture(): string {
  const folder = initFixture();
  commitFiles(folder, "first", { "models/a/model.yaml": "a\n" });
  const keys = makeFolder();
  const key = join(keys, "key");
  execFileSync(KEYGEN, ["-q", "-t", "ed25519", "-N", "", "-C", "grace@example.com", "-f", key]);
  const [type, body] = execFileSync(KEYGEN, ["-y", "-f", key]).toString().split(" ");
  writeFileSync(join(keys, "allowed"), `grace@example.com ${type} ${body?.trim()}\n`);
  for (const [name, value] of [
    ["gpg.format", "ssh"],
    ["user.signingKey", key],
    ["gpg.ssh.allowedSignersFile", join(keys, "allowed")],
    ["commit.gpgSign", "true"],
    ["i18n.commitEncoding", "ISO-8859-1"],
  ] as const)
    git(folder, "config", name, value);
  return folder;
}

async function commitOn(repository: GitRepository, folder: string): Promise<string> {
  return repository.writer.commit({
    parents: [git(folder, "rev-parse", "HEAD")],
    edits: [{ path: "models/a/model.yaml", content: Buffer.from("b\n") }],
    message: MESSAGE,
    author: ADA,
    committer: GRACE,
  });
}

const missing = hasSshKeygen() ? "" : " (ssh-keygen is missing)";

describe.skipIf(missing !== "")(`commits of who signs them${missing}`, () => {
  it("are signed, and say otherwise what unsigned ones say, to the byte", async () => {
    const folder = signingFixture();
    const repository = await openRepository(folder, { engine: "native", env });
    const oid = await commitOn(repository, folder);
    git(folder, "verify-commit", oid);
    const signed = await repository.objects.readCommit(oid);
    git(folder, "config", "commit.gpgSign", "off");
    const without = await openRepository(folder, { engine: "native", env });
    const unsigned = await without.objects.readCommit(await commitOn(without, folder));
    expect(signed).toEqual({ ...unsigned, oid });
    expect(signed).toMatchObject({ author: ADA, committer: GRACE, message: MESSAGE });
    git(folder, "update-ref", "refs/heads/signed", oid);
    expect(fsck(folder)).toBe("");
    await repository.close();
    await without.close();
  });

  it("are so as merges and as the first of all", async () => {
    const folder = signingFixture();
    const repository = await openRepository(folder, { engine: "native", env });
    const [head, other] = [git(folder, "rev-parse", "HEAD"), await commitOn(repository, folder)];
    const who = { author: ADA, committer: GRACE };
    const tree = git(folder, "rev-parse", "HEAD^{tree}");
    for (const parents of [[head, other], []]) {
      const oid = await repository.writer.commitTree({ ...who, parents, tree, message: "merge" });
      git(folder, "verify-commit", oid);
      expect(await repository.objects.readCommit(oid)).toMatchObject({ parents, message: "merge\n" });
    }
    await repository.close();
  });

  it("are asked for by the environment as well", async () => {
    const folder = signingFixture();
    git(folder, "config", "--unset", "commit.gpgSign");
    const asked = {
      ...env,
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "commit.gpgSign",
      GIT_CONFIG_VALUE_0: "yes",
    };
    const repository = await openRepository(folder, { engine: "native", env: asked });
    git(folder, "verify-commit", await commitOn(repository, folder));
    await repository.close();
  });
});

describe("a signature that cannot be made", () => {
  function unsignable(program: string): string {
    const folder = initFixture();
    commitFiles(folder, "first", { "models/a/model.yaml": "a\n" });
    const path = join(makeFolder(), "sign");
    writeFileSync(path, `#!/bin/sh\n${program}\n`);
    chmodSync(path, 0o755);
    git(folder, "config", "gpg.program", path);
    git(folder, "config", "commit.gpgSign", "true");
    return folder;
  }

  it("leaves no unsigned commit behind", async () => {
    const folder = unsignable("exit 3");
    const repository = await openRepository(folder, { engine: "native", env });
    await expect(commitOn(repository, folder)).rejects.toMatchObject({
      code: "GIT",
      message: expect.stringContaining("failed to sign"),
      hint: expect.stringContaining("commit.gpgSign"),
    });
    expect(git(folder, "cat-file", "--batch-all-objects", "--batch-check").match(/commit/g)).toHaveLength(1);
    await repository.close();
  });

  it("is not waited for without end", async () => {
    const pid = join(makeFolder(), "pid");
    const folder = unsignable(`echo $$ > "${pid}"; exec sleep 60`);
    const native = await openRepository(folder, { engine: "native", env });
    const { gitDir, commonDir, root } = native;
    const layout = { gitDir, commonDir, root, config: new Map() };
    const bound = new NativeGit((await findGit(env)) ?? "", env, layout);
    const tree = git(folder, "rev-parse", "HEAD^{tree}");
    const commit = { tree, parents: [], author: ADA, committer: GRACE, message: "x\n" };
    const started = Date.now();
    await expect(writeSignedCommit(bound, commit, 500)).rejects.toMatchObject({ code: "GIT" });
    // A program that git has started, and that holds our pipes open.
    const alias = `alias.hang=!echo $$ > "${pid}2"; exec sleep 60`;
    expect((await bound.run(["-c", alias, "hang"], { timeoutMs: 500 })).code).not.toBe(0);
    expect(Date.now() - started).toBeLessThan(30_000);
    for (const path of [pid, `${pid}2`]) process.kill(Number(readFileSync(path, "utf8")));
    await native.close();
  });

  it.each(["native", "isomorphic"] as const)(
    "is refused when nobody can tell whether one is wanted: %s",
    async (engine) => {
      const folder = unsignable("exit 0");
      git(folder, "config", "commit.gpgSign", "perhaps");
      const repository = await openRepository(folder, { engine, env });
      await expect(repository.writer.identity()).rejects.toMatchObject({ code: "GIT" });
      await repository.close();
    },
  );

  it("is refused by the engine that has no git, before anything is written", async () => {
    const folder = unsignable("exit 0");
    const before = git(folder, "count-objects");
    const repository = await openRepository(folder, { engine: "isomorphic", env });
    const refused = { code: "GIT", hint: expect.stringContaining("install git") };
    await expect(repository.writer.identity()).rejects.toMatchObject(refused);
    await expect(commitOn(repository, folder)).rejects.toMatchObject(refused);
    expect(git(folder, "count-objects")).toBe(before);
    git(folder, "config", "commit.gpgSign", "false");
    const willing = await openRepository(folder, { engine: "isomorphic", env });
    expect(
      existsSync(join(folder, ".git/objects", (await commitOn(willing, folder)).replace(/^../, "$&/"))),
    ).toBe(true);
    await repository.close();
    await willing.close();
  });
});
