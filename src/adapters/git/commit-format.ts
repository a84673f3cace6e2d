import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Commit, Signature } from "../../ports/repository.ts";
import { requireOid } from "./object-format.ts";

export type CommitFields = Omit<Commit, "oid">;

export function parseCommit(oid: string, bytes: Buffer): Commit {
  const split = bytes.indexOf("\n\n");
  const head = split < 0 ? bytes : bytes.subarray(0, split);
  const encoding = /^encoding (\S+)$/m.exec(head.toString("latin1"))?.[1];
  const lines = decodeText(head, encoding).split("\n");
  const tree = valueOf(lines, "tree ");
  const author = valueOf(lines, "author ");
  const committer = valueOf(lines, "committer ");
  if (tree === undefined || author === undefined || committer === undefined) {
    throw new ModeltrailError("GIT", `commit ${oid} is damaged`);
  }
  return {
    oid,
    tree,
    parents: lines.filter((line) => line.startsWith("parent ")).map((line) => line.slice(7)),
    author: parseSignature(author),
    committer: parseSignature(committer),
    message: split < 0 ? "" : decodeText(bytes.subarray(split + 2), encoding),
  };
}

/** The message ends with a newline, as Git's own do. */
export function encodeCommit(commit: CommitFields): Buffer {
  if (commit.message.includes("\0")) {
    throw new ModeltrailError("INVALID_INPUT", "a commit message cannot hold a NUL character");
  }
  const lines = [
    `tree ${requireOid(commit.tree)}`,
    ...commit.parents.map((parent) => `parent ${requireOid(parent)}`),
    `author ${renderSignature(commit.author)}`,
    `committer ${renderSignature(commit.committer)}`,
  ];
  const message = commit.message.endsWith("\n") ? commit.message : `${commit.message}\n`;
  return Buffer.from(`${lines.join("\n")}\n\n${message}`, "utf8");
}

export function renderSignature(who: Signature): string {
  if (!/^[+-]\d{4}$/.test(who.timezone) || !Number.isSafeInteger(who.seconds) || who.seconds < 0) {
    throw new ModeltrailError("INVALID_INPUT", `not a date of a commit: ${who.seconds} ${who.timezone}`);
  }
  return `${cleanName(who.name)} <${cleanName(who.email)}> ${who.seconds} ${who.timezone}`;
}

/** Takes out what would break the line, and the punctuation that Git strips from both ends. */
export function cleanName(text: string): string {
  const cut = /^[\s.,:;<>"\\']+|[\s.,:;<>"\\']+$/g;
  const visible = text.replace(/[\u0000-\u001f<>]/g, "");
  return visible.replace(cut, "");
}

function parseSignature(text: string): Signature {
  const match = /^(.*?) ?<([^>]*)> ?(?:(-?\d+) ([+-]\d+))?/s.exec(text);
  return {
    name: match?.[1] ?? text,
    email: match?.[2] ?? "",
    seconds: Number(match?.[3] ?? 0),
    timezone: match?.[4] ?? "+0000",
  };
}

function valueOf(lines: readonly string[], prefix: string): string | undefined {
  return lines.find((line) => line.startsWith(prefix))?.slice(prefix.length);
}

function decodeText(bytes: Buffer, encoding: string | undefined): string {
  if (encoding === undefined) return bytes.toString("utf8");
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    return bytes.toString("utf8");
  }
}
