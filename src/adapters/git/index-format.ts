import { createHash } from "node:crypto";
import { ModeltrailError } from "../../diagnostics/errors.ts";

/** An index entry with the bytes that we do not interpret. */
export interface IndexEntry {
  readonly rawPath: Buffer;
  readonly mode: string;
  readonly oid: string;
  readonly stage: number;
  readonly skipped: boolean;
  /** Times, device, inode, owner and size as stored: what Git compares before it reads a file. */
  readonly stat: Buffer;
  readonly assumeValid: boolean;
  readonly intentToAdd: boolean;
}

const HEADER = 12;
const FIXED = 62;
const STAT = 40;
const EXTENDED = 0x4000;
const SKIP = 0x4000;
const INTENT = 0x2000;

/** Reads versions 2 and 3; rejects with UNSUPPORTED_REPOSITORY for what only git itself can write back. */
export function parseIndex(bytes: Buffer): readonly IndexEntry[] {
  if (bytes.toString("latin1", 0, 4) !== "DIRC") throw damaged();
  const version = bytes.readUInt32BE(4);
  if (version !== 2 && version !== 3) throw unsupported(`version ${version}`);
  const digest = bytes.subarray(-20);
  const unhashed = digest.every((byte) => byte === 0);
  if (!unhashed && !createHash("sha1").update(bytes.subarray(0, -20)).digest().equals(digest))
    throw damaged();
  const entries: IndexEntry[] = [];
  let at = HEADER;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const flags = bytes.readUInt16BE(at + 60);
    const extended = (flags & EXTENDED) === 0 ? 0 : bytes.readUInt16BE(at + FIXED);
    const start = at + FIXED + ((flags & EXTENDED) === 0 ? 0 : 2);
    const end = bytes.indexOf(0, start);
    if (end < 0 || end > bytes.length - 20) throw damaged();
    entries.push({
      rawPath: Buffer.from(bytes.subarray(start, end)),
      mode: bytes
        .readUInt32BE(at + 24)
        .toString(8)
        .padStart(6, "0"),
      oid: bytes.toString("hex", at + STAT, at + FIXED - 2),
      stage: (flags >> 12) & 3,
      skipped: (extended & SKIP) !== 0,
      stat: Buffer.from(bytes.subarray(at, at + STAT)),
      assumeValid: (flags & 0x8000) !== 0,
      intentToAdd: (extended & INTENT) !== 0,
    });
    at += (end - at + 8) & ~7;
  }
  requirePlainExtensions(bytes, at);
  return entries;
}

/** Extensions are left out: Git makes those that speed it up anew. */
export function encodeIndex(entries: readonly IndexEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => Buffer.compare(a.rawPath, b.rawPath) || a.stage - b.stage);
  const header = Buffer.alloc(HEADER);
  header.write("DIRC", "latin1");
  header.writeUInt32BE(sorted.some(isExtended) ? 3 : 2, 4);
  header.writeUInt32BE(sorted.length, 8);
  const body = Buffer.concat([header, ...sorted.map(encodeEntry)]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

function encodeEntry(entry: IndexEntry): Buffer {
  const start = FIXED + (isExtended(entry) ? 2 : 0);
  const bytes = Buffer.alloc((start + entry.rawPath.length + 8) & ~7);
  entry.stat.copy(bytes);
  bytes.writeUInt32BE(Number.parseInt(entry.mode, 8), 24);
  bytes.write(entry.oid, STAT, "hex");
  const flags =
    (entry.assumeValid ? 0x8000 : 0) | (entry.stage << 12) | Math.min(entry.rawPath.length, 0xfff);
  bytes.writeUInt16BE(flags | (isExtended(entry) ? EXTENDED : 0), 60);
  if (isExtended(entry))
    bytes.writeUInt16BE((entry.skipped ? SKIP : 0) | (entry.intentToAdd ? INTENT : 0), FIXED);
  entry.rawPath.copy(bytes, start);
  return bytes;
}

function isExtended(entry: IndexEntry): boolean {
  return entry.skipped || entry.intentToAdd;
}

/** Extensions that begin with a small letter change what the entries mean: sparse and split indexes. */
function requirePlainExtensions(bytes: Buffer, from: number): void {
  for (let at = from; at + 8 <= bytes.length - 20; at += 8 + bytes.readUInt32BE(at + 4)) {
    const name = bytes.toString("latin1", at, at + 4);
    if (/^[a-z]/.test(name)) throw unsupported(`extension ${name}, of a sparse or split index`);
  }
}

function unsupported(what: string): ModeltrailError {
  return new ModeltrailError(
    "UNSUPPORTED_REPOSITORY",
    `the index of this work tree has ${what}, which only git can write`,
    {
      hint: "install git, or run `git sparse-checkout reapply --no-sparse-index` and `git update-index --index-version 2`",
    },
  );
}

function damaged(): ModeltrailError {
  return new ModeltrailError("GIT", "the index of this work tree is damaged", {
    hint: "remove `.git/index` and run `git reset`, which leaves files alone",
  });
}
