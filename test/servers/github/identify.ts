import type { IncomingMessage } from "node:http";
import type { SeenRequest } from "./faults.ts";
import { type GitRequest, parseGitRequest } from "./git-route.ts";
import { type GraphqlRequest, parseGraphql } from "./graphql/request.ts";
import { findOperation } from "./openapi.ts";
import type { RestRequest } from "./rest.ts";
import type { Forge } from "./state.ts";

/** A request, and by which of the server's three doors it came: Git's, GraphQL's or, with neither, that of REST. */
export interface Asked {
  readonly seen: Pick<SeenRequest, "method" | "path" | "operationId" | "write">;
  readonly git: GitRequest | undefined;
  readonly graphql: GraphqlRequest | undefined;
  readonly rest: RestRequest;
}

export async function identify(request: IncomingMessage, { url: origin }: Forge): Promise<Asked> {
  const { method = "GET", headers } = request;
  const url = new URL(request.url ?? "/", origin);
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  const path = url.pathname.replace(/^\/api\/v3(?=\/|$)/, "");
  const git = parseGitRequest(method, url);
  const graphql = url.pathname === "/api/graphql" ? parseGraphql(headers, body) : undefined;
  const match = (git ?? graphql) ? undefined : findOperation(method, path);
  const rest = { method, url, path, headers, body, match };
  const seen = { method, path: url.pathname, ...nameOf(rest, git, graphql) };
  return { seen, git, graphql, rest };
}

function nameOf(
  { method, match }: RestRequest,
  git: GitRequest | undefined,
  graphql: GraphqlRequest | undefined,
): Pick<SeenRequest, "operationId" | "write"> {
  if (git !== undefined) return { operationId: `git/${git.service}`, write: git.write };
  if (graphql !== undefined) return { operationId: graphql.operationId, write: graphql.write };
  return { operationId: match?.operation.id ?? "unknown", write: method !== "GET" };
}
