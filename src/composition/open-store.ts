import { isAbsolute, join, relative, resolve, sep } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import { MODELS_FOLDER } from "../registry/layout.ts";
import { isGitFolder, storageProblem } from "../registry/storage-address.ts";
import { isInside, realPathOf } from "./real-path.ts";
import { listWorkTrees } from "./work-trees.ts";

const DEFAULT_REGION = "us-east-1";

/** What of this machine a store must stay out of; left out where the registry itself is not on it. */
export interface OwnFolders extends Pick<GitRepository, "root" | "gitDir" | "commonDir"> {
  /** The registry's folder from the top of a work tree: empty, or ending with `/`. */
  readonly prefix: string;
}

/**
 * The store that a registry's configuration names. `folder` is the registry's, where relative `file:` addresses
 * begin. Rejects with USAGE for a place that holds Git's own files or the manifests, by whatever way it leads there.
 */
export async function openArtifactStore(
  storage: Registry["spec"]["storage"],
  folder: string,
  own?: OwnFolders,
): Promise<ArtifactStore> {
  const problem = storageProblem(storage.uri);
  if (problem !== undefined) throw invalid(problem);
  if (storage.uri.startsWith("s3://")) return openS3(storage);
  const root = localRoot(storage.uri, folder);
  if (own !== undefined) await requireApart(storage.uri, root, { folder, own });
  else if (await isInAnyGit(root)) throw inGit(storage.uri, root);
  const { openLocalStore } = await import("../adapters/local-store/open-local-store.ts");
  return openLocalStore({ root, uriBase: storage.uri });
}

/** Holds the folder in which a store really lies, links and all, against those of the registry. */
async function requireApart(
  uri: string,
  root: string,
  { folder, own }: { readonly folder: string; readonly own: OwnFolders },
): Promise<void> {
  const place = await realPathOf(root);
  for (const registry of await registryFolders(folder, own))
    if (isInside(await realPathOf(join(registry, MODELS_FOLDER)), place))
      throw invalid(`${JSON.stringify(uri)} lies in the registry's own ${MODELS_FOLDER}/ (${place})`);
  if ((await isInAnyGit(root)) || (await isGits(place, folder, own))) throw inGit(uri, place);
}

/** The registry's folder in every work tree: what is written into any of them would be committed as manifests. */
async function registryFolders(folder: string, own: OwnFolders): Promise<readonly string[]> {
  return [folder, ...(await listWorkTrees(own)).map((tree) => join(tree, own.prefix))];
}

async function isInAnyGit(root: string): Promise<boolean> {
  return (await realPathOf(root)).split(sep).some(isGitFolder);
}

/**
 * A bare repository is such a folder as a whole, and where its work trees have their storage; a hidden folder of ours in
 * it is in nobody's way, `registry` being the registry's own there.
 */
async function isGits(
  place: string,
  registry: string,
  { gitDir, commonDir, prefix }: OwnFolders,
): Promise<boolean> {
  for (const folder of [gitDir, commonDir]) {
    const real = await realPathOf(folder);
    if (!isInside(real, place)) continue;
    const isOurs =
      real === commonDir && registry === resolve(real, prefix) && !GIT_OWN.has(prefix.split("/", 1)[0] ?? "");
    if (!isOurs || !isHidden(relative(registry, place))) return true;
  }
  return false;
}

/** Folders of a Git folder that other programs look into. */
const GIT_OWN = new Set([
  "branches",
  "hooks",
  "info",
  "lfs",
  "logs",
  "modules",
  "objects",
  "refs",
  "worktrees",
]);

function isHidden(way: string): boolean {
  return way.startsWith(".") && way !== ".." && !way.startsWith(`..${sep}`);
}

async function openS3(storage: Registry["spec"]["storage"]): Promise<ArtifactStore> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(storage.uri) ?? [];
  if (bucket === undefined || prefix === undefined) throw invalid(`${storage.uri} is no place for artifacts`);
  const { openS3Store } = await import("../adapters/s3/open-s3-store.ts");
  const { endpoint, forcePathStyle, region = DEFAULT_REGION } = storage;
  return openS3Store({ bucket, prefix, region, endpoint, forcePathStyle });
}

/** The folder that a `file:` address names. `folder` is where relative addresses begin. */
export function localRoot(uri: string, folder: string): string {
  const problem = storageProblem(uri);
  if (problem !== undefined) throw invalid(problem);
  const path = uri.slice("file:".length);
  return isAbsolute(path) ? path : join(folder, path);
}

function inGit(uri: string, place: string): ModeltrailError {
  return invalid(`${JSON.stringify(uri)} lies in a Git repository's own folder (${place})`);
}

function invalid(problem: string): ModeltrailError {
  return new ModeltrailError("USAGE", problem, {
    hint: "Name a folder of its own in spec.storage.uri of modeltrail.yaml: s3://bucket/prefix/, file:folder/ or file:/folder/.",
  });
}
