import type { Leaf } from "../loose-objects.ts";
import { ApiError, invalid, notFound, unprocessable } from "../errors.ts";
import type { Person } from "../git.ts";
import { checkGuards } from "../guards.ts";
import { personOf, webFlow } from "../merging.ts";
import { gitCommitReply } from "../replies/commits.ts";
import { apiUrl } from "../replies/repositories.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { text } from "../router.ts";
import { now } from "../state.ts";
import { checkPath, editTree } from "../trees.ts";

function refReply({ forge, repository }: Call, name: string, sha: string): object {
  const api = apiUrl(forge, repository);
  const type = repository.git.type(sha) ?? "commit";
  return {
    ref: name,
    node_id: `REF_${Buffer.from(name).toString("base64url")}`,
    url: `${api}/git/${name}`,
    object: { sha, type, url: `${api}/git/${type}s/${sha}` },
  };
}

function getRef(call: Call): Reply {
  const name = `refs/${text(call.params["ref"])}`;
  const sha = call.repository.git.refs(name).get(name);
  if (sha === undefined) throw notFound();
  return { body: refReply(call, name, sha) };
}

function listMatchingRefs(call: Call): Reply {
  const prefix = `refs/${text(call.params["ref"])}`;
  const refs = [...call.repository.git.refs()].filter(([name]) => name.startsWith(prefix));
  return { body: refs.map(([name, sha]) => refReply(call, name, sha)) };
}

function checkTarget({ repository }: Call, name: string, sha: string): void {
  const type = repository.git.type(sha);
  if (type === undefined) throw unprocessable("Object does not exist");
  if (type !== "commit" && name.startsWith("refs/heads/")) throw unprocessable("Object is not a commit");
}

function createRef(call: Call): Reply {
  const { repository, body } = call;
  const name = text(body["ref"]);
  const sha = text(body["sha"]);
  if (!repository.git.mayName(name)) throw unprocessable("Reference name is not valid");
  checkTarget(call, name, sha);
  if (repository.git.refs(name).has(name)) throw unprocessable("Reference already exists");
  checkGuards(repository, call.viewer, { name, from: null, to: sha });
  // Also where a folder of refs stands in the way, or the other way round.
  if (!repository.git.move(name, null, sha)) throw unprocessable("Reference update failed");
  return { status: 201, body: refReply(call, name, sha) };
}

function updateRef(call: Call): Reply {
  const { repository, body } = call;
  const name = `refs/${text(call.params["ref"])}`;
  const sha = text(body["sha"]);
  const from = repository.git.refs(name).get(name);
  if (from === undefined) throw unprocessable("Reference does not exist");
  checkTarget(call, name, sha);
  if (body["force"] !== true && !repository.git.isAncestor(from, sha)) {
    throw unprocessable("Update is not a fast forward");
  }
  checkGuards(repository, call.viewer, { name, from, to: sha });
  if (!repository.git.move(name, from, sha)) throw unprocessable("Reference cannot be updated");
  return { body: refReply(call, name, sha) };
}

function deleteRef(call: Call): Reply {
  const { repository } = call;
  const name = `refs/${text(call.params["ref"])}`;
  const from = repository.git.refs(name).get(name);
  if (from === undefined) throw unprocessable("Reference does not exist");
  checkGuards(repository, call.viewer, { name, from, to: null });
  repository.git.move(name, from, null);
  return { status: 204 };
}

function getCommit({ forge, repository, params }: Call): Reply {
  const sha = text(params["commit_sha"]);
  if (repository.git.type(sha) !== "commit") throw notFound();
  return { body: gitCommitReply(forge, repository, sha) };
}

/** By the token of an App, without an author or committer given, GitHub signs it. */
function createCommit({ forge, repository, viewer, body }: Call): Reply {
  const { git } = repository;
  const tree = text(body["tree"]);
  const parents = (body["parents"] ?? []) as readonly string[];
  if (git.type(tree) !== "tree") throw unprocessable("Tree SHA does not exist");
  if (parents.some((parent) => git.type(parent) !== "commit")) {
    throw unprocessable("Parent SHA does not exist or is not a commit object");
  }
  const date = now(forge);
  const author = body["author"] as Partial<Person> | undefined;
  const committer = body["committer"] as Partial<Person> | undefined;
  const signs = viewer.type === "Bot" && author === undefined && committer === undefined;
  const me = personOf(viewer, date);
  const given = { ...me, ...author };
  const sha = git.writeCommit({
    tree,
    parents,
    author: given,
    committer: signs ? webFlow(date) : { ...given, ...committer },
    message: text(body["message"]),
  });
  if (signs) repository.signed.add(sha);
  return { status: 201, body: gitCommitReply(forge, repository, sha) };
}

