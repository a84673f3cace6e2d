import type { Registry } from "../../manifest/types.generated.ts";
import { isRegistryPath, MODELS_FOLDER, REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import { readManifestAt } from "./manifest-at.ts";
import { entryAt, isFolder } from "./trees.ts";

/** A registry beside the one at hand. */
export interface Neighbour {
  /** Its folder: empty, or ending with `/`. */
  readonly prefix: string;
  /** Undefined while its policy cannot be read. */
  readonly registry: Registry | undefined;
}

/** The other registries of a commit, as far as `findRegistries` sees. */
export async function readNeighbours(context: Context, oid: string): Promise<readonly Neighbour[]> {
  const { tree } = await context.repository.objects.readCommit(oid);
  const neighbours: Neighbour[] = [];
  for (const prefix of await findRegistries(context, tree)) {
    if (prefix === context.prefix) continue;
    const folder = prefix === "" ? tree : (await entryAt(context.repository, tree, prefix))?.oid;
    if (folder === undefined) continue;
    const place = { kind: "Registry", tree: folder, path: REGISTRY_FILE } as const;
    const reading = await readManifestAt({ ...context, prefix }, place);
    neighbours.push({ prefix, registry: reading?.ok === true ? reading.value : undefined });
  }
  return neighbours;
}

/** How many folders of one depth are looked into. */
const MOST_FOLDERS = 200;
const MOST_DEPTH = 4;

/**
 * The folders (each empty, or ending with `/`) that hold a registry, as far as `packages/team/ml/registry/` is deep. Nothing
 * is looked for among the models of a registry.
 */
export async function findRegistries(
  { repository }: Pick<Context, "repository">,
  root: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  let level: readonly Folder[] = [{ prefix: "", oid: root }];
  for (let depth = 0; depth <= MOST_DEPTH; depth += 1) {
    const trees = await repository.objects.readTrees(level.map(({ oid }) => oid));
    const below: Folder[] = [];
    for (const [at, { prefix }] of level.entries()) {
      const entries = trees[at] ?? [];
      const isRegistry = entries.some(({ name }) => name === REGISTRY_FILE);
      if (isRegistry) found.push(prefix);
      for (const entry of entries)
        if (isFolder(entry) && !(isRegistry && entry.name === MODELS_FOLDER))
          below.push({ prefix: `${prefix}${entry.name}/`, oid: entry.oid });
    }
    level = below.slice(0, MOST_FOLDERS);
  }
  return found;
}

interface Folder {
  readonly prefix: string;
  readonly oid: string;
}

/** The folders (each empty, or ending with `/`) whose registry, if they hold one, a path belongs to. */
export function ownersOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.flatMap((_, at) =>
    isRegistryPath(parts.slice(at).join("/"))
      ? [
          parts
            .slice(0, at)
            .map((part) => `${part}/`)
            .join(""),
        ]
      : [],
  );
}

/** Where a registry lies, to be read after "the registry". */
export function describePlace(prefix: string): string {
  return prefix === "" ? "in the repository's root" : `in ${JSON.stringify(prefix.slice(0, -1))}`;
}
