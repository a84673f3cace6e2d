import type { Finding } from "../../diagnostics/finding.ts";
import { makeFinding } from "../../diagnostics/make-finding.ts";
import type { ForeseenCommit } from "../../ports/chain-foresight.ts";
import type { ChainLink, Commit, Signature } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import type { FoundCommit } from "./found.ts";

/** So many are in memory together. */
const BATCH = 500;

/**
 * Makes each commit of the audit branch anew, on the commit that it stands on, and compares the ids: a header more, a
 * file's mode, a byte of the message, and it is another commit. `sources`: the commits of the main branch, by id.
 */
export async function compareCommits(
  { repository }: Context,
  commits: readonly FoundCommit[],
  sources: ReadonlyMap<string, Commit>,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  // An entry of no commit of the main branch is named for that.
  const known = commits.filter(({ source }) => sources.has(source));
  for (let at = 0; at < known.length; at += BATCH) {
    const placed = known.slice(at, at + BATCH).flatMap((found) => {
      const source = sources.get(found.source);
      return source === undefined
        ? []
        : [{ found, parent: found.commit.parents[0], link: found.linkOf(source) }];
    });
    const foreseen = await repository.writer.foresee(placed);
    for (const [index, { found, link }] of placed.entries())
      findings.push(...compareCommit(found, link, foreseen[index]));
  }
  return findings;
}

function compareCommit(
  { commit, file, isForeign }: FoundCommit,
  link: ChainLink,
  foreseen: ForeseenCommit | undefined,
): readonly Finding[] {
  if (foreseen?.oid === commit.oid) return [];
  const parts = [
    ...(commit.message === link.message ? [] : ["the message"]),
    ...(isSame(commit.author, link.author) ? [] : ["the author"]),
    ...(isSame(commit.committer, link.committer) ? [] : ["the committer"]),
    // What a foreign change did to the tree is named there.
    ...(isForeign || foreseen === undefined || foreseen.tree === commit.tree
      ? []
      : ["the tree (a file's mode, or something beside the files)"]),
  ];
  if (parts.length === 0 && isForeign) return [];
  const what =
    parts.length > 0
      ? `${parts.join(", ")} ${parts.length === 1 ? "is" : "are"} not as a recorder writes ${parts.length === 1 ? "it" : "them"}`
      : "its bytes are not those that a recorder writes";
  const message = `commit ${commit.oid.slice(0, 12)} of the audit branch: ${what}`;
  return [makeFinding("AUDIT_COMMIT_DIFFERS", { file, message })];
}

function isSame(a: Signature, b: Signature): boolean {
  return a.name === b.name && a.email === b.email && a.seconds === b.seconds && a.timezone === b.timezone;
}
