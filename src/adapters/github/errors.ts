import { type ErrorCode, ModeltrailError } from "../../diagnostics/errors.ts";
import { isLoopback, isPublic } from "./endpoint.ts";

/** Whom we asked, for what, and with which secret; the secret is in no message. */
export interface Asked {
  readonly host: string;
  /** `acme/models`. */
  readonly repository: string;
  readonly token: string;
}

/** GitHub said no, or nothing. */
export class GitHubError extends ModeltrailError {
  /**
   * HTTP status; undefined when no answer came. (Not `status`: the SDK reads an error with the status 409 as
   * "an empty list".)
   */
  readonly httpStatus: number | undefined;
  /** GitHub's own words, on one line. */
  readonly said: string;

  constructor(code: ErrorCode, message: string, facts: Facts) {
    super(code, message, {
      ...(facts.hint === undefined ? {} : { hint: facts.hint }),
      ...(facts.cause === undefined ? {} : { cause: facts.cause }),
    });
    this.httpStatus = facts.httpStatus;
    this.said = facts.said;
  }
}

interface Facts {
  readonly httpStatus: number | undefined;
  readonly said: string;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** The request may have been carried out although it failed for us. */
export function isUnsettled(error: unknown): error is GitHubError {
  return error instanceof GitHubError && error.code === "NETWORK";
}

/** What the SDK throws for an answer that is none of success, or for none at all. */
interface RawError {
  readonly message?: unknown;
  readonly status?: unknown;
  readonly cause?: unknown;
  readonly request?: { readonly method?: string; readonly url?: string };
  readonly response?: { readonly status?: number; readonly headers?: Headers; readonly data?: unknown };
}

type Headers = Readonly<Record<string, string | number | undefined>>;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly said: string;
  /** `GET /repos/acme/models/pulls`. */
  readonly request: string;
  readonly asked: Asked;
}

/** Puts what the SDK threw into our words; what is none of its errors stays as it is. */
export function githubError(error: unknown, asked: Asked): unknown {
  if (typeof error !== "object" || error === null || error instanceof ModeltrailError) return error;
  const raw: RawError = error;
  const { response } = raw;
  if (response === undefined) return typeof raw.status === "number" ? noAnswer(raw, asked) : error;
  const status = typeof raw.status === "number" ? raw.status : (response.status ?? 0);
  const said = inert(wordsOf(response.data), asked);
  return answerError({ status, headers: response.headers ?? {}, said, request: requestOf(raw), asked });
}

function noAnswer(raw: RawError, asked: Asked): GitHubError {
  const said = inert(typeof raw.message === "string" ? raw.message : "", asked);
  const isStopped = PROXY_REFUSAL.test(said);
  const code = isStopped ? "CREDENTIALS" : "NETWORK";
  return new GitHubError(code, `${asked.host} gave no answer to ${requestOf(raw)}: ${said}`, {
    httpStatus: undefined,
    said,
    hint: isStopped
      ? PROXY_HINT
      : "Check the connection, then run the command again: it goes on where it stopped.",
    cause: raw.cause,
  });
}

function answerError(answer: Answer): GitHubError {
  const { status, said } = answer;
  const { code, message, hint } = explain(answer);
  return new GitHubError(code, message, { httpStatus: status, said, hint });
}

interface Explanation {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string;
}

function explain(answer: Answer): Explanation {
  const { status, said, request, asked } = answer;
  const plain = `${asked.host} answered ${status} to ${request}: ${said}`;
  if (status === 401) return { code: "CREDENTIALS", message: plain, hint: tokenHint(asked.host) };
  if (isRateLimit(answer)) return rateLimited(answer);
  if (status === 403 || status === 451) return forbidden(answer, plain);
  if (status === 404) {
    return {
      code: "NOT_FOUND",
      message: `${asked.repository} on ${asked.host} has nothing at ${request}: ${said}`,
      hint: `Check the name. A token that may not see ${asked.repository} is told the same.`,
    };
  }
  if (status >= 500) return { code: "NETWORK", message: plain, hint: "Run the command again later." };
  const code = status === 409 ? "CONFLICT" : "INVALID_INPUT";
  return { code, message: plain, hint: againHint(asked) };
}

/** In the words of the client, which keeps the proxy's answer to itself. */
const PROXY_REFUSAL = /proxy authentication required|proxy response \(407\)/i;
const PROXY_HINT =
  "The proxy wants to know who you are: write name and password, with a colon between them and an @ after them, in front of its host in HTTPS_PROXY (HTTP_PROXY for an address without TLS).";

/** Where a refusal names its own reason, and nothing else is known of it. */
function againHint({ repository, host }: Asked): string {
  return `Run the command again: it goes on where it stopped. If this stays, look at the pull request's page, or at the rules of ${repository} on ${host}.`;
}

/** Names the variables that are looked at for this host, and no others. */
export function tokenHint(host: string): string {
  const names = isPublic(host) || isLoopback(host) ? "GITHUB_TOKEN or GH_TOKEN" : "GH_ENTERPRISE_TOKEN";
  return `Set ${names} to a token of ${host} that is valid, or run gh auth login --hostname ${host}.`;
}

