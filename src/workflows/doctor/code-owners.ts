import { findLaterClaims, readOwnerLines } from "../../change/codeowners.ts";
import { meets, type OwnerLine, parseOwnerLines } from "../../change/owner-patterns.ts";
import { isModeltrailError } from "../../diagnostics/errors.ts";
import type { HostRules, OwnerMistake } from "../../ports/host-rules.ts";
import { modelPath, MODELS_FOLDER, REGISTRY_FILE, stagePath, versionPath } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { readCodeowners } from "../init/owners.ts";
import { readRootFile } from "../init/root-file.ts";
import type { Answer } from "./check.ts";

const HINT =
  "Run modeltrail init --github with --owners, and propose what it writes to CODEOWNERS (docs/github.md).";

/** What is looked at, besides the file itself. */
export interface OwnersQuery {
  readonly commit: string;
  /** The workflows of the registry. */
  readonly workflows: readonly string[];
  readonly rules: HostRules;
}

/** Whether CODEOWNERS at a commit names somebody for what decides, where the review of code owners is required. */
export async function checkCodeOwners(
  context: Context,
  { commit, workflows, rules }: OwnersQuery,
): Promise<Answer> {
  const { tree } = await context.repository.objects.readCommit(commit);
  try {
    const { file, text } = await readCodeowners((path) => readRootFile(context, tree, path));
    const mistakes = text === undefined ? [] : ((await rules.codeOwnerMistakes(commit)) ?? []);
    return judgeOwners({ file, text, prefix: context.prefix, workflows, mistakes });
  } catch (error) {
    if (!isModeltrailError(error) || error.code !== "INVALID_INPUT") throw error;
    return { status: "warn", message: error.message, hint: error.hint ?? HINT };
  }
}

/** CODEOWNERS, and what is known of it. */
export interface OwnersFile {
  readonly file: string;
  /** Undefined where there is no file. */
  readonly text: string | undefined;
  /** The registry's folder: empty, or ending with `/`. */
  readonly prefix: string;
  readonly workflows: readonly string[];
  readonly mistakes: readonly OwnerMistake[];
}

interface Problem {
  readonly message: string;
  readonly hint: string;
}

export function judgeOwners(owners: OwnersFile): Answer {
  const { file, text } = owners;
  const needed = "though the review of code owners is required";
  if (text === undefined)
    return { status: "warn", message: `there is no CODEOWNERS, ${needed}: nobody is asked`, hint: HINT };
  const lines = parseOwnerLines(text);
  if (lines.every((line) => line.owners.length === 0))
    return { status: "warn", message: `${file} names nobody, ${needed}`, hint: HINT };
  const problems = [...misread(owners), ...unowned(owners, lines, text), ...taken(owners, text)];
  if (problems.length === 0) return { status: "ok", message: `${file} says whose review is required` };
  return {
    status: "warn",
    message: problems.map(({ message }) => message).join("; "),
    hint: [...new Set(problems.map(({ hint }) => hint))].join(" "),
  };
}

/** An owner whom GitHub does not know is asked for nothing. What others of the repository own is theirs to mend. */
function misread(owners: OwnersFile): readonly Problem[] {
  const { file } = owners;
  const mistakes = owners.mistakes.filter((mistake) => concerns(mistake, owners));
  return mistakes.slice(0, MOST).map(({ line, kind, source }) => ({
    message: `GitHub has something against line ${line} of ${file}: ${kind}${source === "" ? "" : ` in "${source.trim()}"`}`,
    hint: "Name people and teams there that are in the repository and may write.",
  }));
}

const MOST = 3;

/** Whether a line is about the registry; true where it cannot be told. */
function concerns({ line }: OwnerMistake, { text = "", prefix, ...owners }: OwnersFile): boolean {
  const written = text.split(/\r?\n/)[line - 1] ?? "";
  // GitHub has no `!` and no `[a-z]`: what was meant is near enough.
  const [meant] = parseOwnerLines(written.replace(/^\s*!/, "").replaceAll(/\[[^\]\s]*\]?|\]/g, "*"));
  if (meant === undefined) return true;
  // `*.js` may match anywhere, so what it is held against are files such as there are.
  const isLoose = meant.segments[0] === "**" && /[*?]/.test(meant.pattern.replaceAll("**", ""));
  const models = isLoose ? MANIFESTS : [`${MODELS_FOLDER}/**`];
  return [...decisive({ prefix, ...owners }), ...models.map((path) => `${prefix}${path}`)].some((path) =>
    meets(meant.segments, path.split("/")),
  );
}

const MANIFESTS = [modelPath("a"), versionPath("a", "1.0.0"), stagePath("a", "b")];

/** What decides over all stages and has to belong to somebody. */
function decisive({ file, prefix, workflows }: Omit<OwnersFile, "text" | "mistakes">): readonly string[] {
  return [`${prefix}${REGISTRY_FILE}`, ...workflows, file];
}

function unowned(
  { file, prefix, workflows }: OwnersFile,
  lines: readonly OwnerLine[],
  text: string,
): readonly Problem[] {
  const paths = decisive({ file, prefix, workflows });
  const ownerless = paths.filter((path) => !isOwned(lines, path));
  const isOpen = !isOwned(lines, ".github/workflows/another.yml");
  const block = parseOwnerLines(readOwnerLines(text, prefix).join("\n"));
  const unsaid = block.length === 0 ? [] : paths.filter((path) => !isOwned(block, path));
  return [
    ...(ownerless.length === 0 ? [] : [{ message: `nobody owns ${ownerless.join(", ")}`, hint: HINT }]),
    ...(isOpen
      ? [
          {
            message: "nobody owns a workflow that somebody adds, which could report a verdict, too",
            hint: "Give /.github/workflows/ to somebody, in a line above the others about it.",
          },
        ]
      : []),
    ...(unsaid.length === 0 || ownerless.length > 0
      ? []
      : [
          {
            message: `the block of this registry in ${file} says nothing of ${unsaid.join(", ")}`,
            hint: HINT,
          },
        ]),
  ];
}

/** The last line that matches decides. */
function isOwned(lines: readonly OwnerLine[], path: string): boolean {
  const last = lines.findLast(({ segments }) => meets(segments, path.split("/")));
  return last !== undefined && last.owners.length > 0;
}

function taken({ file, prefix }: OwnersFile, text: string): readonly Problem[] {
  const [claim] = findLaterClaims(text, prefix);
  if (claim === undefined) return [];
  return [
    {
      message: `line ${claim.number} of ${file} gives paths of this registry to others: the last match counts`,
      hint: 'Move it above "# modeltrail: begin".',
    },
  ];
}
