import { type S3StoreOptions, openS3Store } from "../../src/adapters/s3/open-s3-store.ts";
import type { ArtifactStore } from "../../src/ports/artifact-store.ts";
import { type S3Server, TEST_CREDENTIALS } from "./s3.ts";

/** Small, so that a few hundred kilobytes are many parts. */
export const TEST_PART = 64 * 1024;

/** A store on our server that gives up soon. */
export function openOn(server: S3Server, options: Partial<S3StoreOptions> = {}): ArtifactStore {
  return openS3Store({
    bucket: server.bucket,
    prefix: "registry/",
    region: "us-east-1",
    endpoint: server.endpoint,
    forcePathStyle: true,
    credentials: TEST_CREDENTIALS,
    partSizeBytes: TEST_PART,
    idleTimeoutMs: 2000,
    attempts: 2,
    ...options,
  });
}
