import { createHash, randomBytes } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ApiError } from "./errors.ts";
import { type Match, checkReply, checkRequest, isKnown } from "./openapi.ts";
import { type Reply, type Routes, answerCall } from "./router.ts";
import { commitRoutes } from "./routes/commits.ts";
import { contentRoutes } from "./routes/contents.ts";
import { gitDataRoutes } from "./routes/git-data.ts";
import { issueRoutes } from "./routes/issues.ts";
import { labelRoutes } from "./routes/labels.ts";
import { pullRoutes } from "./routes/pulls.ts";
import { repositoryRoutes } from "./routes/repositories.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { ruleRoutes } from "./routes/rules.ts";
import { statusRoutes } from "./routes/statuses.ts";
import type { Forge, Token } from "./state.ts";

export const ROUTES: Routes = {
  ...pullRoutes,
  ...reviewRoutes,
  ...issueRoutes,
  ...labelRoutes,
  ...statusRoutes,
  ...repositoryRoutes,
  ...ruleRoutes,
  ...commitRoutes,
  ...contentRoutes,
  ...gitDataRoutes,
};

export interface RestRequest {
  readonly method: string;
  readonly url: URL;
  /** Without `/api/v3`. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The operation that it is; undefined when the server has none for it. */
  readonly match: Match | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Answers a request to the REST interface; `report` is told of what GitHub's description does not allow. */
export function answerRest(forge: Forge, request: RestRequest, report: (violation: string) => void): Answer {
  const name = `${request.method} ${request.path}`;
  let reply: Reply;
  try {
    const token = readToken(forge, request.headers.authorization);
    spend(forge, token);
    reply = run(forge, request, token, (violation) => report(`${name}: ${violation}`));
  } catch (error) {
    reply = toErrorReply(error, (violation) => report(`${name}: ${violation}`));
  }
  const { status = 200, body } = reply;
  if (request.match !== undefined && !isRaw(body)) {
    const problems = checkReply(request.match.operation, status, body);
    for (const problem of problems) report(`${name}: ${problem}`);
    if (problems.length > 0) reply = { status: 500, body: { message: problems.join("; ") } };
  }
  return finish(forge, request, reply);
}

function isRaw(body: unknown): body is Buffer {
  return Buffer.isBuffer(body);
}

function run(forge: Forge, request: RestRequest, token: Token, report: (violation: string) => void): Reply {
  const { match, method, path, url, headers } = request;
  if (match === undefined) {
    const known = isKnown(method, path);
    report(known ? "an operation that the test server has not" : "no operation of GitHub's");
    throw new ApiError(known ? 501 : 404, known ? "Not served by the test server" : "Not Found");
  }
  const checked = checkRequest(match, url.searchParams, parseBody(request));
  for (const violation of checked.violations) report(violation);
  if (checked.violations.length > 0) {
    throw new ApiError(422, `Invalid request.\n\n${checked.violations.join("\n")}`);
  }
  return answerCall(ROUTES, { forge, token, operation: match.operation, request: checked, url, headers });
}

function parseBody({ body }: RestRequest): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (error) {
    throw new ApiError(400, `Problems parsing JSON: ${String(error)}`);
  }
}

export function readToken(forge: Forge, header: string | undefined): Token {
  if (header === undefined) throw new ApiError(401, "Requires authentication");
  const [, value = ""] = /^(?:token|bearer) (.+)$/i.exec(header) ?? [];
  const token = forge.tokens.get(value);
  if (token === undefined) throw new ApiError(401, "Bad credentials");
  return token;
}

/** Takes one request from the hour's allowance. */
export function spend({ rateLimit, clock }: Forge, { user }: Token): void {
  if (clock() / 1000 >= rateLimit.resetAt) {
    rateLimit.remaining = rateLimit.limit;
    rateLimit.resetAt = Math.ceil(clock() / 1000) + 3600;
  }
  if (rateLimit.remaining === 0) {
    throw new ApiError(403, `API rate limit exceeded for user ID ${user.id}.`);
  }
  rateLimit.remaining -= 1;
}

export function toErrorReply(error: unknown, report: (violation: string) => void): Reply {
  if (!(error instanceof ApiError)) {
    report(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { status: 500, body: { message: `Server Error: ${String(error)}` } };
  }
  const { status, message, errors } = error;
  const documentation = "https://docs.github.com/rest";
  return {
    status,
    body: {
      message,
      ...(errors !== undefined && { errors }),
      documentation_url: documentation,
      status: String(status),
    },
  };
}

function renderBody(body: unknown): string {
  return body === undefined ? "" : JSON.stringify(body);
}

function finish(forge: Forge, { method, headers }: RestRequest, reply: Reply): Answer {
  const { status = 200 } = reply;
  const raw = isRaw(reply.body);
  const body = isRaw(reply.body) ? reply.body : renderBody(reply.body);
  const etag = `W/"${createHash("sha256").update(body).digest("hex")}"`;
  const shared = {
    ...limitHeaders(forge),
    "x-github-media-type": "github.v3; format=json",
    ...reply.headers,
    ...(method === "GET" && status === 200 && { etag }),
  };
  if (method === "GET" && status === 200 && headers["if-none-match"]?.includes(etag) === true) {
    forge.rateLimit.remaining += 1;
    return { status: 304, headers: { ...shared, ...limitHeaders(forge) }, body: "" };
  }
  const type = raw ? "application/octet-stream" : "application/json; charset=utf-8";
  return { status, headers: { ...(body.length > 0 && { "content-type": type }), ...shared }, body };
}

export function limitHeaders({ rateLimit }: Forge, resource = "core"): Record<string, string> {
  return {
    "x-github-request-id": randomBytes(8).toString("hex").toUpperCase(),
    "x-ratelimit-limit": String(rateLimit.limit),
    "x-ratelimit-remaining": String(rateLimit.remaining),
    "x-ratelimit-used": String(rateLimit.limit - rateLimit.remaining),
    "x-ratelimit-reset": String(rateLimit.resetAt),
    "x-ratelimit-resource": resource,
  };
}
