import { ModeltrailError } from "../../../diagnostics/errors.ts";
import type { SuppliedObject } from "../../../ports/hosted-repository.ts";
import type { Commit, Signature, TreeEntry } from "../../../ports/repository.ts";
import { askRepository, type Source } from "./ask.ts";
import { modeOf } from "./places.ts";
import { Shelf } from "./shelf.ts";

/** GitHub gives ten seconds to a query; so many objects of the usual sizes take one. */
const PER_QUERY = 60;
/** Queries at a time. */
const PARALLEL = 3;
const MOST_PARENTS = 100;

/** What a query says of an object, as `...Thing`. */
export const THING = `fragment Thing on GitObject { __typename oid
  ... on Commit { message tree { oid } parents(first: ${MOST_PARENTS}) { totalCount nodes { oid } }
    author { name email date } committer { name email date } }
  ... on Tree { entries { name mode oid } }
  ... on Blob { byteSize isBinary isTruncated text } }`;

/** Objects of any kind, in few requests: what is asked for at the same time goes into one query. */
export class ApiSupply {
  readonly #source: Source;
  readonly #shelf = new Shelf();
  #waiting = new Map<string, Promise<SuppliedObject | undefined>>();

  constructor(source: Source) {
    this.#source = source;
  }

  readMany(oids: readonly string[]): Promise<readonly (SuppliedObject | undefined)[]> {
    return Promise.all(oids.map((oid) => this.#read(oid)));
  }

  /** By REST, which gives any bytes. */
  async readBlob(oid: string): Promise<Uint8Array> {
    const { rest, repo } = this.#source.api;
    const { data } = await rest.git.getBlob({ ...repo, file_sha: oid });
    return Buffer.from(data.content, "base64");
  }

  #gathering: Gathering | undefined;

  /** Keeps what came along with another answer; `reply` is what `...Thing` gave. */
  offer(reply: unknown): void {
    const object = isObject(reply) ? toObject(reply) : undefined;
    if (object !== undefined) this.#shelf.put(object);
  }

  #read(oid: string): Promise<SuppliedObject | undefined> {
    const known = this.#shelf.take(oid) ?? this.#waiting.get(oid);
    if (known !== undefined) return Promise.resolve(known);
    const found = this.#gather(oid).finally(() => this.#waiting.delete(oid));
    this.#waiting.set(oid, found);
    return found;
  }

  /** Everything that is asked for before the next turn of the event loop is asked for together. */
  async #gather(oid: string): Promise<SuppliedObject | undefined> {
    const gathering = (this.#gathering ??= this.#begin());
    gathering.oids.push(oid);
    const found = (await gathering.answer).get(oid);
    // Trees and commits are kept by who asks.
    if (found?.type === "blob") this.#shelf.put(found);
    return found;
  }

  #begin(): Gathering {
    const oids: string[] = [];
    const answer = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#gathering = undefined;
      return askAll(this.#source, oids, (reply) => this.offer(reply));
    });
    return { oids, answer };
  }
}

interface Gathering {
  readonly oids: string[];
  readonly answer: Promise<ReadonlyMap<string, SuppliedObject>>;
}

type Offer = (reply: unknown) => void;

async function askAll(
  source: Source,
  oids: readonly string[],
  offer: Offer,
): Promise<ReadonlyMap<string, SuppliedObject>> {
  const batches: (readonly string[])[] = [];
  for (let at = 0; at < oids.length; at += PER_QUERY) batches.push(oids.slice(at, at + PER_QUERY));
  const found = new Map<string, SuppliedObject>();
  for (let at = 0; at < batches.length; at += PARALLEL) {
    const answers = await Promise.all(
      batches.slice(at, at + PARALLEL).map((batch) => ask(source, batch, offer)),
    );
    for (const object of answers.flat()) found.set(object.oid, object);
  }
  return found;
}

