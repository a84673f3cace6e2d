import type { Person, TreeItem } from "../git.ts";
import { subjectOf } from "../merging.ts";
import { htmlUrl } from "../replies/repositories.ts";
import type { Forge, Repository, User } from "../state.ts";
import { type PageArguments, connect } from "./connection.ts";
import { rollupNode, statusNode } from "./rollup.ts";

/** Where an object is; every node is made from one. */
export interface Home {
  readonly forge: Forge;
  readonly repository: Repository;
  readonly viewer: User;
}

export function userNode({ url }: Forge, user: User): object {
  return {
    __typename: user.type,
    id: `U_${user.id}`,
    databaseId: user.id,
    // GraphQL leaves out the ending that REST has.
    login: user.login.replace(/\[bot\]$/, ""),
    name: user.name,
    email: "",
    url: `${url}/${user.login}`,
  };
}

function actorNode({ forge }: Home, person: Person): object {
  const user = [...forge.users.values()].find((one) => one.email === person.email);
  return {
    name: person.name,
    email: person.email,
    date: person.date,
    user: user?.type === "User" ? userNode(forge, user) : null,
  };
}

/** The node of any object. */
export function objectNode(home: Home, oid: string): object | null {
  const type = home.repository.git.type(oid);
  if (type === "commit") return commitNode(home, oid);
  if (type === "tree") return treeNode(home, oid, "");
  return type === "blob" ? blobNode(home, oid) : null;
}

export function commitNode(home: Home, oid: string): object {
  const { repository, forge } = home;
  const { git } = repository;
  const commit = git.commit(oid);
  const message = commit.message.replace(/\n$/, "");
  return {
    __typename: "Commit",
    id: `C_${oid}`,
    oid,
    abbreviatedOid: oid.slice(0, 7),
    message,
    messageHeadline: subjectOf(commit),
    messageBody: message.split("\n").slice(1).join("\n").trim(),
    authoredDate: commit.author.date,
    committedDate: commit.committer.date,
    author: actorNode(home, commit.author),
    committer: actorNode(home, commit.committer),
    url: `${htmlUrl(forge, repository)}/commit/${oid}`,
    tree: () => treeNode(home, commit.tree, ""),
    parents: (asked: PageArguments) =>
      connect("parents", commit.parents, asked, (parent) => commitNode(home, parent)),
    file: ({ path }: { path: string }) => {
      const item = git.entry(oid, path);
      return item === undefined ? null : entryNode(home, item, path);
    },
    history: (asked: PageArguments & { path?: string | null }) => {
      const paths = asked.path ? ["--", `:(literal)${asked.path}`] : [];
      const list = git.once(`history ${oid} ${asked.path ?? ""}`, () => git.list([oid, ...paths]));
      return connect("history", list, asked, (one) => commitNode(home, one));
    },
    statusCheckRollup: () => rollupNode(repository, oid),
    status: () => statusNode(repository, oid),
    signature: () =>
      repository.signed.has(oid)
        ? { __typename: "GpgSignature", isValid: true, wasSignedByGitHub: true, state: "VALID" }
        : null,
  };
}

function treeNode(home: Home, oid: string, folder: string): object {
  return {
    __typename: "Tree",
    id: `T_${oid}`,
    oid,
    entries: () =>
      home.repository.git.tree(oid).map((item) => entryNode(home, item, `${folder}${item.path}`)),
  };
}

function entryNode(home: Home, item: TreeItem, path: string): object {
  return {
    __typename: "TreeEntry",
    name: path.slice(path.lastIndexOf("/") + 1),
    // A number, not digits in octal.
    mode: Number.parseInt(item.mode, 8),
    oid: item.sha,
    type: item.type,
    size: item.size ?? 0,
    object: () => {
      if (item.type === "tree") return treeNode(home, item.sha, `${path}/`);
      return item.type === "blob" ? blobNode(home, item.sha) : null;
    },
  };
}

/** Longer texts are cut. */
const MAX_TEXT = 512_000;

function blobNode({ repository }: Home, oid: string): object {
  const { git } = repository;
  const content = git.once(`blob ${oid}`, () => git.blob(oid));
  const isBinary = content.subarray(0, 8000).includes(0);
  return {
    __typename: "Blob",
    id: `B_${oid}`,
    oid,
    byteSize: content.length,
    isBinary,
    isTruncated: content.length > MAX_TEXT,
    text: isBinary ? null : content.subarray(0, MAX_TEXT).toString("utf8"),
  };
}

export function refNode(home: Home, name: string, oid: string): object {
  const [, prefix = "", short = name] = /^(refs\/[^/]+\/)(.*)$/.exec(name) ?? [];
  return {
    __typename: "Ref",
    id: makeRefId(home.repository, name),
    name: short,
    prefix,
    target: () => objectNode(home, oid),
  };
}

export function makeRefId({ id }: Repository, name: string): string {
  return `REF_${id}_${Buffer.from(name).toString("base64url")}`;
}
