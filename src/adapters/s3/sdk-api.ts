import type { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import type {
  CompleteOptions,
  CreatedUpload,
  GetOptions,
  ObjectBody,
  ObjectHead,
  PartOptions,
  PutOptions,
  S3Api,
  KeyRange,
  S3Connection,
  StoredPart,
} from "./api.ts";
import { clientOptions } from "./client-options.ts";
import { S3Error, answerTo, s3Error } from "./s3-error.ts";
import { provingChecksum } from "./store-context.ts";
import { withoutAgeWarning } from "./without-age-warning.ts";

const LIST_PAGES = 20;

/** The one door to the SDK. */
export function connectS3(connection: S3Connection): S3Api {
  const client = withoutAgeWarning(() => new S3Client(clientOptions(connection)));
  signWithOwnDigest(client);
  return new SdkApi(client, connection.bucket);
}

/** Gives the signer the digest that we know already; a body without one is hashed by the signer as ever. */
function signWithOwnDigest(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      const checksum = headers["x-amz-checksum-sha256"];
      const sendsBytes = ["PutObjectCommand", "UploadPartCommand"].includes(context.commandName ?? "");
      if (sendsBytes && checksum !== undefined) {
        headers["x-amz-content-sha256"] = Buffer.from(checksum, "base64").toString("hex");
      }
      return next(args);
    },
    { step: "build", priority: "low", name: "modeltrailOwnDigest" },
  );
}

class SdkApi implements S3Api {
  readonly #client: S3Client;
  readonly #bucket: string;
  #bucketSeen = false;

  constructor(client: S3Client, bucket: string) {
    this.#client = client;
    this.#bucket = bucket;
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#bucket, Key: key };
  }

