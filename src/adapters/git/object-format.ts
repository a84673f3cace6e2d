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

export function parseTree(oid: string, bytes: Buffer): readonly RawTreeEntry[] {
  const entries: RawTreeEntry[] = [];
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const end = space < 0 ? -1 : bytes.indexOf(0, space + 1);
    if (end < 0 || end + 21 > bytes.length) throw new ModeltrailError("GIT", `tree ${oid} is damaged`);
    const rawName = bytes.subarray(space + 1, end);
    const name = rawName.toString("utf8");
    const entry = {
      name,
      mode: bytes.toString("latin1", at, space).padStart(6, "0"),
      oid: bytes.toString("hex", end + 1, end + 21),
    };
    entries.push(isExactText(name, rawName) ? entry : { ...entry, rawName: Buffer.from(rawName) });
    at = end + 21;
  }
  return entries;
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
