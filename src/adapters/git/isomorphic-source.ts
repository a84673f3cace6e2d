import * as files from "node:fs/promises";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { parseCommit } from "./commit-format.ts";
import { type PackPlace, readPackedObject, tameDeltaCache } from "./isomorphic-sdk.ts";
import type { Layout } from "./locate.ts";
import { looseIdsWithPrefix, packedIdsWithPrefix, readLooseObject } from "./loose-object.ts";
import { ambiguousRevision } from "./native-source.ts";
import { type ObjectType, requireOid } from "./object-format.ts";
import type { ObjectSource, StoredObject } from "./object-source.ts";
import type { RefFiles } from "./ref-files.ts";
import { resolveRevision, type RevisionGround } from "./revision.ts";

const MAX_DELTA_BASES = 4000;
const TAME_EVERY = 500;
const MAX_TAGS = 10;
const LOOSE_PATH = /[/\\]objects[/\\][0-9a-f]{2}[/\\][0-9a-f]{38}$/;

/** Objects without git: loose ones by ourselves, packed ones by isomorphic-git with one shared cache. */
export class IsomorphicSource implements ObjectSource {
  readonly #objects: string;
  readonly #place: PackPlace;
  readonly #ground: RevisionGround;
  /** What was listed once; a miss is always looked for again, so these may be out of date. */
  #packList: Promise<string[]> | undefined;
  readonly #looseNames = new Map<string, Promise<ReadonlySet<string>>>();
  #reads = 0;

  constructor(layout: Layout, refs: RefFiles) {
    this.#objects = join(layout.commonDir, "objects");
    this.#place = { fs: this.#packFileSystem(layout.commonDir), gitDir: layout.commonDir, cache: {} };
    this.#ground = {
      refs,
      idsWithPrefix: (prefix) => this.#idsWithPrefix(prefix),
      peel: async (oid) => {
        const commit = await this.#peel(oid);
        return commit === undefined ? undefined : parseCommit(commit.oid, commit.body);
      },
    };
  }

  async readMany(oids: readonly string[], maxBytes: number): Promise<readonly StoredObject[]> {
    const found: StoredObject[] = [];
    for (const oid of oids) found.push(await this.#readOne(requireOid(oid), maxBytes));
    return found;
  }

  async readRevision(revision: string): Promise<StoredObject | undefined> {
    const resolved = await resolveRevision(this.#ground, revision);
    if (resolved === "ambiguous") throw ambiguousRevision(revision);
    return resolved === undefined ? undefined : this.#readOne(resolved.oid, Number.MAX_SAFE_INTEGER);
  }

  refresh(): void {
    this.#packList = undefined;
    this.#looseNames.clear();
  }

  async close(): Promise<void> {
    this.refresh();
  }

  async #readOne(oid: string, maxBytes: number): Promise<StoredObject> {
    const loose = (await this.#isLoose(oid))
      ? await readLooseObject(this.#objects, oid, maxBytes)
      : undefined;
    const found = loose ?? (await this.#readPacked(oid, maxBytes));
    if (found !== undefined) return found;
    throw new ModeltrailError("GIT", `object ${oid} is missing from the repository`, {
      hint: "`git fsck` says what is damaged; a fresh clone mends it",
    });
  }

  async #isLoose(oid: string): Promise<boolean> {
    const folder = oid.slice(0, 2);
    const known = this.#looseNames.get(folder);
    const names =
      known ??
      files.readdir(join(this.#objects, folder)).then(
        (list) => new Set(list),
        () => new Set<string>(),
      );
    if (known === undefined) this.#looseNames.set(folder, names);
    return (await names).has(oid.slice(2));
  }

  /** A miss or a failure may mean that a gc has just replaced the packs, so it is looked for once more. */
  async #readPacked(oid: string, maxBytes: number): Promise<StoredObject | undefined> {
    const first = await readPackedObject(this.#place, oid).catch(() => undefined);
    const late = first === undefined ? await readLooseObject(this.#objects, oid, maxBytes) : undefined;
    if (late !== undefined) return late;
    const read = first ?? (await this.#retryPacked(oid));
    if (read === undefined) return undefined;
    if (this.#reads++ % TAME_EVERY === 0) await tameDeltaCache(this.#place.cache, MAX_DELTA_BASES);
    return {
      oid,
      type: read.type as ObjectType,
      body: read.body.length > maxBytes ? "too-large" : read.body,
    };
  }

  async #retryPacked(oid: string): ReturnType<typeof readPackedObject> {
    this.refresh();
    return readPackedObject(this.#place, oid).catch((cause: unknown) => {
      throw new ModeltrailError("GIT", `object ${oid} cannot be read`, {
        cause,
        hint: "`git fsck` says what is damaged",
      });
    });
  }

  async #peel(oid: string): Promise<{ readonly oid: string; readonly body: Buffer } | undefined> {
    let at = oid;
    for (let step = 0; step < MAX_TAGS; step++) {
      const object = await this.#readOne(at, Number.MAX_SAFE_INTEGER).catch(() => undefined);
      if (object === undefined || object.body === "too-large") return undefined;
      if (object.type === "commit") return { oid: at, body: object.body };
      const target =
        object.type === "tag"
          ? /^object ([0-9a-f]{40})\n/.exec(object.body.toString("latin1"))?.[1]
          : undefined;
      if (target === undefined) return undefined;
      at = target;
    }
    return undefined;
  }

  async #idsWithPrefix(prefix: string): Promise<readonly string[]> {
    const found = new Set(await looseIdsWithPrefix(this.#objects, prefix));
    for (const name of await this.#listPacks()) {
      if (!name.endsWith(".idx")) continue;
      const index = await files.readFile(join(this.#objects, "pack", name));
      for (const oid of packedIdsWithPrefix(index, prefix)) found.add(oid);
    }
    return [...found];
  }

  #listPacks(): Promise<string[]> {
    this.#packList ??= files.readdir(join(this.#objects, "pack")).catch(() => []);
    return this.#packList;
  }

  /**
   * What isomorphic-git asks again for every object is answered here without a look at the disk: loose objects
   * (read by us before), the list of packs, what kind of thing the git dir is, and whether this is a file system.
   */
  #packFileSystem(gitDir: string): PackPlace["fs"] {
    const missing = Object.assign(new Error("loose objects are read elsewhere"), { code: "ENOENT" });
    const kind = files.stat(gitDir);
    kind.catch(() => undefined);
    const readFile = (path?: string, options?: never): Promise<unknown> => {
      if (path === undefined) return Promise.resolve();
      return LOOSE_PATH.test(path) ? Promise.reject(missing) : files.readFile(path, options);
    };
    const readdir = (path: string): Promise<string[]> =>
      /[/\\]objects[/\\]pack$/.test(path) ? this.#listPacks() : files.readdir(path);
    const stat = (path: string): Promise<unknown> => (path === gitDir ? kind : files.stat(path));
    const { writeFile, mkdir, rmdir, unlink, lstat, readlink, symlink } = files;
    return {
      promises: { readFile, readdir, writeFile, mkdir, rmdir, unlink, stat, lstat, readlink, symlink },
    };
  }
}