/** Who asks for a single commit is about to look into it, so its top folder comes along. */
async function ask(
  source: Source,
  oids: readonly string[],
  offer: Offer,
): Promise<readonly SuppliedObject[]> {
  const more = oids.length <= FEW ? WITH_TREE : "";
  const fields = oids
    .map((oid, at) => `o${at}: object(oid: "${requireOid(oid)}") { ...Thing ${more} }`)
    .join(" ");
  const answer = await askRepository(source, { fields, fragments: THING });
  return oids.flatMap((_, at) => {
    const reply = answer[`o${at}`];
    if (!isObject(reply)) return [];
    if ("tree" in reply) offer(reply.tree);
    return [toObject(reply)];
  });
}

const FEW = 2;
/** Beside `...Thing`: the top folder of a commit. */
export const WITH_TREE = "... on Commit { tree { __typename entries { name mode oid } } }";

function isObject(reply: unknown): reply is ObjectReply {
  return typeof reply === "object" && reply !== null && "__typename" in reply && "oid" in reply;
}

/** Ids become part of a query, so nothing else may pass for one. */
export function requireOid(oid: string): string {
  if (/^[0-9a-f]{40}$/.test(oid)) return oid;
  throw new ModeltrailError("INVALID_INPUT", `not an object id: ${JSON.stringify(oid)}`);
}

interface ObjectReply {
  readonly __typename: string;
  readonly oid: string;
}

interface CommitReply extends ObjectReply {
  readonly message: string;
  readonly tree: { readonly oid: string };
  readonly parents: { readonly totalCount: number; readonly nodes: readonly { readonly oid: string }[] };
  readonly author: ActorReply | null;
  readonly committer: ActorReply | null;
}

interface ActorReply {
  readonly name: string | null;
  readonly email: string | null;
  readonly date: string | null;
}

interface TreeReply extends ObjectReply {
  readonly entries: readonly { readonly name: string; readonly mode: number; readonly oid: string }[] | null;
}

interface BlobReply extends ObjectReply {
  readonly byteSize: number;
  readonly isBinary: boolean | null;
  readonly isTruncated: boolean;
  readonly text: string | null;
}

function toObject(reply: ObjectReply): SuppliedObject {
  const { oid, __typename: kind } = reply;
  if (kind === "Commit") return { type: "commit", oid, commit: toCommit(reply as CommitReply) };
  if (kind === "Tree") {
    const { entries } = reply as TreeReply;
    // Null where GitHub does not list it; that an empty one is empty is told by its id.
    return { type: "tree", oid, entries: (entries ?? []).map(toEntry) };
  }
  if (kind !== "Blob") throw new ModeltrailError("GIT", `object ${oid} is a ${kind.toLowerCase()}`);
  const { byteSize, isBinary, isTruncated, text } = reply as BlobReply;
  const isWhole = isBinary !== true && !isTruncated && text !== null;
  return { type: "blob", oid, sizeBytes: byteSize, ...(isWhole ? { text } : {}) };
}

function toEntry({ name, mode, oid }: { name: string; mode: number; oid: string }): TreeEntry {
  return { name, mode: modeOf(mode), oid };
}

function toCommit(reply: CommitReply): Omit<Commit, "oid"> {
  const { oid, message, tree, parents, author, committer } = reply;
  if (parents.totalCount > parents.nodes.length)
    throw new ModeltrailError("GIT", `commit ${oid} has more than ${MOST_PARENTS} parents`);
  return {
    tree: tree.oid,
    parents: parents.nodes.map((parent) => parent.oid),
    author: toSignature(author),
    committer: toSignature(committer),
    message,
  };
}

function toSignature(actor: ActorReply | null): Signature {
  const date = actor?.date ?? "1970-01-01T00:00:00Z";
  const offset = /([+-]\d\d):?(\d\d)$/.exec(date);
  return {
    name: actor?.name ?? "",
    email: actor?.email ?? "",
    seconds: Math.floor(Date.parse(date) / 1000),
    timezone: offset === null ? "+0000" : `${offset[1] ?? ""}${offset[2] ?? ""}`,
  };
}
