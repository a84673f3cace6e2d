import { limitsOf } from "../../manifest/limits.ts";
import type { ManifestKind, ManifestResult } from "../../manifest/parsed.ts";
import type { Context } from "../context.ts";
import { parseManifest } from "./manifests.ts";
import { entryAt } from "./trees.ts";

/** One manifest of a registry. */
export interface ManifestPlace<K extends ManifestKind> {
  readonly kind: K;
  /** The tree of the registry's folder. */
  readonly tree: string;
  /** From the registry's folder. */
  readonly path: string;
}

/** The manifest at one path below a registry's tree; undefined when nothing is there. */
export async function readManifestAt<K extends ManifestKind>(
  context: Context,
  { kind, tree, path }: ManifestPlace<K>,
): Promise<ManifestResult<K> | undefined> {
  const entry = await entryAt(context.repository, tree, path);
  if (entry === undefined) return undefined;
  const [bytes = "too-large"] = await context.repository.objects.readBlobs([entry.oid], limitsOf(kind).bytes);
  return parseManifest(kind, bytes, path);
}
