import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { PullRequest, PullRequestProgress, PullRequests } from "../../ports/forge.ts";
import type { Notices } from "../context.ts";

/** How long to follow a pull request, and how often to look. */
export interface Following {
  /** Milliseconds; left out: until it ends. */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks, at most; the first ones come sooner. */
  readonly pauseMs?: number;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Follows a pull request until it is merged or closed, and says on the way what keeps it. Rejects with TIMEOUT when
 * it is still open after the time that was given.
 */
export async function followRequest(
  host: PullRequests,
  request: PullRequest,
  notices: Notices,
  { timeoutMs, pauseMs = LONGEST_PAUSE_MS }: Following = {},
): Promise<PullRequestProgress> {
  const started = performance.now();
  let said: string | undefined;
  for (let pause = Math.min(FIRST_PAUSE_MS, pauseMs); ; pause = Math.min(pause * 2, pauseMs)) {
    const progress = await host.progress(request.number);
    if (progress.state !== "open") return progress;
    const state = progress.blockedBy ?? "open";
    if (state !== said) notices.hint(`#${request.number} is ${state}; waiting for it to be merged or closed`);
    said = state;
    const left = timeoutMs === undefined ? pause : timeoutMs - (performance.now() - started);
    if (left <= 0)
      throw new ModeltrailError("TIMEOUT", `#${request.number} is still open (${state})`, {
        hint: `It stays as it is; see ${request.url}`,
      });
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
  }
}