/** GitHub's limit to one reply. */
const MAX_ENTRIES = 100_000;

function treeReply({ forge, repository }: Call, sha: string, recursive: boolean): object {
  const api = apiUrl(forge, repository);
  const items = repository.git.tree(sha, recursive);
  return {
    sha,
    url: `${api}/git/trees/${sha}`,
    tree: items.slice(0, MAX_ENTRIES).map((item) => ({
      path: item.path,
      mode: item.mode,
      type: item.type,
      sha: item.sha,
      ...(item.size !== undefined && { size: item.size }),
      ...(item.type !== "commit" && { url: `${api}/git/${item.type}s/${item.sha}` }),
    })),
    truncated: items.length > MAX_ENTRIES,
  };
}

function getTree(call: Call): Reply {
  const { repository, params } = call;
  const sha = repository.git.parse(`${text(params["tree_sha"])}^{tree}`);
  if (sha === undefined) throw notFound();
  // Any value at all means yes.
  return { body: treeReply(call, sha, params["recursive"] !== undefined) };
}

interface NewTreeItem {
  readonly path?: string;
  readonly mode?: string;
  readonly sha?: string | null;
  readonly content?: string;
}

function createTree(call: Call): Reply {
  const { git } = call.repository;
  const base = call.body["base_tree"] as string | undefined;
  const root = base === undefined ? undefined : git.parse(`${base}^{tree}`);
  if (base !== undefined && root === undefined) throw new ApiError(404, "Not Found");
  const edits = new Map<string, Leaf | null>();
  for (const { path = "", mode = "100644", sha, content } of call.body["tree"] as readonly NewTreeItem[]) {
    if (!checkPath(path)) throw unprocessable(`tree.path contains a malformed path component`);
    if (sha === null) {
      edits.set(path, null);
      continue;
    }
    const oid = content === undefined ? text(sha) : git.writeBlob(Buffer.from(content, "utf8"));
    if (git.type(oid) === undefined) throw unprocessable(`tree.sha ${oid} is not a valid blob`);
    edits.set(path, { mode, sha: oid });
  }
  return { status: 201, body: treeReply(call, editTree(git, root, edits), false) };
}

function getBlob({ forge, repository, params, headers }: Call): Reply {
  const sha = text(params["file_sha"]);
  if (repository.git.type(sha) !== "blob") throw notFound();
  const content = repository.git.blob(sha);
  if (String(headers["accept"]).includes("raw")) return { body: content };
  return {
    body: {
      sha,
      node_id: `B_${sha}`,
      size: content.length,
      url: `${apiUrl(forge, repository)}/git/blobs/${sha}`,
      content: content.toString("base64").replace(/.{60}(?=.)/g, "$&\n"),
      encoding: "base64",
    },
  };
}

function createBlob({ forge, repository, body }: Call): Reply {
  const encoding = text(body["encoding"] ?? "utf-8");
  if (encoding !== "utf-8" && encoding !== "base64") {
    throw invalid({ resource: "Blob", field: "encoding", code: "invalid" });
  }
  const content = Buffer.from(text(body["content"]), encoding === "base64" ? "base64" : "utf8");
  const sha = repository.git.writeBlob(content);
  return { status: 201, body: { sha, url: `${apiUrl(forge, repository)}/git/blobs/${sha}` } };
}

const reads = { role: "read", scopes: ["contents"] } as const;
const writes = { role: "write", scopes: ["contents"] } as const;

export const gitDataRoutes: Routes = {
  "git/get-ref": { ...reads, handle: getRef },
  "git/list-matching-refs": { ...reads, handle: listMatchingRefs },
  "git/create-ref": { ...writes, handle: createRef },
  "git/update-ref": { ...writes, handle: updateRef },
  "git/delete-ref": { ...writes, handle: deleteRef },
  "git/get-commit": { ...reads, handle: getCommit },
  "git/create-commit": { ...writes, handle: createCommit },
  "git/get-tree": { ...reads, handle: getTree },
  "git/create-tree": { ...writes, handle: createTree },
  "git/get-blob": { ...reads, handle: getBlob },
  "git/create-blob": { ...writes, handle: createBlob },
};
