import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { ArtifactStore } from "../../ports/artifact-store.ts";
import type { S3Api, S3Credentials } from "./api.ts";
import { download, verify } from "./download.ts";
import { putRecord, readRecord } from "./records.ts";
import { connectS3 } from "./sdk-api.ts";
import type { StoreContext } from "./store-context.ts";
import { upload } from "./upload.ts";

/** As the port says. */
const LIST_LIMIT = 10_000;

export interface S3StoreOptions {
  readonly bucket: string;
  /** What keys begin with: empty, or ending with `/`. */
  readonly prefix: string;
  readonly region: string;
  /** Address of an S3-compatible store; left out: Amazon S3, whatever the environment says. */
  readonly endpoint?: string | undefined;
  readonly forcePathStyle?: boolean | undefined;
  /** Left out: found where the AWS tools find them. */
  readonly credentials?: S3Credentials | undefined;
  /** Bytes of a part, and of the largest file that is stored in one piece; 16 MiB, at least 5 MiB on most stores. */
  readonly partSizeBytes?: number | undefined;
  /** Parts of one file on the way at once; 4. */
  readonly concurrency?: number | undefined;
  /** Longest wait for a connection, in milliseconds; 10 s. */
  readonly connectTimeoutMs?: number | undefined;
  /** Longest silence on a connection, in milliseconds; 60 s. */
  readonly idleTimeoutMs?: number | undefined;
  /** How often a request is tried; 4. */
  readonly attempts?: number | undefined;
}

/** Models kept in a bucket of Amazon S3 or of a store that speaks its language. */
export function openS3Store(options: S3StoreOptions): ArtifactStore {
  refuseBadPlace(options);
  const api = connectS3({
    bucket: options.bucket,
    region: options.region,
    endpoint: options.endpoint,
    forcePathStyle: options.forcePathStyle ?? false,
    credentials: options.credentials,
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    idleTimeoutMs: options.idleTimeoutMs ?? 60_000,
    attempts: options.attempts ?? 4,
  });
  return storeOn(api, options);
}

function storeOn(api: S3Api, options: S3StoreOptions): ArtifactStore {
  const store: StoreContext = {
    api,
    bucket: options.bucket,
    partSizeBytes: options.partSizeBytes ?? 16 << 20,
    concurrency: options.concurrency ?? 4,
    attempts: options.attempts ?? 4,
    conditional: true,
  };
  const full = (key: string): string => fullKey(options.prefix, key);
  return {
    uriOf: (key) => `s3://${options.bucket}/${key.endsWith("/") ? `${full(key.slice(0, -1))}/` : full(key)}`,
    put: async (key, file, transfer) => upload(store, full(key), file, transfer),
    stat: async (key) => api.head(full(key)),
    isPresent: () => Promise.resolve(true),
    list: async (folder, after) => {
      const range = { limit: LIST_LIMIT, after: after === undefined ? undefined : full(after) };
      const keys = await api.listKeys(`${full(folder.replace(/\/$/, ""))}/`, range);
      // Consoles make an empty object for a folder; it is no file.
      return keys
        .filter((key) => !key.endsWith("/"))
        .map((key) => key.slice(options.prefix.length))
        .toSorted();
    },
    verify: async (key, expected, transfer = {}) => verify(store, { key: full(key), expected }, transfer),
    get: async (key, expected, destination, transfer = {}) =>
      download(store, { key: full(key), expected, destination }, transfer),
    putRecord: async (key, text) => putRecord(store, full(key), text),
    readRecord: async (key) => readRecord(store, full(key)),
    close: async () => api.close(),
  };
}

/** Proxies and clients read other keys as something else, or strip them. */
function fullKey(prefix: string, key: string): string {
  const full = prefix + key;
  if (!isPlainKey(key) || Buffer.byteLength(full) > 1024) {
    throw new ModeltrailError("INVALID_INPUT", `${JSON.stringify(full)} cannot be a key of a store.`, {
      hint: "Keys are at most 1024 bytes, without control characters and without empty, `.` or `..` segments.",
    });
  }
  return full;
}

function isPlainKey(key: string): boolean {
  const segments = key.split("/");
  return (
    !/[\p{Cc}\p{Cs}]/u.test(key) && segments.every((part) => part !== "" && part !== "." && part !== "..")
  );
}

function refuseBadPlace(options: S3StoreOptions): void {
  const bad = badPlace(options);
  if (bad === undefined) return;
  throw new ModeltrailError("INVALID_INPUT", `Storage cannot be opened: ${bad} is not valid.`, {
    hint: "Correct spec.storage in modeltrail.yaml.",
  });
}

function badPlace({ bucket, prefix, region, endpoint }: S3StoreOptions): string | undefined {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) || bucket.includes("..")) {
    return `the bucket ${JSON.stringify(bucket)}`;
  }
  // The region becomes a part of the address that requests are sent to.
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(region)) return `the region ${JSON.stringify(region)}`;
  if (prefix !== "" && !(prefix.endsWith("/") && isPlainKey(prefix.slice(0, -1)))) {
    return `the prefix ${JSON.stringify(prefix)}`;
  }
  return endpoint === undefined || isEndpoint(endpoint)
    ? undefined
    : `the endpoint ${JSON.stringify(endpoint)}`;
}

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) return false;
  return url.username === "" && url.password === "" && url.search === "" && url.hash === "";
}
