import { ApiError } from "./errors.ts";
import type { CommitObject, Person } from "./git.ts";
import { markMerged } from "./closing.ts";
import { findBlocks, requirementsOf } from "./protection.ts";
import { followRefs } from "./follow-refs.ts";
import type { Forge, MergeMethod, PullRequest, Repository, User } from "./state.ts";
import { now } from "./state.ts";

export interface MergeRequest {
  readonly method: MergeMethod;
  readonly by: User;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

const NOT_ALLOWED = {
  merge: "Merge commits are not allowed on this repository.",
  squash: "Squash merges are not allowed on this repository.",
  rebase: "Rebase merges are not allowed on this repository.",
};

/** Merges, or throws what GitHub answers: 405 for what cannot be merged now. */
export function mergePull(
  forge: Forge,
  repository: Repository,
  pull: PullRequest,
  request: MergeRequest,
): string {
  if (!requirementsOf(repository, pull.base.ref).methods.includes(request.method)) {
    throw new ApiError(405, NOT_ALLOWED[request.method]);
  }
  if (pull.state !== "open") throw new ApiError(405, "Pull Request is not mergeable");
  if (pull.draft) throw new ApiError(405, "Pull Request is still a draft");
  const [block] = findBlocks(repository, pull, request.by);
  if (block !== undefined) throw new ApiError(405, block);
  const sha = writeMerge(forge, repository, pull, request);
  const base = repository.branches.get(pull.base.ref);
  if (sha === undefined || base === undefined) throw new ApiError(405, "Pull Request is not mergeable");
  if (!repository.git.move(`refs/heads/${pull.base.ref}`, base, sha)) {
    throw new ApiError(405, "Base branch was modified. Review and try the merge again.");
  }
  pull.base.sha = base;
  markMerged(forge, pull, request.by, sha);
  if (repository.settings.delete_branch_on_merge) {
    repository.git.move(`refs/heads/${pull.head.ref}`, pull.head.sha, null);
  }
  followRefs(forge, repository, request.by);
  return sha;
}

function writeMerge(
  forge: Forge,
  repository: Repository,
  pull: PullRequest,
  request: MergeRequest,
): string | undefined {
  const base = repository.branches.get(pull.base.ref);
  if (base === undefined) return undefined;
  if (request.method === "rebase") return rebase({ forge, repository, by: request.by }, base, pull.head.sha);
  const tree = repository.git.mergeTrees(base, pull.head.sha);
  if (tree === undefined) return undefined;
  const squash = request.method === "squash";
  const date = now(forge);
  const sha = repository.git.writeCommit({
    tree,
    parents: squash ? [base] : [base, pull.head.sha],
    author: personOf(squash ? pull.author : request.by, date),
    committer: webFlow(date),
    message: squash
      ? squashMessage(repository, pull, request)
      : joinMessage(
          request.title ??
            `Merge pull request #${pull.number} from ${repository.owner.login}/${pull.head.ref}`,
          request.message ?? pull.title,
        ),
  });
  repository.signed.add(sha);
  return sha;
}

export function personOf(user: User, date: string): Person {
  return { name: user.name, email: user.email, date };
}

export function webFlow(date: string): Person {
  return { name: "GitHub", email: "noreply@github.com", date };
}

export function joinMessage(title: string, body: string): string {
  return body === "" ? title : `${title}\n\n${body}`;
}

/** As the settings say: by default the only commit's own subject and text, or the title over the list of commits. */
function squashMessage(repository: Repository, pull: PullRequest, { title, message }: MergeRequest): string {
  const { settings, git } = repository;
  const base = repository.branches.get(pull.base.ref) ?? pull.base.sha;
  const commits = git.between(base, pull.head.sha).map((sha) => git.commit(sha));
  const [only] = commits;
  const single = commits.length === 1 && only !== undefined;
  const ownTitle =
    single && settings.squash_merge_commit_title === "COMMIT_OR_PR_TITLE" ? subjectOf(only) : pull.title;
  const texts = {
    BLANK: "",
    PR_BODY: pull.body ?? "",
    COMMIT_MESSAGES: single ? textOf(only) : commits.map((one) => `* ${one.message.trim()}`).join("\n\n"),
  };
  return joinMessage(
    title ?? `${ownTitle} (#${pull.number})`,
    message ?? texts[settings.squash_merge_commit_message],
  );
}

export function subjectOf({ message }: Pick<CommitObject, "message">): string {
  return message.split("\n")[0] ?? "";
}

function textOf({ message }: CommitObject): string {
  return message.split("\n").slice(1).join("\n").trim();
}

interface Rebase {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly by: User;
}

/** Each commit again on top of the base, its author kept, its committer the one who merges. */
function rebase({ forge, repository, by }: Rebase, base: string, head: string): string | undefined {
  const { git } = repository;
  const committer = personOf(by, now(forge));
  let tip = base;
  for (const sha of git.between(base, head)) {
    const commit = git.commit(sha);
    const [parent] = commit.parents;
    if (parent === undefined || commit.parents.length > 1) return undefined;
    const tree = replay(repository, {
      from: git.commit(parent).tree,
      to: commit.tree,
      onto: git.commit(tip).tree,
    });
    if (tree === undefined) return undefined;
    const { author, message } = commit;
    tip = git.writeCommit({ tree, parents: [tip], author, committer, message });
  }
  return tip;
}

/** The change between two trees made to a third: a merge of two commits that share the first as their parent. */
function replay(
  { git }: Repository,
  { from, to, onto }: { readonly from: string; readonly to: string; readonly onto: string },
): string | undefined {
  const author = { name: "replay", email: "replay@example.invalid", date: "2000-01-01T00:00:00Z" };
  const write = (tree: string, parents: readonly string[]): string =>
    git.writeCommit({ tree, parents, author, committer: author, message: "replay" });
  const parent = write(from, []);
  return git.mergeTrees(write(onto, [parent]), write(to, [parent]));
}

/** Whether a merge would find no conflict; undefined while it "is being computed". */
export function readMergeable(repository: Repository, pull: PullRequest): boolean | null {
  if (pull.state !== "open") return null;
  if (pull.unknownReads > 0) {
    pull.unknownReads -= 1;
    return null;
  }
  const base = repository.branches.get(pull.base.ref);
  const tree = base === undefined ? undefined : repository.git.mergeTrees(base, pull.head.sha);
  if (base === undefined || tree === undefined) return false;
  pull.testMerge = writeTestMerge(repository, pull, { base, tree });
  return true;
}

/** As at `refs/pull/<number>/merge`: the commit that pull requests are tested at. */
function writeTestMerge(
  { git }: Repository,
  { head, createdAt }: PullRequest,
  { base, tree }: { readonly base: string; readonly tree: string },
): string {
  const message = `Merge ${head.sha} into ${base}`;
  const person = webFlow(createdAt);
  return git.writeCommit({ tree, parents: [base, head.sha], author: person, committer: person, message });
}

/** Merges what is armed and has become ready. */
export function settleAutoMerges(forge: Forge, repository: Repository): void {
  for (const pull of repository.pulls.values()) {
    const armed = pull.autoMerge;
    if (armed === null || pull.state !== "open" || pull.draft) continue;
    const base = repository.branches.get(pull.base.ref);
    if (base === undefined || findBlocks(repository, pull).length > 0) continue;
    if (!requirementsOf(repository, pull.base.ref).methods.includes(armed.method)) continue;
    if (repository.git.mergeTrees(base, pull.head.sha) === undefined) continue;
    mergePull(forge, repository, pull, armed);
  }
}
