import { makeFinding } from "../../diagnostics/make-finding.ts";
import { limitsOf } from "../../manifest/limits.ts";
import type { ManifestKind, ManifestResult } from "../../manifest/parsed.ts";
import { isPlainMode } from "../../registry/layout.ts";
import type { RegistryPlace } from "../context.ts";
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
  context: RegistryPlace,
  { kind, tree, path }: ManifestPlace<K>,
): Promise<ManifestResult<K> | undefined> {
  const entry = await entryAt(context.repository, tree, path);
  if (entry === undefined) return undefined;
  if (!isPlainMode(entry.mode)) {
    const message = `${path} is no plain file, so nothing is read from it`;
    return { ok: false, findings: [makeFinding("NOT_A_PLAIN_FILE", { file: path, message })] };
  }
  const [bytes = "too-large"] = await context.repository.objects.readBlobs([entry.oid], limitsOf(kind).bytes);
  return parseManifest(kind, bytes, path);
}
