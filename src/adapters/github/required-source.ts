import type { RequiredStatus } from "../../ports/host-rules.ts";

/** GitHub Actions, as an App of github.com. */
const ACTIONS_APP = 15368;

/** Whose word counts, by the number of an App; no number, or -1, stands for everybody. */
export function toSource(app: number | null | undefined): RequiredStatus["source"] {
  if (app === undefined || app === null || app === -1) return "anybody";
  return app === ACTIONS_APP ? "workflows" : "other";
}
