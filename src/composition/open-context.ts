import { lstatSync, readFileSync } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import type { AskCredentials } from "../adapters/git/remote-credentials.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import { REGISTRY_FILE } from "../registry/layout.ts";
import type { CodeRepository, Context, ForgeScope, RegistryPlace } from "../workflows/context.ts";
import type { OpenContextOptions, OpenedContext } from "./opened-context.ts";

/** Opens the repository around a registry. Adapters are imported when they are used, so that no command pays for others'. */
export async function openContext(options: OpenContextOptions): Promise<OpenedContext> {
  const { cwd, env, notices, now, registry } = options;
  if (registry !== undefined && /^https?:\/\//i.test(registry)) {
    const { openRemoteContext } = await import("./open-remote.ts");
    return openRemoteContext(registry, options, {
      ...sharedContext(options),
      openCode: (code, { commonDir }) => openCode(resolve(cwd, code), { commonDir, prefix: "" }, env),
    });
  }
  const start = registry === undefined ? cwd : await startOf(registry, cwd);
  const { openRepository } = await import("../adapters/git/open.ts");
  const repository: GitRepository = await openRepository(start, {
    env,
    now,
    credentials: askCredentials(env, () => ({ repository, prefix: prefixOf(repository.root, folder) })),
  });
  const folder = await registryFolder(repository.root, start, registry !== undefined);
  const prefix = prefixOf(repository.root, folder);
  return {
    ...sharedContext(options),
    repository,
    prefix,
    defaultBranch: options.defaultBranch,
    openStore: async (storage) => {
      const { openArtifactStore } = await import("./open-store.ts");
      const { root, gitDir, commonDir } = repository;
      const at = await storageFolder(repository, prefix, storage);
      return openArtifactStore(storage, at, { root, gitDir, commonDir, prefix });
    },
    openForge: async (opened, scope) => {
      const { host } = scope;
      if (host !== undefined && scope.push) {
        const { openGitHub } = await import("./github.ts");
        return openGitHub(opened, { ...scope, host }, { env, notices });
      }
      const { openLocalForge } = await import("../adapters/local-forge/open-local-forge.ts");
      return openLocalForge(opened, scope);
    },
    placeFolder: async (target, storage) => {
      const { placeFolder } = await import("./place-folder.ts");
      return placeFolder(resolve(cwd, target), storage, {
        repository,
        registry: await storageFolder(repository, prefix, storage),
      });
    },
    openCode: (code) => openCode(resolve(cwd, code), { commonDir: repository.commonDir, prefix }, env),
    readWorkFile: (path) => readWorkFile(folder, path),
  };
}

async function startOf(registry: string, cwd: string): Promise<string> {
  const { findRegistryStart } = await import("./registry-start.ts");
  return findRegistryStart(registry, cwd);
}

/** What is the same for every registry, wherever it lies. */
function sharedContext({
  env,
  now,
  notices,
}: OpenContextOptions): Pick<
  Context,
  "requireAccess" | "describeProposal" | "openModelFiles" | "now" | "notices"
> {
  return {
    requireAccess: async (host) => {
      const { requireToken } = await import("./github.ts");
      await requireToken(host, env);
    },
    describeProposal: async (story) => {
      const { describeProposal } = await import("../report/markdown/proposal.ts");
      return describeProposal(story);
    },
    openModelFiles: async () => {
      const { openModelFiles } = await import("../adapters/model-files/open-model-files.ts");
      return openModelFiles();
    },
    now,
    notices,
  };
}

/**
 * Only for a look at what is not committed; a link, a huge file, or none at all is not worth a word. In one go: for a
 * file this small, every step of an asynchronous read waits longer than the whole takes.
 */
async function readWorkFile(folder: string | undefined, path: string): Promise<Uint8Array | undefined> {
  if (folder === undefined) return undefined;
  try {
    const found = lstatSync(join(folder, path), { throwIfNoEntry: false });
    return found?.isFile() !== true || found.size > MOST_BYTES ? undefined : readFileSync(join(folder, path));
  } catch {
    return undefined;
  }
}

const MOST_BYTES = 1024 * 1024;

/**
 * Who to be for the remote: the owner of the token, where it is the place on GitHub that the registry's own policy
 * names. That is read once for a whole command, which asks at every fetch and push.
 */
function askCredentials(env: OpenContextOptions["env"], place: () => RegistryPlace): AskCredentials {
  let named: Promise<ForgeScope["host"]> | undefined;
  return async (url) => {
    const host = await (named ??= namedHost(place()));
    if (host === undefined) return undefined;
    const { gitHubCredentials } = await import("./github.ts");
    return gitHubCredentials(url, host, env);
  };
}

async function namedHost(place: RegistryPlace): Promise<ForgeScope["host"]> {
  const { tryReadPolicyAtHead } = await import("../workflows/read/policy.ts");
  return (await tryReadPolicyAtHead(place))?.spec.forge;
}

/** The folder of the registry in the work tree: the one named, else the nearest upwards, else the repository's root. */
async function registryFolder(
  root: string | undefined,
  start: string,
  explicit: boolean,
): Promise<string | undefined> {
  if (root === undefined) return undefined;
  const from = await realpath(start).catch((cause: unknown) => {
    throw new ModeltrailError("USAGE", `there is no folder ${start}`, {
      hint: "Name the registry's folder.",
      cause,
    });
  });
  if (explicit) return from;
  for (let at = from; isInside(root, at); at = dirname(at)) {
    if (await exists(join(at, REGISTRY_FILE))) return at;
    if (at === root) break;
  }
  return root;
}

function isInside(root: string, folder: string): boolean {
  const path = relative(root, folder);
  return !path.startsWith("..") && !isAbsolute(path);
}

function prefixOf(root: string | undefined, folder: string | undefined): string {
  if (root === undefined || folder === undefined) return "";
  const path = relative(root, folder).split(sep).join("/");
  return path === "" ? "" : `${path}/`;
}

/** The registry's folder from where relative storage begins; an absolute address asks for none. */
async function storageFolder(
  repository: GitRepository,
  prefix: string,
  { uri }: Registry["spec"]["storage"],
): Promise<string> {
  if (!uri.startsWith("file:") || isAbsolute(uri.slice("file:".length)))
    return resolve(repository.root ?? repository.commonDir, prefix);
  const { findMainPlace } = await import("./main-place.ts");
  return resolve(await findMainPlace(repository), prefix);
}

async function openCode(
  folder: string,
  registry: { readonly commonDir: string; readonly prefix: string },
  env: OpenContextOptions["env"],
): Promise<CodeRepository | undefined> {
  const { openRepository } = await import("../adapters/git/open.ts");
  try {
    const place = await realpath(folder).catch(() => undefined);
    if (place === undefined) return undefined;
    const repository = await openRepository(place, { env });
    const isSame = repository.commonDir === registry.commonDir;
    // By the way from the top of its own work tree: the two may be different work trees of one repository.
    const isRegistry = isSame && prefixOf(repository.root, place).startsWith(registry.prefix);
    return { repository, isRegistry };
  } catch (error) {
    if (error instanceof ModeltrailError) return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
