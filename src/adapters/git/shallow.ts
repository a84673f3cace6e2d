import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Layout } from "./locate.ts";

/** The commits whose parents were not fetched; empty for a whole clone. */
export async function readShallow(layout: Layout): Promise<ReadonlySet<string>> {
  const text = await readFile(join(layout.commonDir, "shallow"), "utf8").catch(() => "");
  return new Set(text.split("\n").filter((line) => line !== ""));
}

export function shallowClone(layout: Layout): ModeltrailError {
  return new ModeltrailError(
    "SHALLOW_CLONE",
    `${layout.root ?? layout.gitDir} is a shallow clone, and its history ends too early`,
    {
      hint: "run `git fetch --unshallow` (in GitHub Actions: `fetch-depth: 0`)",
    },
  );
}
