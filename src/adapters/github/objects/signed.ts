import { ModeltrailError } from "../../../diagnostics/errors.ts";
import type { NewProposal } from "../../../ports/forge.ts";
import type { Remote } from "../../../ports/repository.ts";
import { GitHubError } from "../errors.ts";
import { settle } from "../settle.ts";
import { askRepository, type Source } from "./ask.ts";
import type { ApiRefs } from "./refs.ts";
import type { HostedObjects } from "../../../ports/hosted-repository.ts";

const COMMIT = `mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid tree { oid } } }
}`;

/** What a new branch with one commit takes. */
export interface SignedParts {
  readonly source: Source;
  readonly objects: HostedObjects;
  readonly refs: ApiRefs;
  readonly remote: Remote;
}

/** GitHub takes the whole commit in one request. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Whether GitHub's own way of committing files would come to the same tree: it keeps a file's mode, whatever we want. */
export async function canSign({ objects }: SignedParts, proposal: NewProposal): Promise<boolean> {
  const { head, base, edits } = proposal;
  if (!(await objects.isOwn(head))) return false;
  const commits = await objects.readCommits([base, head]);
  const [before, after] = commits.map(({ tree }) => tree);
  const isOnBase = commits[1]?.parents.length === 1 && commits[1].parents[0] === base;
  if (!isOnBase || edits.length === 0) return false;
  if (edits.reduce((sum, { content }) => sum + (content?.length ?? 0), 0) > MOST_BYTES) return false;
  const changes = await objects.compareTrees(before, after);
  if (changes.length !== edits.length) return false;
  return changes.every((change) => [change.before, change.after].every(isPlain));
}

function isPlain(entry: { readonly mode: string } | null): boolean {
  return entry === null || entry.mode === "100644";
}

/**
 * Makes a proposal's commit on a branch that stands at its base, or on a new one, by the token's user and signed by
 * GitHub; returns its id. A branch that was left at its base, because this was cut short, is gone on with.
 */
export async function commitOnBranch(
  parts: SignedParts,
  proposal: NewProposal,
  tip: string | undefined,
): Promise<string> {
  const { source, objects, refs, remote } = parts;
  const { branch, head, base, title, message, edits } = proposal;
  const { tree } = await objects.readCommit(head);
  if (tip === undefined) await remote.push([{ name: `refs/heads/${branch}`, expected: null, value: base }]);
  const { owner, repo } = source.api.repo;
  const input = {
    branch: { repositoryNameWithOwner: `${owner}/${repo}`, branchName: branch },
    expectedHeadOid: base,
    message: { headline: title, body: message },
    fileChanges: {
      additions: edits.flatMap(({ path, content }) =>
        content === null ? [] : [{ path, contents: Buffer.from(content).toString("base64") }],
      ),
      deletions: edits.flatMap(({ path, content }) => (content === null ? [{ path }] : [])),
    },
  };
  const made = await settle<Made>(
    () => write(source, branch, input),
    () => look(source, { branch, base, tree }),
  );
  if (made.tree !== tree)
    throw new ModeltrailError("GIT", `GitHub committed other files to ${branch} than were judged`, {
      hint: `Delete the branch ${branch}, and propose from a clone.`,
    });
  refs.remember(branch, made.oid);
  return made.oid;
}

interface Made {
  readonly oid: string;
  readonly tree: string;
}

async function write(source: Source, branch: string, input: object): Promise<Made> {
  try {
    const answer = await source.api.graphql(COMMIT, { input });
    const { commit } = (answer as { readonly createCommitOnBranch: { readonly commit: CommitReply } })
      .createCommitOnBranch;
    return { oid: commit.oid, tree: commit.tree.oid };
  } catch (error) {
    // Older servers give no type with it.
    const isMoved =
      error instanceof GitHubError && (error.code === "CONFLICT" || /to point to/i.test(error.said));
    if (!isMoved) throw error;
    throw new ModeltrailError("CONFLICT", `${branch} was moved by somebody else`, {
      hint: "Run the command again.",
      cause: error,
    });
  }
}

interface CommitReply {
  readonly oid: string;
  readonly tree: { readonly oid: string };
}

/** The commit that was asked for, if the branch holds it. */
async function look(
  source: Source,
  { branch, base, tree }: { readonly branch: string; readonly base: string; readonly tree: string },
): Promise<Made | undefined> {
  const answer = await askRepository(source, {
    fields: `ref(qualifiedName: $branch) { target { ... on Commit {
      oid tree { oid } parents(first: 2) { nodes { oid } } } } }`,
    declares: ["$branch: String!"],
    variables: { branch: `refs/heads/${branch}` },
  });
  const { target } = (answer["ref"] ?? { target: null }) as { readonly target: LookReply | null };
  const isIt =
    target?.tree.oid === tree && target.parents.nodes.length === 1 && target.parents.nodes[0]?.oid === base;
  return isIt ? { oid: target.oid, tree } : undefined;
}

interface LookReply extends CommitReply {
  readonly parents: { readonly nodes: readonly { readonly oid: string }[] };
}
