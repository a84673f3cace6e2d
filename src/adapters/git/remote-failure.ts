import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { GitOutput } from "./native-process.ts";
import { REMOTE } from "./remote-refs.ts";

/** What a server says when another push came first. */
const RACE =
  /cannot lock ref|failed to update ref|incorrect old value|reference already exists|fetch first|stale info|non-fast-forward/;

export function lostLease(detail: string): ModeltrailError {
  return new ModeltrailError("CONFLICT", `the remote has moved: ${detail}`, {
    hint: "fetch, and run the command again",
  });
}

/** A server that said no, and why, by ref; `said` is what it, its hooks and its rules wrote meanwhile. */
export function refusedByRemote(reasons: readonly string[], said: string): ModeltrailError {
  // An atomic push blames every ref; the reason stands at the one that was refused, or in the words alone.
  const told = reasons.filter((one) => !/atomic/.test(one));
  const reason = (told.length > 0 ? told : reasons).join("; ");
  const words = lastLines(said);
  if (RACE.test(reason)) return lostLease(reason);
  if (told.length === 0 && RACE.test(said)) return lostLease(words);
  return new ModeltrailError(
    "FORBIDDEN",
    `the remote refused the push: ${reason}${words === "" ? "" : `; it says: ${words}`}`,
    {
      hint:
        words === ""
          ? "a rule or hook of the remote protects that branch; ask who runs it"
          : "a rule or hook of the remote protects that branch; its message says which",
    },
  );
}

export function missingCredentials(message: string, cause?: unknown): ModeltrailError {
  return new ModeltrailError("CREDENTIALS", message, {
    hint: "check the token (GITHUB_TOKEN, GH_TOKEN), or set up a credential helper or an SSH key: `git fetch` must work without asking",
    cause,
  });
}

export function noAccess(message: string): ModeltrailError {
  return new ModeltrailError("FORBIDDEN", message, { hint: "ask for access to that repository" });
}

export function unreachable(message: string, cause?: unknown): ModeltrailError {
  return new ModeltrailError("NETWORK", message, {
    hint: "check the address (`git remote -v`) and the connection, then run it again",
    cause,
  });
}

/** By the status of each ref in `--porcelain`; without one, the connection or a local hook failed. */
export function pushFailure(done: GitOutput): ModeltrailError {
  const rows = done.stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"));
  const reasons = rows.map((row) => row.split("\t").slice(1).join(" "));
  const refused = reasons.filter((reason) => reason.includes("[remote rejected]"));
  if (refused.length > 0) return refusedByRemote(refused, remoteWords(done.stderr));
  if (reasons.some((reason) => reason.includes("[rejected]"))) return lostLease(reasons.join("; "));
  if (rows.length === 0 && /failed to push some refs/.test(done.stderr)) {
    return new ModeltrailError("FORBIDDEN", `the pre-push hook refused: ${lastLines(done.stderr)}`, {
      hint: "the hook lies in the repository's hooks folder (core.hooksPath)",
    });
  }
  return remoteFailure("push to", done);
}

/** Git tells these apart only in words; LC_ALL=C keeps them the same everywhere. */
export function remoteFailure(action: string, done: GitOutput): ModeltrailError {
  const said = lastLines(done.stderr);
  const message = `cannot ${action} ${REMOTE}: ${said}`;
  const unknown =
    /Authentication failed|could not read (Username|Password)|Permission denied \(|error: 401|prompts disabled/;
  if (unknown.test(said)) return missingCredentials(message);
  if (/error: 403|access denied|permission to .* denied/i.test(said)) return noAccess(message);
  return unreachable(message);
}

/** What the server wrote, as git passes it on: each line marked as the remote's. */
function remoteWords(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).filter((line) => line.startsWith("remote:"));
  return lines.map((line) => line.slice("remote:".length)).join("\n");
}

const MOST_LINES = 4;
const MOST_CHARACTERS = 200;

/** The end of what a program wrote, as one line that cannot be too long and steers no terminal. */
export function lastLines(text: string): string {
  return text
    .split(/[\r\n]+/)
    .map((line) => line.replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").trim())
    .filter((line) => line !== "")
    .slice(-MOST_LINES)
    .map((line) => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)}…` : line))
    .join("; ");
}
