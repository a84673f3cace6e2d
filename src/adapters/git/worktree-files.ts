import { constants } from "node:fs";
import {
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rmdir,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { WorkTreeFile } from "../../ports/repository.ts";
import { scratchFolder } from "./lock-file.ts";
import { comparePaths, hashObject } from "./object-format.ts";

/** What stands at a path: a blob id and mode, nothing, or something that cannot be a file of a tree. */
export type FileState =
  | { readonly kind: "file"; readonly oid: string; readonly lfOid: string; readonly mode: string }
  | { readonly kind: "missing" | "folder" | "other" | "behind-link" | "behind-file" };

const LINK = "120000";
const SUBMODULE = "160000";

/** Every file below a folder, but what belongs to Git. */
export async function listFiles(root: string, folder: string): Promise<readonly WorkTreeFile[]> {
  await requirePlainParents(root, `${folder}/x`);
  const files: WorkTreeFile[] = [];
  const pending = [""];
  for (let prefix = pending.pop(); prefix !== undefined; prefix = pending.pop()) {
    const entries = await readdir(join(root, folder, prefix), { withFileTypes: true }).catch(
      (cause: unknown) => {
        if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
        throw new ModeltrailError("FILE_SYSTEM", `cannot list ${join(root, folder, prefix ?? "")}`, {
          cause,
        });
      },
    );
    for (const entry of entries) {
      const path = prefix + entry.name;
      if (entry.name.toLowerCase() === ".git") continue;
      if (entry.isDirectory()) pending.push(`${path}/`);
      else if (entry.isFile() || entry.isSymbolicLink()) {
        const found = await lstat(join(root, folder, path));
        files.push({ path, mode: modeOf(found), sizeBytes: found.size });
      }
    }
  }
  return files.sort((a, b) => comparePaths(a.path, b.path));
}

/** Reads a plain file, never through a link. */
export async function readPlainFile(
  root: string,
  path: string,
  maxBytes: number,
): Promise<Uint8Array | "too-large"> {
  requireInside(path);
  await requirePlainParents(root, path);
  const file = await open(
    join(root, path),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  ).catch((cause: unknown) => {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    throw new ModeltrailError(missing ? "NOT_FOUND" : "FILE_SYSTEM", `cannot read ${join(root, path)}`, {
      cause,
    });
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new ModeltrailError("FILE_SYSTEM", `${join(root, path)} is not a plain file`);
    return found.size > maxBytes ? "too-large" : await file.readFile();
  } finally {
    await file.close();
  }
}

export async function stateOf(root: string, path: string): Promise<FileState> {
  const obstacle = await obstacleAbove(root, path);
  if (obstacle !== undefined) return { kind: obstacle };
  const whole = join(root, path);
  const found = await lstat(whole).catch(() => undefined);
  if (found === undefined) return { kind: "missing" };
  if (found.isDirectory()) return { kind: "folder" };
  if (found.isSymbolicLink()) {
    const oid = hashObject("blob", Buffer.from(await readlink(whole), "utf8"));
    return { kind: "file", oid, lfOid: oid, mode: LINK };
  }
  if (!found.isFile()) return { kind: "other" };
  const bytes = await readFile(whole);
  const oid = hashObject("blob", bytes);
  const lfOid = bytes.includes("\r\n")
    ? hashObject("blob", Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"))
    : oid;
  return { kind: "file", oid, lfOid, mode: modeOf(found) };
}

export interface WantedFile {
  readonly path: string;
  readonly mode: string;
  readonly content: Uint8Array;
}

/** Puts a file in place whole: it is written in the git dir, and then renamed over what stood there. */
export async function putFile(places: { root: string; gitDir: string }, file: WantedFile): Promise<void> {
  const target = join(places.root, file.path);
  await makeParents(places.root, file.path);
  if (file.mode === SUBMODULE) return void (await mkdir(target, { recursive: true }));
  await mkdir(scratchFolder(places.gitDir), { recursive: true });
  const staged = join(scratchFolder(places.gitDir), randomBytes(9).toString("hex"));
  await stage(staged, file);
  try {
    await rename(staged, target).catch(async (cause: unknown) => {
      await unlink(staged).catch(() => undefined);
      if ((cause as NodeJS.ErrnoException).code !== "EXDEV") throw cause;
      const beside = join(dirname(target), `.modeltrail-${randomBytes(6).toString("hex")}`);
      await stage(beside, file);
      await rename(beside, target);
    });
  } catch (cause) {
    throw new ModeltrailError("FILE_SYSTEM", `cannot write ${target}`, { cause });
  }
}

/** Removes a file and the folders that it leaves empty. */
export async function removeFile(root: string, path: string): Promise<void> {
  const remove = await lstat(join(root, path)).then(
    (found) => (found.isDirectory() ? rmdir : unlink),
    () => undefined,
  );
  await remove?.(join(root, path)).catch(() => undefined);
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if (
      !(await rmdir(join(root, folder)).then(
        () => true,
        () => false,
      ))
    )
      return;
  }
}

async function stage(path: string, file: WantedFile): Promise<void> {
  if (file.mode === LINK) return symlink(Buffer.from(file.content).toString("utf8"), path);
  await writeFile(path, file.content, { flag: "wx", mode: file.mode === "100755" ? 0o777 : 0o666 });
}

async function makeParents(root: string, path: string): Promise<void> {
  const obstacle = await obstacleAbove(root, path);
  if (obstacle !== undefined)
    throw new ModeltrailError("DIRTY_WORKTREE", `${path} lies behind a link or a file`);
  await mkdir(dirname(join(root, path)), { recursive: true });
}

async function obstacleAbove(root: string, path: string): Promise<"behind-link" | "behind-file" | undefined> {
  const parts = path.split("/");
  for (let count = 1; count < parts.length; count++) {
    const found = await lstat(join(root, ...parts.slice(0, count))).catch(() => undefined);
    if (found === undefined) return undefined;
    if (found.isSymbolicLink()) return "behind-link";
    if (!found.isDirectory()) return "behind-file";
  }
  return undefined;
}

async function requirePlainParents(root: string, path: string): Promise<void> {
  if ((await obstacleAbove(root, path)) === "behind-link") {
    throw new ModeltrailError("FILE_SYSTEM", `${path} lies behind a symbolic link, which is not followed`);
  }
}

function requireInside(path: string): void {
  if (
    path
      .split("/")
      .some((part) => part === "" || part === "." || part === ".." || part.toLowerCase() === ".git")
  ) {
    throw new ModeltrailError("INVALID_INPUT", `not a path inside the work tree: ${JSON.stringify(path)}`);
  }
}

function modeOf(found: { isSymbolicLink(): boolean; readonly mode: number }): string {
  if (found.isSymbolicLink()) return LINK;
  return (found.mode & 0o100) === 0 ? "100644" : "100755";
}
