import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Repository } from "../../ports/repository.ts";
import { deferHistory, deferRemote, deferWorkTree, deferWriter, once } from "./deferred.ts";
import type { Engine } from "./engine.ts";
import type { Identity } from "./identity.ts";
import { type Layout, locateRepository } from "./locate.ts";
import { type Environment, findGit, NativeGit } from "./native-process.ts";
import { CachedObjects } from "./object-reader.ts";
import type { AskCredentials, RemoteAccess } from "./remote-credentials.ts";
import { RefFiles } from "./ref-files.ts";
import { FileRefStore } from "./ref-store.ts";
import { requireIsomorphicFormat, requireKnownFormat, requireTrustedOwner } from "./supported.ts";

/** A repository of this machine, with where it lies. */
export interface GitRepository extends Repository {
  /** Which of the two implementations answers. */
  readonly engine: "native" | "isomorphic";
  /** The folder that holds HEAD and the index of this work tree. */
  readonly gitDir: string;
  /** The folder that holds objects and refs: `gitDir`, but for linked work trees. */
  readonly commonDir: string;
  /** The folder of the checked-out files, with symbolic links resolved; undefined when bare. */
  readonly root: string | undefined;
}

export interface OpenOptions {
  /** "auto" (the default) takes native git when it is on the PATH. */
  readonly engine?: "auto" | "native" | "isomorphic";
  /** Where identity, dates, tokens and PATH come from; `process.env` when left out. */
  readonly env?: Environment;
  /** Who to be for a remote; what Git is configured with when left out. */
  readonly credentials?: AskCredentials;
  /** The clock for commits without a date in the environment. */
  readonly now?: () => Date;
}

/** Opens the repository that `folder` lies in. Rejects with NOT_A_REPOSITORY or UNSUPPORTED_REPOSITORY. */
export async function openRepository(folder: string, options: OpenOptions = {}): Promise<GitRepository> {
  const env = options.env ?? process.env;
  const layout = await locateRepository(folder);
  requireKnownFormat(layout);
  const executable = await chooseGit(env, options.engine ?? "auto");
  if (executable !== undefined) await requireTrustedOwner(layout, new NativeGit(executable, env), env);
  else await requireIsomorphicFormat(layout);
  const git = executable === undefined ? undefined : new NativeGit(executable, env, layout);
  const files = new RefFiles(layout);
  const engine = await loadEngine(layout, { git, files, access: { env, ask: options.credentials } });
  const identity = once(async () => {
    const { Identity } = await import("./identity.ts");
    return new Identity({ layout, env, now: options.now ?? ((): Date => new Date()), git });
  });
  return assemble(layout, { engine, files, identity, git });
}

/** Only the modules of the engine that is used are read from disk. */
async function loadEngine(
  layout: Layout,
  parts: { readonly git: NativeGit | undefined; readonly files: RefFiles; readonly access: RemoteAccess },
): Promise<Engine> {
  if (parts.git !== undefined) {
    const { createNativeEngine } = await import("./native-engine.ts");
    return createNativeEngine(layout, parts.git, parts.access);
  }
  const { createIsomorphicEngine } = await import("./isomorphic-engine.ts");
  return createIsomorphicEngine(layout, parts.files, parts.access);
}

/** The git to run; undefined for the engine that needs none. Rejects when "native" is asked for and there is none. */
export async function chooseGit(
  env: Environment,
  engine: "auto" | "native" | "isomorphic",
): Promise<string | undefined> {
  if (engine === "isomorphic") return undefined;
  const executable = await findGit(env);
  if (executable !== undefined || engine === "auto") return executable;
  throw new ModeltrailError("GIT", "git is not on the PATH", { hint: "install git 2.25 or later" });
}

interface Parts {
  readonly engine: Engine;
  readonly files: RefFiles;
  readonly identity: () => Promise<Identity>;
  readonly git: NativeGit | undefined;
}

function assemble(layout: Layout, { engine, files, identity, git }: Parts): GitRepository {
  const objects = new CachedObjects(engine.source);
  const mover = once(async () => {
    const { RefMover } = await import("./ref-mover.ts");
    return new RefMover(files, await identity());
  });
  const refs = new FileRefStore({ files, mover, resolve: (revision) => objects.readRevision(revision) });
  const writer = once(async () => {
    const { LooseCommitWriter } = await import("./commit-writer.ts");
    const written = (): void => engine.source.refresh();
    return new LooseCommitWriter({ layout, objects, identity: await identity(), git, written });
  });
  const worktree = once(async () => {
    const { FileWorkTree } = await import("./worktree.ts");
    const index = await engine.index();
    return new FileWorkTree({ layout, objects, refs, index, isDirty: () => engine.isDirty() });
  });
  return {
    engine: engine.name,
    gitDir: layout.gitDir,
    commonDir: layout.commonDir,
    root: layout.root,
    objects,
    counters: objects.counters,
    refs,
    history: deferHistory(once(() => engine.history(objects))),
    writer: deferWriter(writer),
    remote: deferRemote(once(() => engine.remote(refs, objects))),
    worktree: deferWorkTree(layout.root, worktree),
    close: () => engine.source.close(),
  };
}
