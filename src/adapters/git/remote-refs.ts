import type { RefStore, RefUpdate } from "../../ports/repository.ts";
import { type GitConfig, lastValue } from "./config-file.ts";

export const REMOTE = "origin";
const CLOSED = "refs/modeltrail/closed/";
const REMOTE_CLOSED = "refs/modeltrail/remote/closed/";
const BRANCHES = "refs/heads/";
const TRACKING = `refs/remotes/${REMOTE}/`;

/** What is fetched, and where it goes: never onto branches, tags or what this repository itself remembers. */
export const REFSPECS: readonly string[] = [`+${BRANCHES}*:${TRACKING}*`, `+${CLOSED}*:${REMOTE_CLOSED}*`];

export type PushUpdate = Omit<RefUpdate, "reason">;

/** Where a ref of the remote is remembered here; undefined for one that is not fetched. */
export function trackingRef(name: string): string | undefined {
  if (name.startsWith(BRANCHES)) return TRACKING + name.slice(BRANCHES.length);
  return name.startsWith(CLOSED) ? REMOTE_CLOSED + name.slice(CLOSED.length) : undefined;
}

/** Prefixes under which the remote's refs are remembered. */
export const TRACKED_PREFIXES: readonly string[] = [TRACKING, REMOTE_CLOSED];

export function describeRemote(
  config: GitConfig,
): { readonly name: string; readonly url: string } | undefined {
  const url = lastValue(config, `remote.${REMOTE}.url`);
  return url === undefined ? undefined : { name: REMOTE, url };
}

/**
 * Sets what is known of the remote. Several fetches may do so at once and each saw the truth, so a ref that
 * another has just moved is read again, a few times, and then left to it.
 */
export async function setTracking(
  refs: RefStore,
  name: string,
  move: { value: string | null; reason: string },
): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const current = (await refs.read(name)) ?? null;
    if (current === move.value) return;
    const done = await refs.update({ name, expected: current, ...move }).then(
      () => true,
      () => false,
    );
    if (done) return;
  }
}
