import { ApiError, notFound } from "../errors.ts";
import type { TreeItem } from "../git.ts";
import { apiUrl, htmlUrl } from "../replies/repositories.ts";
import type { Call, Reply, Routes } from "../router.ts";
import { text } from "../router.ts";

/** Above this a file comes raw or by its blob alone. */
const MAX_INLINE = 1024 * 1024;
const MAX_RAW = 100 * 1024 * 1024;

function itemReply(
  { forge, repository, params }: Call,
  path: string,
  item: TreeItem,
): Record<string, unknown> {
  const ref = text(params["ref"] ?? repository.defaultBranch);
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  const self = `${apiUrl(forge, repository)}/contents/${encoded}?ref=${encodeURIComponent(ref)}`;
  const html = `${htmlUrl(forge, repository)}/${item.type === "tree" ? "tree" : "blob"}/${ref}/${encoded}`;
  const kind = item.type === "tree" ? "trees" : "blobs";
  const git = `${apiUrl(forge, repository)}/git/${kind}/${item.sha}`;
  const file = item.type === "blob";
  return {
    name: path.slice(path.lastIndexOf("/") + 1),
    path,
    sha: item.sha,
    size: item.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: file ? `${htmlUrl(forge, repository)}/raw/${ref}/${encoded}` : null,
    type: item.type === "tree" ? "dir" : "file",
    _links: { self, git, html },
  };
}

function getContent(call: Call): Reply {
  const { repository, params, headers } = call;
  const { git } = repository;
  const ref = text(params["ref"] ?? repository.defaultBranch);
  const commit = git.resolve(ref);
  if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const path = text(params["path"]).replace(/^\/|\/$/g, "");
  if (path === "") return listFolder(call, "", commit);
  const item = git.entry(commit, path);
  if (item === undefined) throw notFound();
  if (item.type === "tree") return listFolder(call, path, item.sha);
  const size = item.size ?? 0;
  if (size > MAX_RAW) throw new ApiError(403, "This API returns blobs up to 100 MB in size.");
  if (String(headers["accept"]).includes("raw")) return { body: git.blob(item.sha) };
  const base = itemReply(call, path, item);
  if (item.mode === "120000") {
    return { body: { ...base, type: "symlink", target: git.blob(item.sha).toString("utf8") } };
  }
  const inline = size <= MAX_INLINE;
  const content = inline ? git.blob(item.sha).toString("base64").replace(/.{60}/g, "$&\n") : "";
  return { body: { ...base, content, encoding: inline ? "base64" : "none" } };
}

function listFolder(call: Call, folder: string, tree: string): Reply {
  const { git } = call.repository;
  const entries = git.tree(tree).filter((item) => item.type !== "commit");
  // GitHub shows 1,000 entries at most, and says nothing of the rest.
  const shown = entries.slice(0, 1000);
  const prefix = folder === "" ? "" : `${folder}/`;
  return { body: shown.map((item) => itemReply(call, `${prefix}${item.path}`, item)) };
}

export const contentRoutes: Routes = {
  "repos/get-content": { role: "read", scopes: ["contents"], handle: getContent },
};
