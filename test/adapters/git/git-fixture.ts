import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";

/** Fixed, so that commit ids are the same in every run. */
export const WHO: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Grace",
  GIT_COMMITTER_EMAIL: "grace@example.com",
};

export const ADA = { name: "Ada", email: "ada@example.com", seconds: 1_760_000_000, timezone: "+0100" };

const folders: string[] = [];

/** A new folder that is removed when the file's tests are done. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-git-")));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

let clock = 1_700_000_000;

/** Native git; each call is a minute later than the one before. */
export function git(folder: string, ...args: readonly string[]): string {
  return gitWith(folder, { args });
}

export function gitWith(
  folder: string,
  call: {
    readonly args: readonly string[];
    readonly input?: string | Buffer;
    readonly env?: Record<string, string>;
  },
): string {
  clock += 60;
  const date = `${clock} +0000`;
  const env = { ...process.env, ...WHO, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date, ...call.env };
  const input = call.input === undefined ? {} : { input: call.input };
  const safe = ["-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"];
  const stdio: ["pipe", "pipe", "pipe"] = ["pipe", "pipe", "pipe"];
  return execFileSync("git", [...safe, ...call.args], {
    cwd: folder,
    env,
    ...input,
    stdio,
    maxBuffer: 1 << 28,
  })
    .toString("utf8")
    .trimEnd();
}

export function write(folder: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Writes files and commits everything; returns the commit's id. */
export function commitFiles(
  folder: string,
  message: string,
  files: Readonly<Record<string, string | Buffer>>,
): string {
  write(folder, files);
  git(folder, "add", "-A");
  git(folder, "commit", "--quiet", "--allow-empty", "-m", message);
  return git(folder, "rev-parse", "HEAD");
}

export function initFixture(): string {
  const folder = makeFolder();
  git(folder, "init", "--quiet");
  return folder;
}

/** Rejects what `git fsck --strict` complains about. */
export function fsck(folder: string): string {
  return git(folder, "fsck", "--strict", "--no-dangling", "--no-progress");
}
