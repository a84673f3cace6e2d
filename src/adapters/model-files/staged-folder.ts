import { type Stats, existsSync } from "node:fs";
import { lstat, mkdir, open, readdir, realpath, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { PrepareOptions, StagedFolder } from "../../ports/model-files.ts";
import { parseStagingName, renderStagingName, tagOf } from "./staging-name.ts";

/** Begins to fill a folder out of sight, next to its destination. */
export async function stageFolder(
  destination: string,
  { force = false }: PrepareOptions,
): Promise<StagedFolder> {
  const target = resolve(destination);
  const parent = dirname(target);
  await mkdir(parent, { recursive: true });
  await cleanUp(target);
  await refuseOccupied(target, force);
  const staging = join(parent, renderStagingName("pull", tagOf(basename(target))));
  await mkdir(staging);
  return {
    place: (path) => place(staging, path),
    commit: () => commit(staging, target, force),
    discard: () => rm(staging, { recursive: true, force: true }),
  };
}

/** Removes what processes that are gone have left for this destination; what they had moved aside comes back. */
async function cleanUp(target: string): Promise<void> {
  const parent = dirname(target);
  for (const name of await readdir(parent)) {
    const parsed = parseStagingName(name);
    if (parsed === undefined || !parsed.abandoned || parsed.tag !== tagOf(basename(target))) continue;
    const left = join(parent, name);
    const missing = (await statOf(target)) === undefined;
    if (parsed.kind === "old" && missing) await rename(left, target).catch(unlessMissing);
    else await rm(left, { recursive: true, force: true });
  }
}

async function refuseOccupied(target: string, force: boolean): Promise<void> {
  const there = await statOf(target);
  if (there === undefined) return;
  await refusePrecious(target);
  if (force) return;
  if (there.isDirectory() && (await readdir(target)).length === 0) return;
  throw new ModeltrailError("INVALID_INPUT", `${target} is there already and holds something else.`, {
    hint: "Give a new folder, or --force to replace this one.",
  });
}

/** What nobody means to replace by a model. */
async function refusePrecious(target: string): Promise<void> {
  const here = await realpath(target).catch(() => target);
  const kept = [process.cwd(), homedir()].some((path) => isWithin(here, path));
  const repository = [".git", "modeltrail.yaml"].some((name) => existsSync(join(target, name)));
  if (!kept && !repository) return;
  throw new ModeltrailError(
    "INVALID_INPUT",
    `${target} is or holds the current folder, your home or a repository.`,
    {
      hint: "It would be replaced as a whole: give a folder of its own.",
    },
  );
}

function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function place(staging: string, path: string): Promise<string> {
  const segments = path.split("/");
  const plain = segments.every(
    (part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part),
  );
  if (!plain)
    throw new ModeltrailError("INVALID_INPUT", `${JSON.stringify(path)} is no path below a folder.`);
  const absolute = join(staging, ...segments);
  await mkdir(dirname(absolute), { recursive: true });
  return absolute;
}

async function commit(staging: string, target: string, force: boolean): Promise<void> {
  await syncFolders(staging);
  const old = force ? await moveAside(target) : undefined;
  try {
    await rename(staging, target);
  } catch (error) {
    if (old !== undefined) await rename(old, target);
    if (!["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    throw new ModeltrailError("INVALID_INPUT", `${target} was filled by somebody else meanwhile.`, {
      hint: "Run it again.",
    });
  }
  await syncFolder(dirname(target));
  if (old !== undefined) await rm(old, { recursive: true, force: true });
}

async function moveAside(target: string): Promise<string | undefined> {
  if ((await statOf(target)) === undefined) return undefined;
  const old = join(dirname(target), renderStagingName("old", tagOf(basename(target))));
  await rename(target, old);
  return old;
}

async function syncFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(folder, entry.name));
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function statOf(path: string): Promise<Stats | undefined> {
  return lstat(path).catch(unlessMissing);
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
