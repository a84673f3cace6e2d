import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";

/**
 * Git's objects that have a file of their own, read and written here: most of what a test touches, at a hundredth of what
 * a run of the program costs.
 */
export interface LooseObject {
  readonly type: string;
  readonly content: Buffer;
}

function pathOf(folder: string, oid: string): string {
  return join(folder, "objects", oid.slice(0, 2), oid.slice(2));
}

/** Undefined for an object in a pack, or none at all. */
export function readLoose(folder: string, oid: string): LooseObject | undefined {
  if (!/^[0-9a-f]{40}$/.test(oid)) return undefined;
  const path = pathOf(folder, oid);
  if (!existsSync(path)) return undefined;
  const bytes = inflateSync(readFileSync(path));
  const end = bytes.indexOf(0);
  return { type: bytes.toString("latin1", 0, end).split(" ")[0] ?? "", content: bytes.subarray(end + 1) };
}

export function writeLoose(folder: string, type: string, content: Uint8Array): string {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash("sha1").update(bytes).digest("hex");
  const path = pathOf(folder, oid);
  if (existsSync(path)) return oid;
  mkdirSync(join(path, ".."), { recursive: true });
  // Whole or not at all, since a fetch may be under way.
  const draft = `${path}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, deflateSync(bytes, { level: 1 }), { mode: 0o444 });
  renameSync(draft, path);
  return oid;
}

export interface Leaf {
  readonly mode: string;
  readonly sha: string;
}

export function typeOf(mode: string): "blob" | "tree" | "commit" {
  if (mode === "040000") return "tree";
  return mode === "160000" ? "commit" : "blob";
}

export function parseTree(content: Buffer): Map<string, Leaf> {
  const entries = new Map<string, Leaf>();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at);
    const end = content.indexOf(0, space);
    const mode = content.toString("latin1", at, space).padStart(6, "0");
    entries.set(content.toString("utf8", space + 1, end), {
      mode,
      sha: content.toString("hex", end + 1, end + 21),
    });
    at = end + 21;
  }
  return entries;
}

/** In Git's order: by bytes, a folder as if its name ended in a slash. */
export function renderTree(entries: ReadonlyMap<string, Leaf>): Buffer {
  const rows = [...entries].map(([name, { mode, sha }]) => ({
    key: Buffer.from(mode === "040000" ? `${name}/` : name),
    bytes: Buffer.concat([Buffer.from(`${mode.replace(/^0/, "")} ${name}\0`), Buffer.from(sha, "hex")]),
  }));
  rows.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(rows.map((row) => row.bytes));
}