  async head(key: string, signal?: AbortSignal): Promise<ObjectHead | undefined> {
    const command = new HeadObjectCommand({ ...this.#at(key), ChecksumMode: "ENABLED" });
    try {
      const output = await answerTo(this.#client.send(command, abortBy(signal)), `look at ${key}`, signal);
      this.#bucketSeen = true;
      return {
        sizeBytes: output.ContentLength ?? 0,
        checksum: provingChecksum(output.ChecksumSHA256, output.ChecksumType),
      };
    } catch (error) {
      if (!(error instanceof S3Error) || error.status === undefined || error.status >= 500) throw error;
      if (error.status === 404 && this.#bucketSeen) return undefined;
      return this.#tellAbsence(key, error, signal);
    }
  }

  /** An answer to HEAD has no body, so no reason: a GET of one byte tells a missing bucket from a missing key. */
  async #tellAbsence(key: string, refusal: S3Error, signal?: AbortSignal): Promise<undefined> {
    try {
      (await this.#get(key, { offset: 0, etag: undefined, signal }, "bytes=0-0")).body.destroy();
    } catch (error) {
      if (!(error instanceof S3Error) || error.status !== 404) throw error;
      if (error.reason === "NoSuchBucket") throw error;
      // Never "absent" where one of the two answers was a refusal.
      if (refusal.status !== 404) throw refusal;
      this.#bucketSeen = true;
      return undefined;
    }
    throw refusal;
  }

  async get(key: string, options: GetOptions): Promise<ObjectBody> {
    return this.#get(key, options, options.offset === 0 ? undefined : `bytes=${options.offset}-`);
  }

  async #get(key: string, options: GetOptions, range: string | undefined): Promise<ObjectBody> {
    const command = new GetObjectCommand({
      ...this.#at(key),
      Range: range,
      IfMatch: options.etag,
    });
    const output = await answerTo(
      this.#client.send(command, abortBy(options.signal)),
      `read ${key}`,
      options.signal,
    );
    const found = /^bytes (\d+)-\d+\/(\d+)$/.exec(output.ContentRange ?? "");
    return {
      body: output.Body as Readable,
      offset: found === null ? 0 : Number(found[1]),
      sizeBytes: found === null ? output.ContentLength : Number(found[2]),
      etag: output.ETag,
    };
  }

  async putObject(key: string, options: PutOptions): Promise<void> {
    const command = new PutObjectCommand({
      ...this.#at(key),
      Body: options.body,
      ContentLength: options.body.length,
      ChecksumSHA256: options.sha256.toString("base64"),
      IfNoneMatch: options.onlyNew ? "*" : undefined,
    });
    await answerTo(this.#client.send(command, abortBy(options.signal)), `write ${key}`, options.signal);
  }

  async createUpload(key: string, signal?: AbortSignal): Promise<CreatedUpload> {
    const command = new CreateMultipartUploadCommand({
      ...this.#at(key),
      ChecksumAlgorithm: "SHA256",
    });
    const sent = this.#client.send(command, abortBy(signal));
    const output = await answerTo(sent, `begin the upload of ${key}`, signal);
    if (!output.UploadId) throw s3Error(new Error("no upload id"), `begin the upload of ${key}`);
    return { uploadId: output.UploadId, attempts: output.$metadata.attempts ?? 1 };
  }

  async uploadPart(key: string, options: PartOptions): Promise<string> {
    const command = new UploadPartCommand({
      ...this.#at(key),
      UploadId: options.uploadId,
      PartNumber: options.partNumber,
      Body: options.body,
      ContentLength: options.body.length,
      ChecksumSHA256: options.sha256.toString("base64"),
    });
    const sent = this.#client.send(command, abortBy(options.signal));
    return (await answerTo(sent, `write part ${options.partNumber} of ${key}`, options.signal)).ETag ?? "";
  }

  async completeUpload(key: string, options: CompleteOptions): Promise<void> {
    const Parts = options.parts.map((part) => ({
      PartNumber: part.partNumber,
      ETag: part.etag,
      ChecksumSHA256: part.checksum,
    }));
    const command = new CompleteMultipartUploadCommand({
      ...this.#at(key),
      UploadId: options.uploadId,
      MultipartUpload: { Parts },
      IfNoneMatch: options.onlyNew ? "*" : undefined,
    });
    const sent = this.#client.send(command, abortBy(options.signal));
    await answerTo(sent, `complete the upload of ${key}`, options.signal);
  }

  async abortUpload(key: string, uploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#at(key), UploadId: uploadId });
    await answerTo(this.#client.send(command), `drop the upload of ${key}`);
  }

  async listUploads(key: string, signal?: AbortSignal): Promise<readonly string[]> {
    const found: { readonly id: string; readonly since: number }[] = [];
    let KeyMarker: string | undefined;
    let UploadIdMarker: string | undefined;
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const input = { Bucket: this.#bucket, Prefix: key, KeyMarker, UploadIdMarker };
      const sent = this.#client.send(new ListMultipartUploadsCommand(input), abortBy(signal));
      const output = await answerTo(sent, `list the uploads of ${key}`, signal);
      for (const upload of output.Uploads ?? []) {
        const { Key, UploadId, Initiated } = upload;
        if (Key === key && UploadId !== undefined)
          found.push({ id: UploadId, since: Initiated?.getTime() ?? 0 });
      }
      if (output.IsTruncated !== true) break;
      KeyMarker = output.NextKeyMarker;
      UploadIdMarker = output.NextUploadIdMarker;
    }
    return found.sort((a, b) => b.since - a.since).map((upload) => upload.id);
  }

  async listParts(key: string, uploadId: string, signal?: AbortSignal): Promise<readonly StoredPart[]> {
    const parts: StoredPart[] = [];
    let PartNumberMarker: string | undefined;
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const input = { ...this.#at(key), UploadId: uploadId, PartNumberMarker };
      const sent = this.#client.send(new ListPartsCommand(input), abortBy(signal));
      const output = await answerTo(sent, `list the parts of ${key}`, signal);
      for (const { PartNumber = 0, ETag = "", Size = -1, ChecksumSHA256 } of output.Parts ?? []) {
        parts.push({ partNumber: PartNumber, etag: ETag, sizeBytes: Size, checksum: ChecksumSHA256 });
      }
      if (output.IsTruncated !== true) break;
      PartNumberMarker = output.NextPartNumberMarker;
    }
    return parts;
  }

  async listKeys(prefix: string, { limit, after }: KeyRange): Promise<readonly string[]> {
    const keys: string[] = [];
    let ContinuationToken: string | undefined;
    // However small a store makes its pages, and however empty.
    for (let page = 0; page < limit && keys.length < limit; page += 1) {
      const input = { Bucket: this.#bucket, Prefix: prefix, StartAfter: after, ContinuationToken };
      const output = await answerTo(this.#client.send(new ListObjectsV2Command(input)), `list ${prefix}`);
      for (const { Key } of output.Contents ?? []) if (Key !== undefined) keys.push(Key);
      if (output.IsTruncated !== true || output.NextContinuationToken === undefined) break;
      ContinuationToken = output.NextContinuationToken;
    }
    return keys.slice(0, limit);
  }

  close(): void {
    this.#client.destroy();
  }
}

function abortBy(signal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
