import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, inflateSync } from "node:zlib";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { hashObject, type ObjectType } from "./object-format.ts";
import type { StoredObject } from "./object-source.ts";

const HEADER_BYTES = 64;

/** Reads loose objects; the size stands at the front, so one that is too large is never inflated. */
export async function readLooseObject(
  objects: string,
  oid: string,
  maxBytes: number,
): Promise<StoredObject | undefined> {
  const path = join(objects, oid.slice(0, 2), oid.slice(2));
  const packed = await readFile(path).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new ModeltrailError("FILE_SYSTEM", `cannot read ${path}`, { cause });
  });
  if (packed === undefined) return undefined;
  try {
    const head = inflateSync(packed.subarray(0, 4 * HEADER_BYTES), { finishFlush: constants.Z_SYNC_FLUSH });
    const header = /^(blob|tree|commit|tag) (\d+)$/.exec(
      head.toString("latin1", 0, Math.max(0, head.indexOf(0))),
    );
    if (header === null) throw new Error("no header");
    const [type, size] = [header[1] as ObjectType, Number(header[2])];
    if (size > maxBytes) return { oid, type, body: "too-large" };
    const start = header[0].length + 1;
    const whole = inflateSync(packed, { maxOutputLength: start + size + 1 });
    const body = whole.subarray(start);
    if (body.length !== size || hashObject(type, body) !== oid)
      throw new Error("its bytes do not match its id");
    return { oid, type, body };
  } catch (cause) {
    throw new ModeltrailError("GIT", `object ${oid} is damaged`, { cause, hint: "a fresh clone mends it" });
  }
}

/** The ids of loose objects that begin with at least two given digits. */
export async function looseIdsWithPrefix(objects: string, prefix: string): Promise<readonly string[]> {
  const folder = prefix.slice(0, 2);
  const names = await readdir(join(objects, folder)).catch(() => []);
  return names
    .filter((name) => /^[0-9a-f]{38}$/.test(name))
    .map((name) => folder + name)
    .filter((oid) => oid.startsWith(prefix));
}

/** The ids in a version 2 pack index that begin with at least two given digits. */
export function packedIdsWithPrefix(index: Buffer, prefix: string): readonly string[] {
  const first = Number.parseInt(prefix.slice(0, 2), 16);
  const fanout = (at: number): number => (at < 0 ? 0 : index.readUInt32BE(8 + 4 * at));
  const ids: string[] = [];
  for (let row = fanout(first - 1); row < fanout(first); row++) {
    const oid = index.toString("hex", 1032 + 20 * row, 1052 + 20 * row);
    if (oid.startsWith(prefix)) ids.push(oid);
  }
  return ids;
}
