import { createHash, randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** What a small S3 holds and how it answers, without HTTP. */

export interface Call {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
}

export interface StoredObject {
  readonly body: Buffer;
  /** Base64, with `-<parts>` for a composite. */
  readonly checksum: string;
}

export interface UploadedPart {
  readonly body: Buffer;
  readonly checksum: string;
  readonly etag: string;
}

export interface OpenUpload {
  readonly key: string;
  readonly since: Date;
  readonly parts: Map<number, UploadedPart>;
}

export interface S3Behaviour {
  /** Names checksums in its answers; true. */
  checksums: boolean;
  /** Knows `If-None-Match`; answers 501 otherwise; true. */
  conditional: boolean;
  /** Knows ranges; true. */
  ranges: boolean;
}

export interface S3State {
  readonly bucket: string;
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, OpenUpload>;
  readonly behaviour: S3Behaviour;
}

class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export function answerCall(state: S3State, call: Call): Answer {
  try {
    checkSigned(call);
    if (call.bucket !== state.bucket) throw new Refusal(404, "NoSuchBucket");
    const handler = HANDLERS[call.operation];
    if (handler === undefined) throw new Refusal(501, "NotImplemented");
    return handler(state, call);
  } catch (error) {
    if (error instanceof Refusal) return failure(error.status, error.code);
    throw error;
  }
}

export function failure(status: number, code: string): Answer {
  return { status, headers: { "content-type": "application/xml" }, body: errorXml(code) };
}

/** The message repeats what a careless store might: a secret. */
export function errorXml(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>test-secret-key-of-nobody</Message><RequestId>r1</RequestId></Error>`;
}

/** Signed by somebody, the digest among what is signed, and the digest that of the body. */
function checkSigned({ headers, body }: Call): void {
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/.*SignedHeaders=([^,]+), ?Signature=[0-9a-f]{64}$/.exec(
      headers.authorization ?? "",
    );
  if (match === null) throw new Refusal(403, "AccessDenied");
  if (match[1] === "unknown-access") throw new Refusal(403, "InvalidAccessKeyId");
  if (match[1] === "expired-access") throw new Refusal(400, "ExpiredToken");
  const signed = (match[2] as string).split(";");
  const digest = headers["x-amz-content-sha256"];
  const needed = ["host", "x-amz-content-sha256", "x-amz-date"];
  if (headers["x-amz-checksum-sha256"] !== undefined) needed.push("x-amz-checksum-sha256");
  if (!needed.every((name) => signed.includes(name))) throw new Refusal(403, "SignatureDoesNotMatch");
  if (digest === "UNSIGNED-PAYLOAD" && headers["x-amz-checksum-sha256"] === undefined) {
    throw new Refusal(400, "InvalidRequest");
  }
  const wrong = digest !== "UNSIGNED-PAYLOAD" && digest !== createHash("sha256").update(body).digest("hex");
  if (wrong) throw new Refusal(400, "XAmzContentSHA256Mismatch");
}

const HANDLERS: Readonly<Record<string, (state: S3State, call: Call) => Answer>> = {
  PutObject: putObject,
  HeadObject: getObject,
  GetObject: getObject,
  CreateMultipartUpload: createUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeUpload,
  AbortMultipartUpload(state, call) {
    openUpload(state, call);
    state.uploads.delete(call.query.get("uploadId") ?? "");
    return { status: 204 };
  },
  ListMultipartUploads: listUploads,
  ListObjectsV2: listObjects,
  ListParts: listParts,
};

function checkedBody({ headers, body }: Call): string {
  const checksum = createHash("sha256").update(body).digest("base64");
  if (headers["x-amz-checksum-sha256"] !== checksum) throw new Refusal(400, "BadDigest");
  return checksum;
}

function checkNew(state: S3State, { headers, key }: Call): void {
  if (headers["if-none-match"] === undefined) return;
  if (!state.behaviour.conditional) throw new Refusal(501, "NotImplemented");
  if (state.objects.has(key)) throw new Refusal(412, "PreconditionFailed");
}

function putObject(state: S3State, call: Call): Answer {
  checkNew(state, call);
  const checksum = checkedBody(call);
  state.objects.set(call.key, { body: call.body, checksum });
  return { status: 200, headers: { etag: etagOf(call.body) } };
}

function getObject(state: S3State, { key, headers, operation }: Call): Answer {
  const object = state.objects.get(key);
  if (object === undefined) throw new Refusal(404, "NoSuchKey");
  const etag = etagOf(object.body);
  if (headers["if-match"] !== undefined && headers["if-match"] !== etag)
    throw new Refusal(412, "PreconditionFailed");
  const base: Record<string, string> = { etag, "content-type": "application/octet-stream" };
  if (state.behaviour.checksums && headers["x-amz-checksum-mode"] === "ENABLED") {
    base["x-amz-checksum-sha256"] = object.checksum;
    base["x-amz-checksum-type"] = object.checksum.includes("-") ? "COMPOSITE" : "FULL_OBJECT";
  }
  const range = /^bytes=(\d+)-(\d*)$/.exec(state.behaviour.ranges ? (headers.range ?? "") : "");
  if (range === null || operation === "HeadObject") return { status: 200, headers: base, body: object.body };
  const size = object.body.length;
  const [from, to] = [Number(range[1]), Math.min(range[2] === "" ? size : Number(range[2]) + 1, size)];
  if (from >= size) throw new Refusal(416, "InvalidRange");
  const headersOfRange = { ...base, "content-range": `bytes ${from}-${to - 1}/${size}` };
  return { status: 206, headers: headersOfRange, body: object.body.subarray(from, to) };
}

function createUpload(state: S3State, { key }: Call): Answer {
  const id = randomUUID();
  state.uploads.set(id, { key, since: new Date(), parts: new Map() });
  return xml("InitiateMultipartUploadResult", `<Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId>`);
}

function openUpload(state: S3State, { key, query }: Call): OpenUpload {
  const upload = state.uploads.get(query.get("uploadId") ?? "");
  if (upload === undefined || upload.key !== key) throw new Refusal(404, "NoSuchUpload");
  return upload;
}

function uploadPart(state: S3State, call: Call): Answer {
  const upload = openUpload(state, call);
  const part = { body: call.body, checksum: checkedBody(call), etag: etagOf(call.body) };
  upload.parts.set(Number(call.query.get("partNumber")), part);
  return { status: 200, headers: { etag: part.etag } };
}

function completeUpload(state: S3State, call: Call): Answer {
  const upload = openUpload(state, call);
  checkNew(state, call);
  const wanted = [...call.body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) =>
    readPart(part ?? ""),
  );
  const parts = wanted.map(({ number, etag, checksum }) => {
    const part = upload.parts.get(number);
    if (part === undefined || part.etag !== etag || part.checksum !== checksum)
      throw new Refusal(400, "InvalidPart");
    return part;
  });
  const digests = Buffer.concat(parts.map((part) => Buffer.from(part.checksum, "base64")));
  const checksum = `${createHash("sha256").update(digests).digest("base64")}-${parts.length}`;
  state.objects.set(call.key, { body: Buffer.concat(parts.map((part) => part.body)), checksum });
  state.uploads.delete(call.query.get("uploadId") ?? "");
  return xml(
    "CompleteMultipartUploadResult",
    `<Key>${escapeXml(call.key)}</Key><ETag>"m-${parts.length}"</ETag>`,
  );
}

function readPart(part: string): { number: number; etag: string; checksum: string } {
  const field = (name: string): string => new RegExp(`<${name}>(.*?)</${name}>`, "s").exec(part)?.[1] ?? "";
  const etag = field("ETag").replaceAll("&quot;", '"');
  return { number: Number(field("PartNumber")), etag, checksum: field("ChecksumSHA256") };
}

function listUploads(state: S3State, { query }: Call): Answer {
  const prefix = query.get("prefix") ?? "";
  const found = [...state.uploads].filter(([, upload]) => upload.key.startsWith(prefix));
  const list = found.map(
    ([id, { key, since }]) =>
      `<Upload><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId><Initiated>${since.toISOString()}</Initiated></Upload>`,
  );
  return xml("ListMultipartUploadsResult", `<IsTruncated>false</IsTruncated>${list.join("")}`);
}

/** Pages of a few keys, so that every listing of more has to ask again. */
const KEYS_A_PAGE = 5;

function listObjects(state: S3State, { query }: Call): Answer {
  const prefix = query.get("prefix") ?? "";
  const after = query.get("continuation-token") ?? query.get("start-after") ?? "";
  const keys = [...state.objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const page = keys.slice(0, KEYS_A_PAGE);
  const truncated = page.length < keys.length;
  const next = truncated
    ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? "")}</NextContinuationToken>`
    : "";
  const list = page.map((key) => `<Contents><Key>${escapeXml(key)}</Key></Contents>`).join("");
  return xml("ListBucketResult", `<IsTruncated>${truncated}</IsTruncated>${next}${list}`);
}

function listParts(state: S3State, call: Call): Answer {
  const parts = [...openUpload(state, call).parts].sort(([a], [b]) => a - b);
  const list = parts.map(([number, { body, checksum, etag }]) => {
    const sum = state.behaviour.checksums ? `<ChecksumSHA256>${checksum}</ChecksumSHA256>` : "";
    return `<Part><PartNumber>${number}</PartNumber><ETag>${escapeXml(etag)}</ETag><Size>${body.length}</Size>${sum}</Part>`;
  });
  return xml("ListPartsResult", `<IsTruncated>false</IsTruncated>${list.join("")}`);
}

function xml(root: string, content: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
  return { status: 200, headers: { "content-type": "application/xml" }, body };
}

function etagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
