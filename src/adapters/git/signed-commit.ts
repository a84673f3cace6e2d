import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Signature } from "../../ports/repository.ts";
import { cleanName, type CommitFields, encodeCommit } from "./commit-format.ts";
import type { NativeGit } from "./native-process.ts";
import { requireOid } from "./object-format.ts";
import { lastLines } from "./remote-failure.ts";

/** Time for somebody to type a passphrase, or to touch a key. */
const SIGN_TIMEOUT_MS = 120_000;

/** For the very bytes that we would write, and on disk as surely. */
const SETTINGS = ["i18n.commitEncoding=UTF-8", "core.fsync=loose-object", "core.fsyncObjectFiles=true"];

/**
 * Has git write and sign a commit whose tree and parents are stored, with whatever it is told to sign with
 * (`gpg.format`, `user.signingKey`, an agent). Rejects with GIT when it cannot, or when nobody answers in time.
 */
export async function writeSignedCommit(
  git: NativeGit,
  commit: CommitFields,
  timeoutMs: number = SIGN_TIMEOUT_MS,
): Promise<string> {
  const unsigned = encodeCommit(commit);
  const args = ["commit-tree", "-S", ...commit.parents.flatMap((parent) => ["-p", parent]), commit.tree];
  const done = await git.run([...SETTINGS.flatMap((setting) => ["-c", setting]), ...args], {
    input: unsigned.subarray(unsigned.indexOf("\n\n") + 2),
    env: { ...nameRole("AUTHOR", commit.author), ...nameRole("COMMITTER", commit.committer) },
    timeoutMs,
  });
  if (done.code !== 0) throw notSigned(done.stderr);
  const oid = requireOid(done.stdout.toString("utf8").trim());
  const written = await git.must(["cat-file", "commit", oid]);
  if (written.equals(unsigned) || !withoutSignature(written).equals(unsigned))
    throw new ModeltrailError("GIT", `git wrote another commit than it was given (${oid})`);
  return oid;
}

function nameRole(role: string, { name, email, seconds, timezone }: Signature): Record<string, string> {
  return {
    [`GIT_${role}_NAME`]: cleanName(name),
    [`GIT_${role}_EMAIL`]: cleanName(email),
    [`GIT_${role}_DATE`]: `@${seconds} ${timezone}`,
  };
}

/** The bytes that were signed. */
function withoutSignature(commit: Buffer): Buffer {
  const text = commit.toString("latin1");
  const end = text.indexOf("\n\n") + 1;
  return Buffer.from(text.slice(0, end).replace(/^gpgsig .*\n(?: .*\n)*/m, "") + text.slice(end), "latin1");
}

function notSigned(stderr: string): ModeltrailError {
  return new ModeltrailError("GIT", `git could not sign a commit (commit.gpgSign): ${lastLines(stderr)}`, {
    hint: "`git commit -S --allow-empty` must work here; or run `git config commit.gpgSign false`",
  });
}
