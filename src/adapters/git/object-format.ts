import { createHash } from "node:crypto";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { TreeEntry } from "../../ports/repository.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

/** A tree's entry; `rawName` is kept where the name is not UTF-8, so that a rewritten tree keeps its bytes. */
export interface RawTreeEntry extends TreeEntry {
  readonly rawName?: Buffer;
}

const OID = /^[0-9a-f]{40}$/;
const TREE_MODE = "040000";
const PLAIN_FILE = "100644";

export function isOid(text: string): boolean {
  return OID.test(text);
}

/** Ids become arguments and file names, so nothing else may pass for one. */
export function requireOid(oid: string): string {
  if (!OID.test(oid)) throw new ModeltrailError("INVALID_INPUT", `not an object id: ${JSON.stringify(oid)}`);
  return oid;
}

export function isTreeMode(mode: string): boolean {
  return mode === TREE_MODE;
}

/** Plain files, executable or not; not links, not submodules. */
export function isFileMode(mode: string): boolean {
  return mode.startsWith("100");
}

export function objectHeader(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`, "latin1");
}

export function hashObject(type: ObjectType, body: Uint8Array): string {
  return createHash("sha1").update(objectHeader(type, body.length)).update(body).digest("hex");
}

/** Names, modes and ids are cut out of texts of the whole tree: far quicker than to make each a text by itself. */
export function parseTree(oid: string, bytes: Buffer): readonly RawTreeEntry[] {
  const text = bytes.toString("latin1");
  const hex = bytes.toString("hex");
  const entries: RawTreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = text.indexOf(" ", at);
    const end = space < 0 ? -1 : text.indexOf("\0", space + 1);
    if (end < 0 || end + 21 > bytes.length) throw new ModeltrailError("GIT", `tree ${oid} is damaged`);
    const isPlain = space === at + PLAIN_FILE.length && text.startsWith(PLAIN_FILE, at);
    const mode = isPlain ? PLAIN_FILE : canonicalMode(text.slice(at, space));
    const id = hex.slice(2 * (end + 1), 2 * (end + 21));
    const name = text.slice(space + 1, end);
    entries.push(
      isAscii(name) ? { name, mode, oid: id } : wideEntry(bytes.subarray(space + 1, end), mode, id),
    );
    at = end + 21;
  }
  return entries;
}

/** As Git itself reads modes, whatever other tools wrote: of a file it keeps whether it is executable, of others the kind. */
function canonicalMode(text: string): string {
  const bits = Number.parseInt(text, 8);
  const kind = bits & 0o170000;
  if (kind === 0o100000) return (bits & 0o100) === 0 ? PLAIN_FILE : "100755";
  if (kind === 0o040000) return TREE_MODE;
  return kind === 0o120000 ? "120000" : "160000";
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}

function wideEntry(rawName: Buffer, mode: string, oid: string): RawTreeEntry {
  const entry = { name: rawName.toString("utf8"), mode, oid };
  return isExactText(entry.name, rawName) ? entry : { ...entry, rawName: Buffer.from(rawName) };
}

function isExactText(name: string, raw: Buffer): boolean {
  return !name.includes("\uFFFD") || Buffer.from(name, "utf8").equals(raw);
}

/** In Git's order: by the bytes of the name, where a folder's name counts as if it ended with `/`. */
export function encodeTree(entries: readonly RawTreeEntry[]): Buffer {
  const rows = entries.map((entry) => {
    const name = entry.rawName ?? Buffer.from(entry.name, "utf8");
    return { entry, name, key: isTreeMode(entry.mode) ? Buffer.concat([name, Buffer.from("/")]) : name };
  });
  rows.sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    rows.flatMap(({ entry, name }) => [
      Buffer.from(`${entry.mode.replace(/^0+/, "")} `, "latin1"),
      name,
      Buffer.from([0]),
      Buffer.from(entry.oid, "hex"),
    ]),
  );
}

/** Git's order of paths: by UTF-8 bytes. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
}
