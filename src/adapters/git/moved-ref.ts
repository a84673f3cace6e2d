import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { RefUpdate } from "../../ports/repository.ts";

/** The compare of compare-and-swap failed. */
export function movedRef(
  update: Pick<RefUpdate, "name" | "expected">,
  current: string | null,
): ModeltrailError {
  const [is, was] = [current ?? "absent", update.expected ?? "absent"];
  return new ModeltrailError("CONFLICT", `${update.name} is ${is}, but was expected to be ${was}`, {
    hint: "someone else moved it; run the command again",
  });
}
