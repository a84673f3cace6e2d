import { lstat, mkdir } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";

/** A key's segments; INVALID_INPUT for a key that could lead elsewhere. */
export function segmentsOf(key: string): readonly string[] {
  const segments = key.split("/");
  const plain = segments.every((part) => part !== "" && part !== "." && part !== ".." && part.length <= 255);
  // A backslash separates folders on some systems, and a NUL ends a name on all.
  if (
    plain &&
    !/[\p{Cc}\p{Cs}]/u.test(key) &&
    (sep === "/" || !/[\\:]/.test(key)) &&
    segments[0] !== INCOMING
  ) {
    return segments;
  }
  throw new ModeltrailError("INVALID_INPUT", `${JSON.stringify(key)} cannot be a key of a store.`, {
    hint: "Keys hold no control characters and no empty, `.` or `..` segments.",
  });
}

/** The folder for what is not whole yet. */
export const INCOMING = ".incoming";

/** The folder reached from `base` through plain folders only; undefined when one is missing. */
export async function findFolder(base: string, segments: readonly string[]): Promise<string | undefined> {
  let folder = base;
  for (const segment of segments) {
    folder = join(folder, segment);
    const there = await lstat(folder).catch(unlessMissing);
    if (there === undefined) return undefined;
    if (!there.isDirectory()) throw notPlain(folder);
  }
  return folder;
}

/** The same, but what is missing is made. */
export async function makeFolder(base: string, segments: readonly string[]): Promise<string> {
  let folder = base;
  for (const segment of segments) {
    folder = join(folder, segment);
    await mkdir(folder).catch(unlessExists);
    if (!(await lstat(folder)).isDirectory()) throw notPlain(folder);
  }
  return folder;
}

function notPlain(folder: string): ModeltrailError {
  return new ModeltrailError("STORAGE", `${folder} is a link or no folder.`, {
    hint: "The store follows no links: put a plain folder there, or give the address of the folder that is meant.",
  });
}

export interface RootPath {
  /** Above the store: the user's own, links and all. */
  readonly base: string;
  /** The folders from there to the store. */
  readonly segments: readonly string[];
}

/** As many of the last names of the store's folder as a manifest gives: those may not lead elsewhere by a link. */
export function splitRoot(root: string, uriBase: string): RootPath {
  const address = uriBase.replace(/^file:/, "");
  const given = address.startsWith("/")
    ? []
    : address.split("/").filter((part) => part !== "" && part !== ".");
  const own = resolve(root).split(sep);
  const segments = own.slice(Math.max(1, own.length - given.length));
  return { base: segments.reduce((folder) => dirname(folder), resolve(root)), segments };
}

function unlessExists(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}

export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
  return undefined;
}
