import { type ErrorCode, ModeltrailError } from "../../diagnostics/errors.ts";

/** What a store answered, or that it did not. */
export class S3Error extends ModeltrailError {
  /** HTTP status; undefined when no answer came. */
  readonly status: number | undefined;
  /** The store's own code, `NoSuchUpload` say. */
  readonly reason: string;
  /** How often the request was sent. */
  readonly attempts: number;

  constructor(code: ErrorCode, message: string, facts: S3Facts) {
    super(code, message, {
      ...(facts.hint === undefined ? {} : { hint: facts.hint }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.status = facts.status;
    this.reason = facts.reason;
    this.attempts = facts.attempts;
  }
}

export interface S3Facts {
  readonly status: number | undefined;
  readonly reason: string;
  readonly attempts: number;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

const CREDENTIAL_REASONS: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidClientTokenId",
  "InvalidToken",
  "RequestExpired",
  "RequestTimeTooSkewed",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
  "UnrecognizedClientException",
]);

const REGION_REASONS: ReadonlySet<string> = new Set([
  "AuthorizationHeaderMalformed",
  "IllegalLocationConstraintException",
  "PermanentRedirect",
  "TemporaryRedirect",
]);

const HINTS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in with `aws sso login`.",
  RequestTimeTooSkewed: "The clock of this machine differs from the store's: set it right.",
  NoSuchBucket: "The bucket does not exist: correct spec.storage in modeltrail.yaml, or create it.",
};

/** Puts whatever the SDK threw into our words. The store's own words are left out: they may repeat a secret. */
export function s3Error(error: unknown, action: string): S3Error {
  const facts = readFacts(error);
  const code = codeOf(facts);
  const answer =
    facts.status === undefined
      ? `no answer (${facts.reason})`
      : `the store answered ${facts.status} ${facts.reason}`;
  return new S3Error(code, `Cannot ${action}: ${answer}${facts.requestId}.`, {
    status: facts.status,
    reason: facts.reason,
    attempts: facts.attempts,
    hint: HINTS[facts.reason] ?? hintOf(code, facts.reason),
    // An answer's error object carries the answer; what kept us from one is harmless and tells more.
    ...(facts.status === undefined ? { cause: error } : {}),
  });
}

interface RawFacts {
  readonly status: number | undefined;
  readonly reason: string;
  readonly attempts: number;
  readonly requestId: string;
}

interface SdkError {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly Code?: unknown;
  readonly $metadata?: { httpStatusCode?: number; attempts?: number; requestId?: string };
}

function readFacts(error: unknown): RawFacts {
  const raw: SdkError = typeof error === "object" && error !== null ? error : {};
  const status = raw.$metadata?.httpStatusCode;
  const requestId = raw.$metadata?.requestId;
  const name = status === undefined ? (raw.code ?? raw.name) : (raw.Code ?? raw.name);
  return {
    status,
    reason: typeof name === "string" && /^[A-Za-z0-9_.]{1,64}$/.test(name) ? name : "without a reason",
    attempts: raw.$metadata?.attempts ?? 1,
    requestId: requestId !== undefined && /^[\w+/=-]{1,80}$/.test(requestId) ? ` (request ${requestId})` : "",
  };
}

function codeOf(facts: RawFacts): ErrorCode {
  if (CREDENTIAL_REASONS.has(facts.reason) || facts.status === 401) return "CREDENTIALS";
  if (facts.status === 403) return "FORBIDDEN";
  return facts.status === undefined || facts.status < 200 ? "NETWORK" : "STORAGE";
}

function hintOf(code: ErrorCode, reason: string): string | undefined {
  if (code === "CREDENTIALS") return "The credentials are wrong or have expired: renew them.";
  if (code === "FORBIDDEN") {
    return "These credentials may not do this. Needed: s3:GetObject, s3:PutObject, s3:ListBucket (else absence cannot be told) and s3:ListBucketMultipartUploads.";
  }
  if (REGION_REASONS.has(reason))
    return "The bucket is in another region: correct spec.storage.region in modeltrail.yaml.";
  if (code === "NETWORK")
    return "Check the network and spec.storage.endpoint in modeltrail.yaml, then run it again.";
  return undefined;
}

/** Waits for an answer; an abort is thrown as the caller gave it. */
export async function answerTo<T>(sent: Promise<T>, action: string, signal?: AbortSignal): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    signal?.throwIfAborted();
    throw s3Error(error, action);
  }
}

const DAMAGED: ReadonlySet<string> = new Set([
  "BadDigest",
  "IncompleteBody",
  "InvalidDigest",
  "RequestTimeout",
  "XAmzContentSHA256Mismatch",
]);

const LOST: ReadonlySet<string> = new Set(["NoSuchUpload", "InvalidPart", "InvalidPartOrder"]);

/** The bytes were changed on the way up; the store kept none of them. */
export function isDamaged(error: unknown): error is S3Error {
  return error instanceof S3Error && error.status !== undefined && DAMAGED.has(error.reason);
}

/** Somebody was faster, or the upload is gone: what is stored decides, and where that is nothing, we begin again. */
export function isOvertaken(error: unknown): error is S3Error {
  if (!(error instanceof S3Error)) return false;
  return error.status === 409 || error.status === 412 || LOST.has(error.reason);
}

/** The store knows no conditional writes. */
export function isUnconditional(error: unknown): error is S3Error {
  return error instanceof S3Error && error.status === 501;
}

/** The request may have been carried out although it failed for us. */
export function isUnsettled(error: unknown): error is S3Error {
  return error instanceof S3Error && (error.code === "NETWORK" || error.code === "STORAGE");
}
