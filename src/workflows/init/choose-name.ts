import { ModeltrailError } from "../../diagnostics/errors.ts";
import { isRegistryPath, REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import type { InitOptions } from "../init.ts";
import { describePlace, type Neighbour, ownersOf, readNeighbours } from "../read/registries.ts";
import { entryAt } from "../read/trees.ts";

/**
 * The name of a new registry, which none of the others in the repository may have: their branches begin with it.
 * Rejects with USAGE for a name that is taken, and for a folder in which a registry would be mixed up with another.
 */
export async function chooseName(
  context: Context,
  head: string | undefined,
  { name, otherName }: Pick<InitOptions, "name" | "otherName">,
): Promise<string> {
  if (head === undefined) return name;
  const neighbours = await readNeighbours(context, head);
  await refuseMixing(context, head, neighbours);
  const ownerOf = (wanted: string): Neighbour | undefined =>
    neighbours.find(({ registry }) => registry?.metadata.name === wanted);
  const owner = ownerOf(name);
  if (owner === undefined) return name;
  if (otherName !== undefined && ownerOf(otherName) === undefined) return otherName;
  throw new ModeltrailError(
    "USAGE",
    `the registry ${describePlace(owner.prefix)} is called ${name} already, and branches are named after it`,
    { hint: "Use --name <name> for another one." },
  );
}

/** What lies below models/ of a registry are its models, and nothing else. */
async function refuseMixing(
  { repository, prefix }: Context,
  head: string,
  neighbours: readonly Neighbour[],
): Promise<void> {
  const { tree } = await repository.objects.readCommit(head);
  for (const outer of prefix === "" ? [] : ownersOf(prefix.slice(0, -1)))
    if ((await entryAt(repository, tree, `${outer}${REGISTRY_FILE}`)) !== undefined)
      throw new ModeltrailError("USAGE", `this folder holds models of the registry ${describePlace(outer)}`, {
        hint: "Name a folder beside that registry's models/.",
      });
  const inner = neighbours.find(
    (other) => other.prefix.startsWith(prefix) && isRegistryPath(other.prefix.slice(prefix.length)),
  );
  if (inner !== undefined)
    throw new ModeltrailError(
      "USAGE",
      `the registry ${describePlace(inner.prefix)} lies where models of this one would`,
      { hint: "Name another folder, or move that registry first." },
    );
}
