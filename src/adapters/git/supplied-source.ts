import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ObjectSupply, SuppliedObject } from "../../ports/hosted-repository.ts";
import type { Commit } from "../../ports/repository.ts";
import type { Layout } from "./locate.ts";
import { readLooseObject } from "./loose-object.ts";
import { encodeTree, hashObject, type ObjectType, requireOid } from "./object-format.ts";
import type { ObjectSource, StoredObject } from "./object-source.ts";

/** Objects that were written here, and all others from a supply. */
export class SuppliedSource implements ObjectSource {
  readonly #folder: string;
  readonly #supply: ObjectSupply;
  #hasWritten = false;

  constructor(layout: Layout, supply: ObjectSupply) {
    this.#folder = join(layout.commonDir, "objects");
    this.#supply = supply;
  }

  async readMany(oids: readonly string[], maxBytes: number): Promise<readonly StoredObject[]> {
    const found = new Map<string, StoredObject>();
    for (const oid of oids) {
      const own = await this.readOwn(requireOid(oid), maxBytes);
      if (own !== undefined) found.set(oid, own);
    }
    const others = oids.filter((oid) => !found.has(oid));
    const supplied = others.length === 0 ? [] : await this.#supply.readMany(others);
    for (const [at, oid] of others.entries()) found.set(oid, await this.#check(oid, supplied[at], maxBytes));
    return oids.map((oid) => found.get(oid) ?? missing(oid));
  }

  /** An object that was written here; undefined for any other. */
  async readOwn(oid: string, maxBytes: number): Promise<StoredObject | undefined> {
    return this.#hasWritten ? readLooseObject(this.#folder, oid, maxBytes) : undefined;
  }

  async readRevision(revision: string): Promise<StoredObject | undefined> {
    const own = /^[0-9a-f]{40}$/.test(revision) ? await this.readOwn(revision, Infinity) : undefined;
    const oid = own?.oid ?? (await this.#supply.resolve(revision));
    return oid === undefined ? undefined : (await this.readMany([oid], Number.MAX_SAFE_INTEGER))[0];
  }

  refresh(): void {
    this.#hasWritten = true;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #check(oid: string, object: SuppliedObject | undefined, maxBytes: number): Promise<StoredObject> {
    if (object?.oid !== oid) return missing(oid);
    // An API tells neither signatures nor unusual headers, so a commit cannot be hashed again.
    if (object.type === "commit") return { oid, type: "commit", body: plainCommit(object.commit) };
    if (object.type === "tree") return verified(oid, "tree", encodeTree(object.entries));
    if (object.sizeBytes > maxBytes) return { oid, type: "blob", body: "too-large" };
    const text = object.text === undefined ? undefined : Buffer.from(object.text, "utf8");
    // A text that is not UTF-8 comes changed.
    if (text !== undefined && hashObject("blob", text) === oid) return { oid, type: "blob", body: text };
    return verified(oid, "blob", Buffer.from(await this.#supply.readBlob(oid)));
  }
}

function verified(oid: string, type: ObjectType, body: Buffer): StoredObject {
  if (hashObject(type, body) === oid) return { oid, type, body };
  throw new ModeltrailError("GIT", `what the API says of the ${type} ${oid} does not match its id`, {
    hint: "Names of files that are not UTF-8 cannot be read this way: work in a clone.",
  });
}

function missing(oid: string): never {
  throw new ModeltrailError("GIT", `object ${oid} is not in the repository`, {
    hint: "It was removed just now, or the token may not see it: run the command again.",
  });
}

/** As Git writes one, and as it came: nothing is cleaned, since nothing is stored. */
function plainCommit({ tree, parents, author, committer, message }: Omit<Commit, "oid">): Buffer {
  const who = ({ name, email, seconds, timezone }: Commit["author"]): string =>
    `${name.replace(/[<>\n]/g, "")} <${email.replace(/[<>\n]/g, "")}> ${seconds} ${timezone}`;
  const lines = [
    `tree ${requireOid(tree)}`,
    ...parents.map((parent) => `parent ${requireOid(parent)}`),
    `author ${who(author)}`,
    `committer ${who(committer)}`,
  ];
  return Buffer.from(`${lines.join("\n")}\n\n${message}`, "utf8");
}
