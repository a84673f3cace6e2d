import type { ModelVersion } from "../../manifest/types.generated.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { ModelFiles, ScannedModel } from "../../ports/model-files.ts";
import { FORMAT_HEAD_BYTES, recogniseFormat } from "../../registry/format.ts";
import { artifactKey } from "../../registry/layout.ts";
import { renderListing } from "../../registry/listing.ts";
import { mapBounded } from "../bounded.ts";
import type { Context } from "../context.ts";
import { sha256Hex } from "../digest.ts";

type Artifact = ModelVersion["spec"]["artifact"];

/** What is to be uploaded, and under which number. */
export interface Upload {
  readonly model: string;
  readonly version: string;
  readonly scanned: ScannedModel;
  readonly format: { readonly format: string; readonly formatVersion: string };
}

const AT_ONCE = 8;

/** The format of a model, told from the beginnings of its files. */
export async function readFormat(
  disk: ModelFiles,
  scanned: ScannedModel,
): Promise<{ readonly format: string; readonly formatVersion: string }> {
  const files = await mapBounded(scanned.files, AT_ONCE, async ({ path, sizeBytes, absolutePath }) => ({
    path,
    sizeBytes,
    head: await disk.readHead(absolutePath, FORMAT_HEAD_BYTES),
  }));
  return recogniseFormat(files);
}

/** Stores every file, has each read back, and returns the artifact as the manifest holds it. */
export async function uploadArtifact(
  context: Context,
  store: ArtifactStore,
  upload: Upload,
): Promise<Artifact> {
  const { model, version, scanned, format } = upload;
  const key = artifactKey(model, version);
  const total = scanned.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let done = 0;
  const files = await mapBounded(scanned.files, AT_ONCE, async ({ path, absolutePath, sizeBytes }) => {
    let reported = 0;
    const onProgress = (bytes: number): void => {
      done += bytes - reported;
      reported = bytes;
      context.notices.progress(`Storing ${model} ${version}`, done, total);
    };
    const stored = await store.put(`${key}${path}`, { path: absolutePath, sizeBytes }, { onProgress });
    const { digest, storedChecksum } = stored;
    return {
      path,
      digest,
      sizeBytes: stored.sizeBytes,
      ...(storedChecksum === undefined ? {} : { storedChecksum }),
    };
  });
  const [only] = files;
  const name = scanned.kind === "file" && only !== undefined ? only.path : "";
  return {
    uri: store.uriOf(`${key}${name}`),
    digest: `sha256:${sha256Hex(renderListing(files))}`,
    sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
    ...format,
    files,
  };
}
