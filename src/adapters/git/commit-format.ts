import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Commit, Signature } from "../../ports/repository.ts";
import { decodeCommitText } from "./commit-text.ts";
import { requireOid } from "./object-format.ts";

export type CommitFields = Omit<Commit, "oid">;

const TREE_LINE = /^tree ([0-9a-f]{40})$/;
const PARENT_LINE = /^parent [0-9a-f]{40}$/;
const UNKNOWN = "unknown <> 0 +0000";

/**
 * Reads a commit as git does: where its parts lie is told by bytes, whatever encoding it claims. Who is missing is
 * "unknown", as anybody may write commits that git takes and no other program expects.
 */
export function parseCommit(oid: string, bytes: Buffer): Commit {
  const split = bytes.indexOf("\n\n");
  // One character a byte.
  const lines = bytes.toString("latin1", 0, split < 0 ? bytes.length : split).split("\n");
  const tree = TREE_LINE.exec(lines[0] ?? "")?.[1];
  if (tree === undefined) throw new ModeltrailError("GIT", `commit ${oid} is damaged`);
  const encoding = valueOf(lines, "encoding ");
  const signature = (prefix: string): Signature => {
    const value = valueOf(lines, prefix);
    return parseSignature(
      value === undefined ? UNKNOWN : decodeCommitText(Buffer.from(value, "latin1"), encoding),
    );
  };
  return {
    oid,
    tree,
    parents: leadingParents(lines),
    author: signature("author "),
    committer: signature("committer "),
    message: split < 0 ? "" : decodeCommitText(bytes.subarray(split + 2), encoding),
  };
}

/** Behind the tree, and nowhere else. */
function leadingParents(lines: readonly string[]): readonly string[] {
  const end = lines.findIndex((line, index) => index > 0 && !PARENT_LINE.test(line));
  return lines.slice(1, end < 0 ? lines.length : end).map((line) => line.slice(7));
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
