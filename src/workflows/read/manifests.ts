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

/** Which files' contents are wanted; the others are known by name and id alone. */
export type Wanted = (identity: PathIdentity, path: string) => boolean;

/** Blobs of one batch are in memory together, and the next batch is on its way meanwhile. */
const BATCH = 512;
const BATCH_BYTES = 128 * 1024 * 1024;

/** A file, with what its path says that it holds where that is known already. */
interface FileToLoad extends TreeFile {
  readonly identity?: PathIdentity;
}

/** Reads and parses the manifests that are wanted, in batches; order as given. */
export async function loadFiles(
  context: Context,
  files: readonly FileToLoad[],
  wanted: Wanted,
): Promise<readonly LoadedFile[]> {
  const needed: { readonly index: number; readonly kind: ManifestKind; readonly file: TreeFile }[] = [];
  const loaded: LoadedFile[] = files.map((file, index) => {
    const identity = file.identity ?? identifyPath(file.path);
    const kind = manifestKindOf(identity);
    if (kind !== undefined && isPlainMode(file.mode) && wanted(identity, file.path))
      needed.push({ index, kind, file });
    return { path: file.path, identity, mode: file.mode, id: file.oid, reading: undefined };
  });
  const mostBytes = Math.max(0, ...new Set(needed.map(({ kind }) => limitsOf(kind).bytes)));
  const batch = Math.min(BATCH, Math.floor(BATCH_BYTES / mostBytes));
  const readFrom = (start: number): ReturnType<ObjectReader["readBlobs"]> => {
    const oids = needed.slice(start, start + batch).map(({ file }) => file.oid);
    return oids.length === 0 ? Promise.resolve([]) : context.repository.objects.readBlobs(oids, mostBytes);
  };
  let coming = readFrom(0);
  for (let start = 0; start < needed.length; start += batch) {
    const blobs = await coming;
    coming = readFrom(start + batch);
    // It is awaited in the next round; a failure before that must not count as unhandled.
    coming.catch(() => undefined);
    for (const [offset, { index, kind, file }] of needed.slice(start, start + batch).entries()) {
      const bytes = blobs[offset] ?? "too-large";
      // Nearly every file is read at once, and a thousand waits for nothing take longer than the reading.
      const reading = parseQuickly(kind, bytes) ?? (await parseFully(kind, bytes, file.path));
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
  return parseQuickly(kind, bytes) ?? parseFully(kind, bytes, path);
}

function parseQuickly<K extends ManifestKind>(
  kind: K,
  bytes: Uint8Array | "too-large",
): ManifestResult<K> | undefined {
  return bytes === "too-large" ? undefined : parseCanonicalManifest(kind, bytes);
}

async function parseFully<K extends ManifestKind>(
  kind: K,
  bytes: Uint8Array | "too-large",
  path: string,
): Promise<ManifestResult<K>> {
  const { parseStrictManifest } = await import("../../manifest/read-strict.ts");
  return parseStrictManifest(kind, bytes, path);
}
