import { randomBytes } from "node:crypto";
import { constants, copyFile, link, mkdir, open, readdir, readFile, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { currentOwner, isGone, type LockOwner, parseOwner, renderOwner } from "./lock-owner.ts";

export interface Lock {
  readonly path: string;
  release(): Promise<void>;
}

/** For a lock of Git's own, or of a person. */
const WAIT_MS = 1000;
/** For a process of ours that is alive: it holds a lock for milliseconds, but many may stand in line. */
const WAIT_IN_LINE_MS = 10_000;
const STALE_TEMPORARY_MS = 3_600_000;
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);
const NONCE = /^[0-9a-f]{24}$/;

/** A folder of ours in the git dir: temporary files are made here, where Git never looks for refs. */
export function scratchFolder(commonDir: string): string {
  return join(commonDir, "modeltrail", "tmp");
}

/** Writes and syncs a new file in the scratch folder, ready to be renamed. */
export async function writeScratch(
  commonDir: string,
  content: string | Uint8Array,
  mode = 0o666,
): Promise<string> {
  const folder = scratchFolder(commonDir);
  await mkdir(folder, { recursive: true });
  const path = join(folder, randomBytes(9).toString("hex"));
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  return path;
}

/** Removes what killed processes left in the scratch folder. */
export async function sweepScratch(commonDir: string): Promise<void> {
  const folder = scratchFolder(commonDir);
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > STALE_TEMPORARY_MS)
      await unlink(path).catch(() => undefined);
  }
}

/**
 * Takes the lock that Git itself would take for the same thing, so that we and any git exclude each other. It
 * appears whole, with our record in it. One whose process is gone is taken over; for any other there is a short
 * wait, then CONFLICT.
 */
export async function takeLock(commonDir: string, path: string): Promise<Lock> {
  const owner = await currentOwner();
  const record = await writeScratch(commonDir, renderOwner(owner));
  try {
    const started = Date.now();
    for (;;) {
      if (await linkInto(record, path)) return { path, release: () => unlink(path).catch(() => undefined) };
      if (await takeOver(commonDir, path)) continue;
      const patience = typeof (await readOwner(path)) === "object" ? WAIT_IN_LINE_MS : WAIT_MS;
      if (Date.now() - started > patience) throw await lockedError(path);
      await sleep(5 + Math.random() * 40);
    }
  } finally {
    await unlink(record).catch(() => undefined);
  }
}

/** Removes a lock of ours whose process is gone, so that a plain `git` is not stopped by it; leaves any other. */
export async function releaseDeadLock(commonDir: string, path: string): Promise<void> {
  const owner = parseOwner(await readFile(path, "utf8").catch(() => ""));
  if (owner === undefined || !(await isGone(owner))) return;
  const lock = await takeLock(commonDir, path);
  await lock.release();
}

/** False when something stands there already. Parents are made, since an emptied one may vanish at any time. */
async function linkInto(record: string, path: string): Promise<boolean> {
  for (let attempt = 0; ; attempt++) {
    try {
      await mkdir(dirname(path), { recursive: true });
      await link(record, path).catch((cause: unknown) => {
        // Some file systems have no hard links; there the lock is exclusive still, but not whole at once.
        if (!NO_LINKS.has((cause as NodeJS.ErrnoException).code ?? "")) throw cause;
        return copyFile(record, path, constants.COPYFILE_EXCL);
      });
      return true;
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      const parent = await stat(dirname(path)).catch(() => undefined);
      if (
        code === "ENOTDIR" ||
        (code === "EEXIST" && parent?.isDirectory() !== true && parent !== undefined)
      ) {
        throw new ModeltrailError("CONFLICT", `${path} cannot be made: a part of its folder is a file`, {
          cause,
        });
      }
      if (code === "EEXIST") return false;
      if (code === "ENOENT" && attempt < 20) continue;
      throw new ModeltrailError("FILE_SYSTEM", `cannot make ${path}`, {
        cause,
        hint: "check free space and permissions",
      });
    }
  }
}

/**
 * Removes a lock whose process is gone; true when it is worth trying again. Two takers could each judge the same
 * lock dead, and the slower would remove the faster one's new lock. So the right to remove it is won first, by
 * making a claim named after that very holding. A claim is a lock too: if its process is gone, it is claimed in turn.
 */
async function takeOver(commonDir: string, path: string): Promise<boolean> {
  const holder = await readOwner(path);
  if (holder === "none") return true;
  if (holder === "unknown" || !(await isGone(holder))) return false;
  const claims: string[] = [];
  let dead = holder;
  for (;;) {
    const claim = join(commonDir, "modeltrail", "claims", dead.nonce);
    const record = await writeScratch(commonDir, renderOwner(await currentOwner()));
    const won = await linkInto(record, claim);
    await unlink(record).catch(() => undefined);
    claims.push(claim);
    if (won) break;
    const claimant = await readOwner(claim);
    if (claimant === "none") return true;
    if (claimant === "unknown" || !(await isGone(claimant))) return false;
    dead = claimant;
  }
  const current = await readOwner(path);
  if (typeof current === "object" && current.nonce === holder.nonce) await unlink(path);
  for (const claim of claims.toReversed()) await unlink(claim).catch(() => undefined);
  return true;
}

async function readOwner(path: string): Promise<LockOwner | "none" | "unknown"> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : "";
  });
  if (text === undefined) return "none";
  const owner = parseOwner(text);
  return owner !== undefined && NONCE.test(owner.nonce) ? owner : "unknown";
}

async function lockedError(path: string): Promise<ModeltrailError> {
  const holder = await readOwner(path);
  const who = typeof holder === "object" ? `process ${holder.pid} on ${holder.host}` : "another program";
  return new ModeltrailError("CONFLICT", `${path} is held by ${who}`, {
    hint: "try again when it is done; if nothing is running, remove that file",
  });
}
