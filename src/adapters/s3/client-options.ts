import type { S3Connection, S3Credentials } from "./api.ts";

/** Longest wait for the head of an answer, body sent: far above any part on a slow line. */
const ANSWER_TIMEOUT_MS = 600_000;

/** What we say to the SDK; the SDK's own type holds it to its names. */
export interface ClientOptions {
  readonly region: string;
  readonly forcePathStyle: boolean;
  readonly ignoreConfiguredEndpointUrls: boolean;
  readonly endpoint?: string;
  readonly useFipsEndpoint?: boolean;
  readonly useDualstackEndpoint?: boolean;
  readonly credentials?: S3Credentials;
  readonly maxAttempts: number;
  readonly retryMode: "standard";
  readonly requestChecksumCalculation: "WHEN_REQUIRED";
  readonly responseChecksumValidation: "WHEN_REQUIRED";
  readonly expectContinueHeader: boolean;
  readonly requestHandler: Readonly<Record<string, number | boolean>>;
}

/** How the SDK is to behave, whatever it finds in the environment. */
export function clientOptions(connection: S3Connection): ClientOptions {
  const { endpoint, credentials } = connection;
  return {
    region: connection.region,
    forcePathStyle: connection.forcePathStyle,
    // Without this, AWS_ENDPOINT_URL and the profile's endpoint_url would get our requests and session token.
    ignoreConfiguredEndpointUrls: true,
    ...(endpoint === undefined ? {} : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }),
    ...(credentials === undefined ? {} : { credentials }),
    maxAttempts: connection.attempts,
    retryMode: "standard",
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // It costs a connection a request, and a store that does not know it would be waited for.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: connection.connectTimeoutMs,
      socketTimeout: connection.idleTimeoutMs,
      requestTimeout: ANSWER_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  };
}
