import type { Leaf } from "../loose-objects.ts";
import { checkGuards } from "../guards.ts";
import { joinMessage, personOf, webFlow } from "../merging.ts";
import { findRepository } from "../router.ts";
import type { Repository } from "../state.ts";
import { now } from "../state.ts";
import { type TreeEdits, checkPath, editTree } from "../trees.ts";
import { type Asking, type Input, enter } from "./access.ts";
import { failure } from "./failure.ts";
import { commitNode, makeRefId, refNode } from "./objects.ts";

interface Branch {
  readonly id?: string | null;
  readonly repositoryNameWithOwner?: string | null;
  readonly branchName?: string | null;
}

interface Changes {
  readonly additions?: readonly { readonly path: string; readonly contents: string }[] | null;
  readonly deletions?: readonly { readonly path: string }[] | null;
}

/** A commit on a branch's tip, if that is still the one expected; made by the server, and so signed by it. */
export function createCommitOnBranch(asking: Asking, input: Input): object {
  const { repository: target, name } = findBranch(asking, input["branch"] as Branch);
  const need = { name: "CreateCommitOnBranch", role: "write", scope: "contents" } as const;
  const home = enter(asking, target, need);
  const { forge, repository, viewer } = home;
  const { git } = repository;
  const tip = git.refs(name).get(name);
  if (tip === undefined) throw failure("NOT_FOUND", "Could not resolve the branch.");
  const expected = String(input["expectedHeadOid"]);
  const moved = `Expected branch to point to "${expected}" but it did not. Pull and try again.`;
  if (tip !== expected) throw failure("STALE_DATA", moved);
  const edits = readEdits(repository, tip, input["fileChanges"] ?? {});
  const { headline, body } = input["message"] as { headline: string; body?: string | null };
  const date = now(forge);
  const sha = git.writeCommit({
    tree: editTree(git, git.commit(tip).tree, edits),
    parents: [tip],
    author: personOf(viewer, date),
    committer: webFlow(date),
    message: joinMessage(headline, body ?? ""),
  });
  checkGuards(repository, viewer, { name, from: tip, to: sha });
  if (!git.move(name, tip, sha)) throw failure("STALE_DATA", moved);
  repository.signed.add(sha);
  return { commit: commitNode(home, sha), ref: refNode(home, name, sha) };
}

function findBranch(
  { forge }: Asking,
  { id, repositoryNameWithOwner, branchName }: Branch,
): { repository: Repository | undefined; name: string } {
  const [owner, repo] = (repositoryNameWithOwner ?? "").split("/");
  if (!id) {
    const name = (branchName ?? "").replace(/^refs\/heads\//, "");
    return { repository: findRepository(forge, owner, repo), name: `refs/heads/${name}` };
  }
  for (const repository of forge.repositories.values()) {
    for (const branch of repository.branches.keys()) {
      const name = `refs/heads/${branch}`;
      if (makeRefId(repository, name) === id) return { repository, name };
    }
  }
  throw failure("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
}

function readEdits({ git }: Repository, tip: string, { additions, deletions }: Changes): TreeEdits {
  const edits = new Map<string, Leaf | null>();
  for (const { path } of deletions ?? []) {
    if (git.entry(tip, path) === undefined) {
      const text = `A path was requested for deletion which does not exist as of commit oid \`${tip}\`: ${path}`;
      throw failure("UNPROCESSABLE", text);
    }
    edits.set(path, null);
  }
  for (const { path, contents } of additions ?? []) {
    if (!checkPath(path)) throw failure("UNPROCESSABLE", `A path was requested that is not valid: ${path}`);
    const content = Buffer.from(contents, "base64");
    if (content.toString("base64") !== contents.replace(/\s/g, "")) {
      throw failure("UNPROCESSABLE", `The contents of ${path} are not base64`);
    }
    const old = git.entry(tip, path);
    edits.set(path, { mode: old?.type === "blob" ? old.mode : "100644", sha: git.writeBlob(content) });
  }
  return edits;
}
