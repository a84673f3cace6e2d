import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { HostedObjects, RepositoryHost } from "../../ports/hosted-repository.ts";
import type { WorkTree } from "../../ports/repository.ts";
import { deferWriter, once } from "./deferred.ts";
import { Identity, type IdentitySource } from "./identity.ts";
import type { Layout } from "./locate.ts";
import type { Environment } from "./native-process.ts";
import { CachedObjects } from "./object-reader.ts";
import type { GitRepository } from "./repository.ts";
import { SuppliedSource } from "./supplied-source.ts";
import { diffTrees } from "./tree-diff.ts";

export interface HostedOptions {
  readonly host: RepositoryHost;
  readonly env: Environment;
  readonly now: () => Date;
}

/**
 * A repository that is not on this machine: its objects come from a host, its refs are the host's. What is written goes
 * into a folder that is gone with `close`, or with the process; `remote.push` is what makes it last.
 */
export function openHosted({ host, env, now }: HostedOptions): GitRepository {
  const folder = makeFolder();
  const layout: Layout = { gitDir: folder, commonDir: folder, root: undefined, config: new Map() };
  const source = new SuppliedSource(layout, host.supply);
  const objects = new CachedObjects(source);
  const { refs, history, remote } = host.connect(hostedObjects(objects, source));
  const writer = once(async () => {
    const { LooseCommitWriter } = await import("./commit-writer.ts");
    const identity = new HostIdentity({ layout, env, now, git: undefined }, host);
    return new LooseCommitWriter({
      layout,
      objects,
      identity,
      git: undefined,
      packs: false,
      written: () => source.refresh(),
    });
  });
  return {
    engine: "isomorphic",
    gitDir: folder,
    commonDir: folder,
    root: undefined,
    objects,
    counters: objects.counters,
    refs,
    history,
    remote,
    writer: deferWriter(writer),
    worktree: NO_WORK_TREE,
    close: () => {
      removeFolder(folder);
      return source.close();
    },
  };
}

const folders = new Set<string>();

/** Who forgets to close leaves nothing behind either, when the process ends of itself. */
function makeFolder(): string {
  if (folders.size === 0) process.once("exit", removeFolders);
  const folder = mkdtempSync(join(tmpdir(), "modeltrail-"));
  folders.add(folder);
  return folder;
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.delete(folder);
  if (folders.size === 0) process.off("exit", removeFolders);
}

function removeFolders(): void {
  for (const folder of folders) removeFolder(folder);
}

function hostedObjects(objects: CachedObjects, source: SuppliedSource): HostedObjects {
  return {
    readCommit: (oid) => objects.readCommit(oid),
    readCommits: (oids) => objects.readCommits(oids),
    readTrees: (oids) => objects.readTrees(oids),
    readBlobs: (oids, maxBytes) => objects.readBlobs(oids, maxBytes),
    isOwn: async (oid) => (await source.readOwn(oid, 0)) !== undefined,
    compareTrees: (before, after) => diffTrees(objects, { before, after }),
  };
}

/** The host's user, unless the environment says otherwise. Git's configuration here is about other repositories. */
class HostIdentity extends Identity {
  readonly #source: IdentitySource;
  readonly #host: RepositoryHost;

  constructor(source: IdentitySource, host: RepositoryHost) {
    super(source);
    this.#source = source;
    this.#host = host;
  }

  override async read(): ReturnType<Identity["read"]> {
    const { name, email } = await this.#host.whoAmI();
    const said = Object.entries(this.#source.env).filter(
      ([key, value]) => /^GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)$/.test(key) && (value ?? "").trim() !== "",
    );
    const env = {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      ...Object.fromEntries(said),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: join(this.#source.layout.gitDir, "config"),
    };
    const { author, committer } = await new Identity({ ...this.#source, env }).read();
    // Hosts write the time in UTC, and a commit keeps its id only when they write it as it is here.
    return { author: { ...author, timezone: "+0000" }, committer: { ...committer, timezone: "+0000" } };
  }

  /** What is written here is not what lasts: the host makes its own commit of it, or takes it as it is. */
  override signsCommits(): Promise<boolean> {
    return Promise.resolve(false);
  }
}

function wantsClone(what: string): () => Promise<never> {
  return () =>
    Promise.reject(
      new ModeltrailError("USAGE", `${what} takes a clone, and this works without one`, {
        hint: "Clone the repository, and run the command in it.",
      }),
    );
}

const NO_WORK_TREE: WorkTree = {
  root: undefined,
  list: wantsClone("listing the files of a work tree"),
  read: wantsClone("reading files of a work tree"),
  isDirty: () => Promise.resolve(false),
  blockers: () => Promise.resolve([]),
  advance: wantsClone("moving a branch of your own"),
  requireNotElsewhere: () => Promise.resolve(),
  recover: () => Promise.resolve(),
};
