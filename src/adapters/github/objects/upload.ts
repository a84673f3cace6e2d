import { ModeltrailError } from "../../../diagnostics/errors.ts";
import type { Signature } from "../../../ports/repository.ts";
import { settle } from "../settle.ts";
import type { Source } from "./ask.ts";
import type { EntryChange, HostedObjects } from "../../../ports/hosted-repository.ts";

/** GitHub takes blobs of up to 100 MB; ours are manifests. */
const MOST_BYTES = 32 * 1024 * 1024;
const LINK = "120000";

/** Brings commits of this machine to GitHub, each once. */
export class Uploads {
  readonly #source: Source;
  readonly #objects: HostedObjects;
  readonly #done = new Map<string, Promise<string>>();

  constructor(source: Source, objects: HostedObjects) {
    this.#source = source;
    this.#objects = objects;
  }

  /**
   * Brings a commit there, with those that it is made on; returns its id there, which is the same when GitHub writes it
   * as Git does. Nothing of it is seen until a branch names it, so it is done again without harm.
   */
  async bring(oid: string): Promise<string> {
    if (!(await this.#objects.isOwn(oid))) return oid;
    const known = this.#done.get(oid);
    if (known !== undefined) return known;
    const bringing = uploadCommit(this.#source, this.#objects, (parent) => this.bring(parent), oid);
    this.#done.set(oid, bringing);
    bringing.catch(() => this.#done.delete(oid));
    return bringing;
  }
}

async function uploadCommit(
  source: Source,
  objects: HostedObjects,
  bring: (parent: string) => Promise<string>,
  oid: string,
): Promise<string> {
  const { parents, tree, author, committer, message } = await objects.readCommit(oid);
  const there: string[] = [];
  for (const parent of parents) there.push(await bring(parent));
  const [base] = parents;
  const before = base === undefined ? undefined : (await objects.readCommit(base)).tree;
  await uploadTree(source, objects, { before, after: tree });
  const { rest, repo } = source.api;
  const { data } = await again(() =>
    rest.git.createCommit({
      ...repo,
      message,
      tree,
      parents: there,
      author: toPerson(author),
      committer: toPerson(committer),
    }),
  );
  return data.sha;
}

/** By what differs from a tree that is there. */
async function uploadTree(
  source: Source,
  objects: HostedObjects,
  { before, after }: { readonly before: string | undefined; readonly after: string },
): Promise<void> {
  const changes = await objects.compareTrees(before, after);
  if (changes.length === 0) return;
  const entries: TreeItem[] = [];
  for (const change of changes) entries.push(await toItem(source, objects, change));
  const { rest, repo } = source.api;
  const base = before === undefined ? {} : { base_tree: before };
  const { data } = await again(() => rest.git.createTree({ ...repo, ...base, tree: entries }));
  if (data.sha === after) return;
  throw new ModeltrailError("GIT", `GitHub made another tree than ${after}`, {
    hint: "Work in a clone: nothing was changed.",
  });
}

interface TreeItem {
  readonly path: string;
  readonly mode?: "100644" | "100755" | "120000" | "160000";
  readonly type?: "blob" | "commit";
  readonly sha?: string | null;
  readonly content?: string;
}

async function toItem(
  source: Source,
  objects: HostedObjects,
  { path, after }: EntryChange,
): Promise<TreeItem> {
  if (after === null) return { path, mode: "100644", type: "blob", sha: null };
  const mode = after.mode as NonNullable<TreeItem["mode"]>;
  if (mode === "160000") return { path, mode, type: "commit", sha: after.oid };
  const isNew = await objects.isOwn(after.oid);
  if (!isNew) return { path, mode, type: "blob", sha: after.oid };
  const [bytes] = await objects.readBlobs([after.oid], MOST_BYTES);
  if (bytes === undefined || bytes === "too-large")
    throw new ModeltrailError("INVALID_INPUT", `${path} is too large for GitHub's API`, {
      hint: "Work in a clone.",
    });
  const text = mode === LINK ? undefined : exactText(bytes);
  if (text !== undefined) return { path, mode, type: "blob", content: text };
  const { rest, repo } = source.api;
  const content = Buffer.from(bytes).toString("base64");
  await again(() => rest.git.createBlob({ ...repo, content, encoding: "base64" }));
  return { path, mode, type: "blob", sha: after.oid };
}

function exactText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** What is written twice is the same object. */
function again<T>(write: () => Promise<T>): Promise<T> {
  return settle(write, () => Promise.resolve(undefined as T | undefined));
}

/** With the offset that it was written with: it is part of the commit. */
function toPerson({ name, email, seconds, timezone }: Signature): {
  readonly name: string;
  readonly email: string;
  readonly date: string;
} {
  const minutes = Number(timezone.slice(1, 3)) * 60 + Number(timezone.slice(3, 5));
  const local = seconds + (timezone.startsWith("-") ? -60 : 60) * minutes;
  const date = new Date(local * 1000).toISOString().slice(0, 19);
  const offset = minutes === 0 ? "Z" : `${timezone.slice(0, 3)}:${timezone.slice(3)}`;
  return { name, email, date: `${date}${offset}` };
}
