import { execFileSync } from "node:child_process";
import { TEST_ENV } from "../../builders/workspace.ts";

/** Git's plumbing in a folder: what no other command of Git, and no recorder, would write. */
export interface Plumbing {
  readonly read: (type: "blob" | "commit", oid: string) => Buffer;
  readonly write: (type: "blob" | "commit", bytes: Buffer) => string;
  /** A tree of lines as `git ls-tree` prints them. */
  readonly tree: (lines: readonly string[]) => string;
  readonly list: (tree: string) => readonly string[];
  readonly point: (branch: string, oid: string) => void;
}

export function openPlumbing(folder: string): Plumbing {
  const run = (args: readonly string[], input: Buffer | string = ""): Buffer =>
    execFileSync("git", [...args], { cwd: folder, env: TEST_ENV, input, stdio: ["pipe", "pipe", "pipe"] });
  const text = (args: readonly string[], input?: Buffer | string): string =>
    run(args, input).toString("utf8").trimEnd();
  return {
    read: (type, oid) => run(["cat-file", type, oid]),
    write: (type, bytes) => text(["hash-object", "-t", type, "-w", "--literally", "--stdin"], bytes),
    tree: (lines) => text(["mktree"], lines.map((line) => `${line}\n`).join("")),
    list: (tree) => text(["ls-tree", tree]).split("\n"),
    point: (branch, oid) => void run(["update-ref", `refs/heads/${branch}`, oid]),
  };
}

/** The bytes of a commit with another tree. */
export function withTree(commit: Buffer, tree: string): Buffer {
  return Buffer.concat([Buffer.from(`tree ${tree}`), commit.subarray(45)]);
}

/** The bytes of a commit with something replaced in them; throws where it is not there. */
export function replaceIn(bytes: Buffer, from: string, to: string | Buffer): Buffer {
  const at = bytes.indexOf(from);
  if (at < 0) throw new Error(`there is no ${JSON.stringify(from)}`);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(to), bytes.subarray(at + from.length)]);
}