function isRateLimit({ status, headers, said }: Answer): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    String(headers["x-ratelimit-remaining"]) === "0" ||
    headers["retry-after"] !== undefined ||
    /\brate limit\b/i.test(said)
  );
}

function rateLimited({ headers, said, asked }: Answer): Explanation {
  return {
    code: "RATE_LIMITED",
    message: `${asked.host} takes no more requests ${untilWhen(headers)}: ${said}`,
    hint: "Run the command again then: it goes on where it stopped.",
  };
}

function untilWhen(headers: Headers): string {
  const after = Number(headers["retry-after"]);
  if (after > 0) return `for ${after} seconds`;
  const reset = Number(headers["x-ratelimit-reset"]);
  if (String(headers["x-ratelimit-remaining"]) === "0" && reset > 0 && reset < 8e12)
    return `until ${new Date(reset * 1000).toISOString()}`;
  return "for a while (a minute at least)";
}

/** With what GitHub says that the token would need. */
function forbidden({ headers, asked }: Answer, plain: string): Explanation {
  const needs = headers["x-accepted-github-permissions"] ?? headers["x-accepted-oauth-scopes"];
  const has = headers["x-oauth-scopes"];
  const sso = headers["x-github-sso"] !== undefined;
  const needed = needs === undefined || needs === "" ? "" : ` It needs: ${inert(String(needs), asked)}.`;
  const granted = has === undefined ? "" : ` It has: ${inert(String(has), asked) || "no scope"}.`;
  const authorize = sso ? " Authorize it for the organization's single sign-on." : "";
  return {
    code: "FORBIDDEN",
    message: `${plain}${needed}`,
    hint: `The token may not do this in ${asked.repository}.${needed}${granted}${authorize}`,
  };
}

const GRAPHQL_CODES: Readonly<Record<string, ErrorCode>> = {
  FORBIDDEN: "FORBIDDEN",
  INSUFFICIENT_SCOPES: "FORBIDDEN",
  NOT_FOUND: "NOT_FOUND",
  STALE_DATA: "CONFLICT",
  RATE_LIMITED: "RATE_LIMITED",
  SERVICE_UNAVAILABLE: "NETWORK",
};

/** GraphQL answers 200 and says no in the body. */
export function graphqlError(error: unknown, asked: Asked): unknown {
  const list = (error as { readonly errors?: unknown } | undefined)?.errors;
  if (error instanceof ModeltrailError || !Array.isArray(list)) return error;
  const errors = list as readonly { readonly type?: unknown; readonly message?: unknown }[];
  const said = inert(errors.map((one) => String(one.message)).join("; "), asked);
  const type = errors.map((one) => String(one.type)).find((one) => one in GRAPHQL_CODES);
  const code = type === undefined ? "INVALID_INPUT" : (GRAPHQL_CODES[type] ?? "INVALID_INPUT");
  const hint = graphqlHint(code, asked);
  return new GitHubError(code, `${asked.host} refused: ${said}`, { httpStatus: 200, said, hint });
}

function graphqlHint(code: ErrorCode, asked: Asked): string {
  const { repository } = asked;
  if (code === "FORBIDDEN") {
    return `The token may not do this in ${repository}. A fine-grained token or an App needs "Pull requests: write" and "Contents: write", a classic token the scope "repo", and its user write access.`;
  }
  if (code === "NOT_FOUND") return `Check the name. A token that may not see ${repository} is told the same.`;
  if (code === "RATE_LIMITED") return "Run the command again later: it goes on where it stopped.";
  if (code === "NETWORK") return "Run the command again later.";
  return againHint(asked);
}

function requestOf({ request }: RawError): string {
  const url = request?.url ?? "";
  return `${request?.method ?? "a request"} ${URL.canParse(url) ? new URL(url).pathname : url}`;
}

/** GitHub's message, and what it says of each field. */
function wordsOf(data: unknown): string {
  if (typeof data === "string") return data.startsWith("<") ? "" : data;
  if (typeof data !== "object" || data === null) return "";
  const { message, errors } = data as { readonly message?: unknown; readonly errors?: unknown };
  const details = Array.isArray(errors) ? (errors as unknown[]).map(detailOf) : [];
  return [typeof message === "string" ? message : "", ...details].filter((one) => one !== "").join("; ");
}

function detailOf(one: unknown): string {
  if (typeof one !== "object" || one === null) return String(one);
  const { message, resource, field, code } = one as Readonly<Record<string, unknown>>;
  if (typeof message === "string") return message;
  return [resource, field, code].filter((word) => typeof word === "string").join(" ");
}

const MOST_WORDS = 500;

/** What GitHub says is data: one line, of bounded length, without the token. */
function inert(text: string, { token }: Asked): string {
  const line = text
    .replaceAll(token === "" ? "\0" : token, "***")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ")
    .trim();
  return line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS)}…` : line;
}
