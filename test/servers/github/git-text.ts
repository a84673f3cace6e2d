import type { CommitObject, NewCommit, Person, TreeItem } from "./git.ts";

export function parseTreeLine(line: string): TreeItem {
  const [, mode = "", type = "", sha = "", size = "", path = ""] =
    /^(\d+) (\w+) (\w+) +(\d+|-)\t([\s\S]*)$/.exec(line) ?? [];
  const item = { path, mode: mode.padStart(6, "0"), type: type as TreeItem["type"], sha };
  return size === "-" ? item : { ...item, size: Number(size) };
}

export function parseCommit(sha: string, text: string): CommitObject {
  const end = text.indexOf("\n\n");
  const lines = text.slice(0, end).split("\n");
  const all = (key: string): string[] =>
    lines.filter((line) => line.startsWith(`${key} `)).map((line) => line.slice(key.length + 1));
  return {
    sha,
    tree: all("tree")[0] ?? "",
    parents: all("parent"),
    author: parsePerson(all("author")[0] ?? ""),
    committer: parsePerson(all("committer")[0] ?? ""),
    message: text.slice(end + 2),
  };
}

function parsePerson(text: string): Person {
  const [, name = "", email = "", seconds = "0"] = /^(.*) <(.*)> (\d+) [+-]\d{4}$/.exec(text) ?? [];
  return { name, email, date: toDate(Number(seconds) * 1000) };
}

function renderPerson({ name, email, date }: Person): string {
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} +0000`;
}

export function renderCommit({ tree, parents, author, committer, message }: NewCommit): string {
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${renderPerson(author)}`,
    `committer ${renderPerson(committer)}`,
  ];
  return `${lines.join("\n")}\n\n${message}`;
}

export function toDate(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
