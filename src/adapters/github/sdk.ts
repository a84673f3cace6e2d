import { retry } from "@octokit/plugin-retry";
import { throttling, type ThrottlingOptions } from "@octokit/plugin-throttling";
import { Octokit } from "@octokit/rest";
import type { Endpoint } from "./endpoint.ts";
import { type Asked, githubError, graphqlError } from "./errors.ts";
import { type Proxies, routedFetch } from "./proxied-fetch.ts";

/** How long to wait for what. */
export interface Patience {
  /** For one answer, its body included. */
  readonly timeoutMs: number;
  /** Before a read is tried again; grows with the square of the attempt. */
  readonly retryPauseMs: number;
  /** For GitHub's rate limits, all requests of this client together. */
  readonly rateLimitMs: number;
}

export const PATIENCE: Patience = { timeoutMs: 30_000, retryPauseMs: 1_000, rateLimitMs: 60_000 };

export interface ApiOptions {
  readonly endpoint: Endpoint;
  readonly owner: string;
  readonly name: string;
  readonly token: string;
  readonly userAgent: string;
  readonly patience: Patience;
  /** Left out: there are none. */
  readonly proxies?: Proxies | undefined;
}

/** GitHub's API for one repository. Every call rejects with a GitHubError; reads were then tried three times. */
export interface Api {
  readonly rest: Octokit["rest"];
  readonly repo: { readonly owner: string; readonly repo: string };
  graphql(query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown>;
}

const READ_RETRIES = 2;
/** Answers that asking again does not change. */
const FINAL = [400, 401, 403, 404, 405, 409, 410, 412, 415, 422, 429, 451];
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore };

export function openApi(options: ApiOptions): Api {
  const { endpoint, owner, name, token, patience, proxies } = options;
  const to = new URL(endpoint.apiUrl);
  const asked: Asked = { host: endpoint.host, repository: `${owner}/${name}`, token };
  const octokit = new (Octokit.plugin(retry, throttling))({
    auth: token,
    baseUrl: endpoint.apiUrl,
    userAgent: options.userAgent,
    log: SILENT,
    request: { fetch: boundedFetch(to.origin, routedFetch(to, proxies), patience.timeoutMs), log: SILENT },
    retry: { doNotRetry: FINAL, retries: READ_RETRIES, retryAfterBaseValue: patience.retryPauseMs },
    throttle: throttleOptions(patience.rateLimitMs),
  });
  octokit.hook.before("request", (request) => {
    request.headers["x-github-api-version"] = "2022-11-28";
    // A write whose reply was lost may have been carried out: whoever made it looks first.
    if (request.method !== "GET" && request.request !== undefined) request.request["retries"] = 0;
  });
  octokit.hook.error("request", (error) => {
    throw githubError(error, asked);
  });
  return {
    rest: octokit.rest,
    repo: { owner, repo: name },
    async graphql(query, variables) {
      try {
        return await octokit.graphql<unknown>(query, { ...variables });
      } catch (error) {
        throw graphqlError(error, asked);
      }
    },
  };
}

function ignore(): void {
  // What matters of it is in the errors.
}

/** A refused request was not carried out, so it may be sent again, while the time for waiting lasts. */
function throttleOptions(rateLimitMs: number): ThrottlingOptions {
  let left = rateLimitMs;
  function mayWait(seconds: number): boolean {
    if (seconds * 1000 > left) return false;
    left -= seconds * 1000;
    return true;
  }
  // The plugin's own pace is one write a second, and one comment in three; we make a handful, one after the other.
  return {
    onRateLimit: mayWait,
    onSecondaryRateLimit: mayWait,
    write: UNPACED,
    notifications: UNPACED,
  };
}

type Group = NonNullable<ThrottlingOptions["write"]>;

const UNPACED = {
  key: () => ({ schedule: (_job: unknown, task: () => Promise<void>) => task() }),
} as unknown as Group;

/**
 * Reads the whole answer under one time limit, and takes none that is not whole: the SDK would hand on an empty text,
 * which reads like "nothing there". The token goes to no other host, whatever a link says.
 */
function boundedFetch(origin: string, send: typeof fetch, timeoutMs: number): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) throw new Error(`${url.origin} is not ${origin}`);
    const response = await send(url, { ...init, signal: AbortSignal.timeout(timeoutMs) });
    const text = await response.text();
    const { status, statusText, headers } = response;
    const isEmpty = status === 204 || status === 205 || status === 304;
    if (response.ok && !isEmpty) requireJson(text);
    return new Response(isEmpty ? null : text, { status, statusText, headers: [...headers] });
  };
}

function requireJson(text: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    throw new Error("the answer is not whole, or not GitHub's", { cause });
  }
}
