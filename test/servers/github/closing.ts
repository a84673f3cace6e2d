import type { Forge, PullRequest, User } from "./state.ts";
import { addEvent, now } from "./state.ts";

export function closePull(forge: Forge, pull: PullRequest, actor: User): void {
  pull.state = "closed";
  pull.closed = { at: now(forge), by: actor };
  pull.autoMerge = null;
  addEvent(forge, pull, { event: "closed", actor });
}

export function markMerged(forge: Forge, pull: PullRequest, by: User, sha: string): void {
  const at = now(forge);
  pull.state = "closed";
  pull.merged = { at, by, sha };
  pull.closed = { at, by };
  pull.autoMerge = null;
  addEvent(forge, pull, { event: "merged", actor: by, commit: sha });
  addEvent(forge, pull, { event: "closed", actor: by });
}
