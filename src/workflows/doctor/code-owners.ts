import { findLaterClaims } from "../../change/codeowners.ts";
import { parseOwnerLines } from "../../change/owner-patterns.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { Context } from "../context.ts";
import { readCodeowners } from "../init/owners.ts";
import { readRootFile } from "../init/root-file.ts";
import type { Answer } from "./check.ts";

const HINT =
  "Run modeltrail init --github with --owners, and propose what it writes to CODEOWNERS (docs/github.md).";

/** Whether CODEOWNERS at a commit names somebody, where the review of code owners is required. */
export async function checkCodeOwners(context: Context, commit: string): Promise<Answer> {
  const { tree } = await context.repository.objects.readCommit(commit);
  try {
    const { file, text } = await readCodeowners((path) => readRootFile(context, tree, path));
    return judgeOwners(file, text, context.prefix);
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "INVALID_INPUT") throw error;
    return { status: "warn", message: error.message, hint: HINT };
  }
}

/** `text` is undefined where there is no file. */
export function judgeOwners(file: string, text: string | undefined, prefix: string): Answer {
  const needed = "though the review of code owners is required";
  if (text === undefined)
    return { status: "warn", message: `there is no CODEOWNERS, ${needed}: nobody is asked`, hint: HINT };
  if (parseOwnerLines(text).every(({ owners }) => owners.length === 0))
    return { status: "warn", message: `${file} names nobody, ${needed}`, hint: HINT };
  const [claim] = findLaterClaims(text, prefix);
  if (claim === undefined) return { status: "ok", message: `${file} says whose review is required` };
  return {
    status: "warn",
    message: `line ${claim.number} of ${file} gives paths of this registry to others: the last match counts`,
    hint: 'Move it above "# modeltrail: begin".',
  };
}
