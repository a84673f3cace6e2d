import { createHash, randomUUID } from "node:crypto";
import { readFile, readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/** From another machine nothing can be known but the age. */
const FOREIGN_AGE_MS = 7 * 24 * 3600 * 1000;
/** A name is written right after the file is made; a process that is this late was killed in between. */
const NAMELESS_AGE_MS = 2_000;
/** How the name of a file ends that claims another name, and holds the name of its owner. */
export const CLAIM = ".claim";
const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);

/** A name that nobody else uses, and that tells whose it is. */
export function ownName(): string {
  return `${HOST}-${process.pid}-${randomUUID()}`;
}

/** Removes what processes that are gone have left. */
export async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    // Another process may be cleaning as well.
    if (await isLeftover(path, name).catch(() => false)) await rm(path, { force: true });
  }
}

async function isLeftover(path: string, name: string): Promise<boolean> {
  const owner = name.endsWith(CLAIM) ? await readFile(path, "utf8") : name;
  const ageMs = Date.now() - (await stat(path)).mtimeMs;
  // Killed before it had written its name.
  if (owner === "") return ageMs > NAMELESS_AGE_MS;
  const [host, pid] = owner.split("-");
  return host === HOST && /^\d+$/.test(pid ?? "") ? !isAlive(Number(pid)) : ageMs > FOREIGN_AGE_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
