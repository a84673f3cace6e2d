import type { ManifestKind, ManifestResult } from "../../manifest/parsed.ts";
import { limitsOf } from "../../manifest/limits.ts";
import { parseCanonicalManifest } from "../../manifest/read-canonical.ts";
import { identifyPath, isPlainMode, type PathIdentity } from "../../registry/layout.ts";
import type { LoadedFile } from "../../registry/view.ts";
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

const BATCH = 512;

/** Reads and parses the manifests that are wanted, in batches; order as given. */
export async function loadFiles(
  context: Context,
  files: readonly TreeFile[],
  wanted: Wanted,
): Promise<readonly LoadedFile[]> {
  const loaded: LoadedFile[] = [];
  for (let start = 0; start < files.length; start += BATCH) {
    loaded.push(...(await loadBatch(context, files.slice(start, start + BATCH), wanted)));
  }
  return loaded;
}

async function loadBatch(
  { repository }: Context,
  files: readonly TreeFile[],
  wanted: Wanted,
): Promise<readonly LoadedFile[]> {
  const kinds = files.map((file) => {
    const identity = identifyPath(file.path);
    const kind = manifestKindOf(identity);
    return kind !== undefined && isPlainMode(file.mode) && wanted(identity, file.path) ? kind : undefined;
  });
  const needed = files.filter((_, index) => kinds[index] !== undefined);
  const blobs =
    needed.length === 0
      ? []
      : await repository.objects.readBlobs(
          needed.map((file) => file.oid),
          limitsOf("ModelVersion").bytes,
        );
  let position = 0;
  return Promise.all(
    files.map(async (file, index) => {
      const kind = kinds[index];
      const base = { path: file.path, mode: file.mode, id: file.oid };
      if (kind === undefined) return { ...base, reading: undefined };
      const bytes = blobs[position] ?? "too-large";
      position += 1;
      return { ...base, reading: await parseManifest(kind, bytes, file.path) };
    }),
  );
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
