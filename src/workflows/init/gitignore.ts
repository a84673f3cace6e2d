import { ModeltrailError } from "../../diagnostics/errors.ts";
import { decodeExact } from "../audit/exact-text.ts";
import type { Context } from "../context.ts";
import { entryAt } from "../read/trees.ts";

const MOST_BYTES = 1024 * 1024;

/** What a new registry has to add to `.gitignore`. */
export interface GitignorePlan {
  /** As it is; undefined where there is none, or where nothing has to be added. */
  readonly gitignore: string | undefined;
  /** The line that is missing; undefined where none is. */
  readonly ignore: string | undefined;
}

/**
 * Looks whether a line stands in the registry's `.gitignore`. Rejects with INVALID_INPUT for one that would have to be
 * edited, and of which not every byte could be kept.
 */
export async function planGitignore(
  { repository, prefix }: Context,
  commit: string | undefined,
  line: string | undefined,
): Promise<GitignorePlan> {
  const nothing = { gitignore: undefined, ignore: undefined };
  if (line === undefined) return nothing;
  if (commit === undefined) return { gitignore: undefined, ignore: line };
  const path = `${prefix}.gitignore`;
  const { tree } = await repository.objects.readCommit(commit);
  const entry = await entryAt(repository, tree, path);
  if (entry === undefined) return { gitignore: undefined, ignore: line };
  if (!entry.mode.startsWith("100")) throw uneditable(path, "is no plain file", line);
  const [bytes = "too-large"] = await repository.objects.readBlobs([entry.oid], MOST_BYTES);
  if (bytes === "too-large") throw uneditable(path, "is larger than 1 MiB", line);
  const text = decodeExact(bytes);
  if (text !== undefined) return { gitignore: text, ignore: line };
  if (new TextDecoder("latin1").decode(bytes).split(/\r?\n/).includes(line)) return nothing;
  throw uneditable(path, "is not UTF-8", line);
}

function uneditable(path: string, what: string, line: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `${path} ${what}, so it is not edited`, {
    hint: `Add the line ${line} to it yourself, commit, and run this again.`,
  });
}
