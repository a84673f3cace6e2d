import type { OwnerMistake } from "../../ports/host-rules.ts";
import { unlessHidden } from "./hidden.ts";
import type { Place } from "./pulls.ts";

/** What GitHub has against CODEOWNERS at a commit; undefined where there is none, or where it does not say. */
export async function readOwnerMistakes(
  { api }: Place,
  commit: string,
): Promise<readonly OwnerMistake[] | undefined> {
  const { rest, repo } = api;
  const told = await unlessHidden(() => rest.repos.codeownersErrors({ ...repo, ref: commit }));
  return told?.data.errors.map(({ line, kind, source = "" }) => ({ line, kind, source }));
}
