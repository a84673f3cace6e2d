import { readFile, readlink } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** Who holds a lock, written into it. `nonce` tells one holding from the next. */
export interface LockOwner {
  readonly tool: "modeltrail";
  readonly host: string;
  /** Null where the system does not say. */
  readonly boot: string | null;
  readonly space: string | null;
  readonly pid: number;
  readonly start: string | null;
  readonly nonce: string;
}

/** The part that stays the same while this process lives; read once. */
let self: Promise<Omit<LockOwner, "nonce">> | undefined;

export async function currentOwner(): Promise<LockOwner> {
  self ??= describeSelf();
  return { ...(await self), nonce: randomBytes(12).toString("hex") };
}

export function renderOwner(owner: LockOwner): string {
  return `${JSON.stringify(owner)}\n`;
}

/** Undefined for a lock that is not ours: Git's own are empty or hold an object id. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True only when it is certain; what cannot be told counts as alive. */
export async function isGone(owner: LockOwner): Promise<boolean> {
  const me = await currentOwner();
  if (owner.host !== me.host) return false;
  if (owner.boot !== me.boot) return owner.boot !== null && me.boot !== null;
  // In another container of this machine the same number is another process.
  if (owner.space !== me.space) return false;
  if (!processExists(owner.pid)) return true;
  const start = await startOf(owner.pid);
  return owner.start !== null && start !== null && start !== owner.start;
}

async function describeSelf(): Promise<Omit<LockOwner, "nonce">> {
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => null);
  const space = await readlink("/proc/self/ns/pid").catch(() => null);
  const start = await startOf(process.pid);
  return { tool: "modeltrail", host: hostname(), boot: boot?.trim() ?? null, space, pid: process.pid, start };
}

/** Field 22 of /proc/<pid>/stat, counted behind the name in parentheses, which may hold anything. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  // A zombie holds no lock any more: it will never run again.
  return fields[0] === "Z" ? "zombie" : (fields[19] ?? null);
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function isOwner(value: unknown): value is LockOwner {
  if (typeof value !== "object" || value === null) return false;
  const owner = value as Record<string, unknown>;
  const texts = [owner["host"], owner["nonce"]].every((text) => typeof text === "string");
  const nullable = [owner["boot"], owner["space"], owner["start"]].every(
    (text) => text === null || typeof text === "string",
  );
  return owner["tool"] === "modeltrail" && texts && nullable && Number.isSafeInteger(owner["pid"]);
}
