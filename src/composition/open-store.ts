import { isAbsolute, join, normalize } from "node:path";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";

const DEFAULT_REGION = "us-east-1";

/** The store that a registry's configuration names. `folder` is where relative `file:` addresses begin. */
export async function openArtifactStore(
  storage: Registry["spec"]["storage"],
  folder: string,
): Promise<ArtifactStore> {
  return storage.uri.startsWith("s3://") ? openS3(storage) : openLocal(storage.uri, folder);
}

async function openS3(storage: Registry["spec"]["storage"]): Promise<ArtifactStore> {
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(storage.uri) ?? [];
  if (bucket === undefined || prefix === undefined) throw invalid(storage.uri);
  const { openS3Store } = await import("../adapters/s3/open-s3-store.ts");
  const { endpoint, forcePathStyle, region = DEFAULT_REGION } = storage;
  return openS3Store({ bucket, prefix, region, endpoint, forcePathStyle });
}

async function openLocal(uri: string, folder: string): Promise<ArtifactStore> {
  const { openLocalStore } = await import("../adapters/local-store/open-local-store.ts");
  return openLocalStore({ root: localRoot(uri, folder), uriBase: uri });
}

/** The folder that a `file:` address names. `folder` is where relative addresses begin. */
export function localRoot(uri: string, folder: string): string {
  const path = uri.slice("file:".length);
  if (path.split("/").includes("..") || normalize(path) === "/") throw invalid(uri);
  return isAbsolute(path) ? normalize(path) : join(folder, path);
}

function invalid(uri: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${uri} is no place for artifacts`, {
    hint: "Use s3://bucket/prefix/ or file:folder/ in spec.storage of modeltrail.yaml.",
  });
}
