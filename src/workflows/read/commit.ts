import { ModeltrailError } from "../../diagnostics/errors.ts";
import { MODELS_FOLDER, REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context, RegistryPlace } from "../context.ts";
import { entryAt, isFolder } from "./trees.ts";

/** A commit of the registry, ready to be read. */
export interface RegistryCommit {
  readonly oid: string;
  /** The tree of the registry's folder. */
  readonly tree: string;
  /** True when it is what HEAD names, so that the work tree may hold edits of it. */
  readonly isHead?: boolean;
}

/** Which commit a read answers for. */
export interface ReadAt {
  /** A revision; left out: what HEAD names. */
  readonly ref?: string;
  /** Bring the remote's branches first and, unless `ref` says otherwise, answer for the remote's tip. */
  readonly fetch?: boolean;
}

/** The commit that a read answers for, with its registry. Rejects with NOT_FOUND or NOT_A_REGISTRY. */
export async function openCommit(
  context: Context,
  { ref, fetch = false }: ReadAt = {},
): Promise<RegistryCommit> {
  if (fetch) await context.repository.remote.fetch();
  const fetched = fetch && ref === undefined ? await fetchedTip(context) : undefined;
  const oid = fetched ?? (await context.repository.refs.resolve(ref ?? "HEAD"));
  if (oid === undefined) {
    if (ref === undefined)
      throw new ModeltrailError("NOT_A_REGISTRY", "the repository has no commit yet", {
        hint: "Run modeltrail init.",
      });
    throw new ModeltrailError("NOT_FOUND", `there is no revision ${JSON.stringify(ref)}`, {
      hint: "Name a branch, tag or commit; --fetch refreshes the remote's.",
    });
  }
  const commit = await readRegistryCommit(context, oid);
  if (commit === undefined) throw await noRegistryHere(context, oid);
  return { ...commit, isHead: ref === undefined && fetched === undefined };
}

/** After a fetch the answer is the remote's: its branch of the name that is checked out, else its default branch. */
async function fetchedTip({ repository }: Context): Promise<string | undefined> {
  const { refs, remote } = repository;
  const origin = await remote.describe();
  if (origin === undefined) return undefined;
  const { branch } = await refs.head();
  const name = branch?.slice("refs/heads/".length);
  const same = name === undefined ? undefined : await refs.read(`refs/remotes/${origin.name}/${name}`);
  const target = await refs.symbolic(`refs/remotes/${origin.name}/HEAD`);
  return same ?? (target === undefined ? undefined : refs.read(target));
}

export function notARegistry(context: Context, oid: string): ModeltrailError {
  return new ModeltrailError(
    "NOT_A_REGISTRY",
    `there is no ${context.prefix}${REGISTRY_FILE} in commit ${oid.slice(0, 12)}`,
    {
      hint: "Run modeltrail init, or commit the file that is there.",
    },
  );
}

/** NOT_A_REGISTRY; where a folder of the repository, or one in such a folder, is a registry, it names that. */
export async function noRegistryHere(context: Context, oid: string): Promise<ModeltrailError> {
  const error = notARegistry(context, oid);
  const { tree } = await context.repository.objects.readCommit(oid);
  const { findRegistries } = await import("./registries.ts");
  const registries = (await findRegistries(context, tree)).filter((prefix) => prefix !== "");
  if (registries.length === 0) return error;
  const names = registries.map((prefix) => JSON.stringify(prefix.slice(0, -1))).join(", ");
  return new ModeltrailError(error.code, error.message, {
    hint: `There is one in ${names}: work in that folder, or name it with --registry.`,
  });
}

/** The registry in a commit; undefined when the commit has none. */
export async function readRegistryCommit(
  context: RegistryPlace,
  oid: string,
): Promise<RegistryCommit | undefined> {
  const tree = await registryTree(context, oid);
  if (tree === undefined) return undefined;
  return (await entryAt(context.repository, tree, REGISTRY_FILE)) === undefined ? undefined : { oid, tree };
}

/** The tree of the registry's folder in a commit, whether or not it holds a registry. */
export async function registryTree(context: RegistryPlace, oid: string): Promise<string | undefined> {
  const { tree } = await context.repository.objects.readCommit(oid);
  if (context.prefix === "") return tree;
  const entry = await entryAt(context.repository, tree, context.prefix);
  return entry !== undefined && isFolder(entry) ? entry.oid : undefined;
}

/** The tree below models/; undefined when there is none. */
export async function modelsTree(context: Context, tree: string): Promise<string | undefined> {
  const entry = await entryAt(context.repository, tree, MODELS_FOLDER);
  return entry !== undefined && isFolder(entry) ? entry.oid : undefined;
}
