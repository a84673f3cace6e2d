import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";

/** `pull`: filled out of sight. `old`: moved aside while the new one takes its name. */
export type StagingKind = "pull" | "old";

export interface StagingName {
  readonly kind: StagingKind;
  /** Which destination it belongs to. */
  readonly tag: string;
  /** Whether the process that made it is gone. Of one on another machine nothing is known: it counts as alive. */
  readonly abandoned: boolean;
}

const HOST = shortHash(hostname());

/** What belongs to a destination is told by this. */
export function tagOf(destinationName: string): string {
  return shortHash(destinationName);
}

export function renderStagingName(kind: StagingKind, tag: string): string {
  return `.modeltrail-${kind}-${tag}-${HOST}-${process.pid}-${randomBytes(4).toString("hex")}`;
}

/** Undefined for a name that is not ours. */
export function parseStagingName(name: string): StagingName | undefined {
  const match = /^\.modeltrail-(pull|old)-([0-9a-f]{12})-([0-9a-f]{12})-(\d{1,10})-[0-9a-f]{8}$/.exec(name);
  if (match === null) return undefined;
  const [, kind, tag = "", host, pid] = match;
  return { kind: kind === "old" ? "old" : "pull", tag, abandoned: host === HOST && !isAlive(Number(pid)) };
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
