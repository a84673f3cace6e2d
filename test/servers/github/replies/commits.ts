import type { CommitObject, Person } from "../git.ts";
import type { Forge, Repository } from "../state.ts";
import { apiUrl, htmlUrl } from "./repositories.ts";
import { userReply } from "./users.ts";

/** As `git/commits` has it: the object itself. */
export function gitCommitReply(forge: Forge, repository: Repository, sha: string): object {
  const commit = repository.git.commit(sha);
  const api = apiUrl(forge, repository);
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${api}/git/commits/${sha}`,
    html_url: `${htmlUrl(forge, repository)}/commit/${sha}`,
    author: commit.author,
    committer: commit.committer,
    message: commit.message.replace(/\n$/, ""),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    parents: parentsReply(forge, repository, commit, "git/commits"),
    verification: verificationReply(repository, commit),
  };
}

/** As lists of commits have it: with the accounts of its people. */
export function commitReply(forge: Forge, repository: Repository, sha: string): object {
  const commit = repository.git.commit(sha);
  const api = apiUrl(forge, repository);
  return {
    sha,
    node_id: `C_${sha}`,
    url: `${api}/commits/${sha}`,
    html_url: `${htmlUrl(forge, repository)}/commit/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    commit: {
      url: `${api}/git/commits/${sha}`,
      author: commit.author,
      committer: commit.committer,
      message: commit.message.replace(/\n$/, ""),
      comment_count: 0,
      tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
      verification: verificationReply(repository, commit),
    },
    author: accountReply(forge, commit.author),
    committer: accountReply(forge, commit.committer),
    parents: parentsReply(forge, repository, commit, "commits"),
  };
}

function parentsReply(forge: Forge, repository: Repository, commit: CommitObject, under: string): object[] {
  return commit.parents.map((sha) => ({
    sha,
    url: `${apiUrl(forge, repository)}/${under}/${sha}`,
    html_url: `${htmlUrl(forge, repository)}/commit/${sha}`,
  }));
}

/** Whose mail address it is: anybody may write any. */
function accountReply(forge: Forge, { email }: Person): object | null {
  const user = [...forge.users.values()].find((one) => one.email === email);
  return user === undefined ? null : userReply(forge, user);
}

function verificationReply(repository: Repository, { sha, committer }: CommitObject): object {
  const verified = repository.signed.has(sha);
  return {
    verified,
    reason: verified ? "valid" : "unsigned",
    signature: verified ? "-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----" : null,
    payload: verified ? `commit ${sha}` : null,
    verified_at: verified ? committer.date : null,
  };
}

export interface FileChange {
  readonly path: string;
  readonly previous: string | undefined;
  readonly status: "added" | "removed" | "modified" | "renamed" | "changed";
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
  /** Undefined for binary files, and where only the mode or name differs. */
  readonly patch: string | undefined;
}

const STATUS = { A: "added", D: "removed", M: "modified", R: "renamed", T: "changed" } as const;

/** How two trees differ, file by file, in the order of Git. */
export function readChanges({ git }: Repository, from: string, to: string): readonly FileChange[] {
  return git.once(`changes ${from} ${to}`, () => {
    const flags = ["-r", "-z", "-M", "--no-ext-diff", "--full-index", "--raw", "-p"];
    const output = git.text(["diff-tree", ...flags, from, to]);
    // The list ends with a second zero byte; then come the patches, in the same order.
    const end = output.indexOf("\0\0");
    const raw = output.slice(0, Math.max(0, end)).split("\0");
    const patches = output
      .slice(end + 2)
      .split(/^(?=diff --git )/m)
      .filter(Boolean);
    const changes: FileChange[] = [];
    for (let at = 0; at + 1 < raw.length;) {
      const [, , before = "", after = "", kind = ""] = (raw[at] ?? "").split(" ");
      const renamed = kind.startsWith("R");
      const patch = /^@@[\s\S]*/m.exec(patches[changes.length] ?? "")?.[0].replace(/\n$/, "");
      changes.push({
        path: raw[at + (renamed ? 2 : 1)] ?? "",
        previous: renamed ? raw[at + 1] : undefined,
        status: STATUS[(kind[0] ?? "M") as keyof typeof STATUS],
        sha: kind === "D" ? before : after,
        additions: count(patch, "+"),
        deletions: count(patch, "-"),
        patch,
      });
      at += renamed ? 3 : 2;
    }
    return changes;
  });
}

/** Lines of a patch that begin so. */
function count(patch: string | undefined, sign: string): number {
  return (patch ?? "").split("\n").filter((line) => line.startsWith(sign)).length;
}

export function fileReply(forge: Forge, repository: Repository, change: FileChange, head: string): object {
  const path = change.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${htmlUrl(forge, repository)}/blob/${head}/${path}`,
    raw_url: `${htmlUrl(forge, repository)}/raw/${head}/${path}`,
    contents_url: `${apiUrl(forge, repository)}/contents/${path}?ref=${head}`,
    ...(change.patch !== undefined && { patch: change.patch }),
    ...(change.previous !== undefined && { previous_filename: change.previous }),
  };
}
