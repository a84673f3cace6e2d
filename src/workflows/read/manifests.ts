import type { ManifestKind, ManifestResult } from "../../manifest/parsed.ts";
import { limitsOf } from "../../manifest/limits.ts";
import { parseCanonicalManifest } from "../../manifest/read-canonical.ts";
import { identifyPath, isPlainMode, type PathIdentity } from "../../registry/layout.ts";
import type { LoadedFile } from "../../registry/view.ts";
import type { ObjectReader } from "../../ports/repository.ts";
import type { Context } from "../context.ts";
import type { TreeFile } from "./trees.ts";

const KINDS = {
  registry: "Registry",
  model: "Model",
  version: "ModelVersion",
  stage: "ModelStage",
  yank: "ModelYank",
} as const;

/** The kind of manifest that a path has to hold; undefined when it holds none. */
export function manifestKindOf(identity: PathIdentity): ManifestKind | undefined {
  return identity.kind in KINDS ? KINDS[identity.kind as keyof typeof KINDS] : undefined;
}

const MOST_BYTES = limitsOf("ModelVersion").bytes;

/** Which files' contents are wanted; the others are known by name and id alone. */
export type Wanted = (identity: PathIdentity, path: string) => boolean;

/** Blobs of one batch are in memory together, and the next batch is on its way meanwhile. */
const BATCH = 128;

/** Reads and parses the manifests that are wanted, in batches; order as given. */
export async function loadFiles(
  context: Context,
  files: readonly TreeFile[],
  wanted: Wanted,
): Promise<readonly LoadedFile[]> {
  const needed: { readonly index: number; readonly kind: ManifestKind; readonly file: TreeFile }[] = [];
  const loaded: LoadedFile[] = files.map((file, index) => {
    const identity = identifyPath(file.path);
    const kind = manifestKindOf(identity);
    if (kind !== undefined && isPlainMode(file.mode) && wanted(identity, file.path))
      needed.push({ index, kind, file });
    return { path: file.path, identity, mode: file.mode, id: file.oid, reading: undefined };
  });
  const readFrom = (start: number): ReturnType<ObjectReader["readBlobs"]> => {
    const oids = needed.slice(start, start + BATCH).map(({ file }) => file.oid);
    return oids.length === 0 ? Promise.resolve([]) : context.repository.objects.readBlobs(oids, MOST_BYTES);
  };
  let coming = readFrom(0);
  for (let start = 0; start < needed.length; start += BATCH) {
    const blobs = await coming;
    coming = readFrom(start + BATCH);
    // It is awaited in the next round; a failure before that must not count as unhandled.
    coming.catch(() => undefined);
    for (const [offset, { index, kind, file }] of needed.slice(start, start + BATCH).entries()) {
      const reading = await parseManifest(kind, blobs[offset] ?? "too-large", file.path);
      const unread = loaded[index];
      if (unread !== undefined) loaded[index] = { ...unread, reading };
    }
  }
  return loaded;
}

/** Reads one manifest. The YAML library is loaded only for files that are not written as we write them. */
export async function parseManifest<K extends ManifestKind>(
  kind: K,
  bytes: Uint8Array | "too-large",
  path: string,
): Promise<ManifestResult<K>> {
  const quick = bytes === "too-large" ? undefined : parseCanonicalManifest(kind, bytes);
  if (quick !== undefined) return quick;
  const { parseStrictManifest } = await import("../../manifest/read-strict.ts");
  return parseStrictManifest(kind, bytes, path);
}
