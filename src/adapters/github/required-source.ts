import type { RequiredStatus } from "../../ports/host-rules.ts";

/** GitHub Actions, as an App of github.com. */
const ACTIONS_APP = 15368;

/** Whose word counts, by the number of an App; no number, or -1, stands for everybody. Elsewhere Actions have another. */
export function toSource(app: number | null | undefined, host: string): RequiredStatus["source"] {
  if (app === undefined || app === null || app === -1) return "anybody";
  if (host !== "github.com") return "app";
  return app === ACTIONS_APP ? "workflows" : "other";
}
