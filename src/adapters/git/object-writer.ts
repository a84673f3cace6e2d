import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, unlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Layout } from "./locate.ts";
import { hashObject, objectHeader, type ObjectType } from "./object-format.ts";

export interface NewObject {
  readonly oid: string;
  readonly type: ObjectType;
  readonly body: Uint8Array;
}

const compress = promisify(deflate);
const PARALLEL = 8;

export function makeObject(type: ObjectType, body: Uint8Array): NewObject {
  return { oid: hashObject(type, body), type, body };
}

/**
 * Stores loose objects. All are written and synced under temporary names first; then they get their names one
 * by one in the order given, which must be children first: whoever dies here leaves no object without its parts.
 */
export async function writeObjects(layout: Layout, objects: readonly NewObject[]): Promise<void> {
  const unique = [...new Map(objects.map((object) => [object.oid, object])).values()];
  try {
    for (let at = 0; at < unique.length; at += PARALLEL) {
      const staged = await stageAll(layout, unique.slice(at, at + PARALLEL));
      for (const one of staged) if (one !== undefined) await rename(one.temporary, one.path);
    }
  } catch (cause) {
    if (cause instanceof ModeltrailError) throw cause;
    throw new ModeltrailError("FILE_SYSTEM", `cannot write to ${join(layout.commonDir, "objects")}`, {
      cause,
      hint: "check free space and permissions",
    });
  }
}

interface Staged {
  readonly temporary: string;
  readonly path: string;
}

async function stageAll(
  layout: Layout,
  objects: readonly NewObject[],
): Promise<readonly (Staged | undefined)[]> {
  const results = await Promise.allSettled(objects.map((object) => stageObject(layout, object)));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result.status === "fulfilled" ? result.value : undefined));
}

/** Undefined when the object is there already; its time is renewed then, so that no gc takes it from under us. */
async function stageObject(layout: Layout, object: NewObject): Promise<Staged | undefined> {
  const folder = join(layout.commonDir, "objects", object.oid.slice(0, 2));
  const path = join(folder, object.oid.slice(2));
  const now = new Date();
  const known = await utimes(path, now, now).then(
    () => true,
    () => false,
  );
  if (known) return undefined;
  await mkdir(folder, { recursive: true });
  // git gc sweeps files of this name that nobody finished.
  const temporary = join(folder, `tmp_obj_${randomBytes(6).toString("hex")}`);
  const bytes = await compress(Buffer.concat([objectHeader(object.type, object.body.length), object.body]));
  const file = await open(temporary, "wx", 0o444);
  await writeAndClose(file, bytes).catch(async (cause: unknown) => {
    await unlink(temporary).catch(() => undefined);
    throw cause;
  });
  return { temporary, path };
}

async function writeAndClose(file: FileHandle, bytes: Buffer): Promise<void> {
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
