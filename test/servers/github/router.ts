import { ApiError, notFound } from "./errors.ts";
import { followRefs } from "./follow-refs.ts";
import { settleAutoMerges } from "./merging.ts";
import type { CheckedRequest, Operation } from "./openapi.ts";
import type { Forge, Repository, Role, Scope, Token, User } from "./state.ts";
import { hasRole } from "./state.ts";

/** One request of an operation, its parameters and body checked. */
export interface Call {
  readonly forge: Forge;
  readonly viewer: User;
  readonly token: Token;
  readonly repository: Repository;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** The least role in the repository; none for an operation without one. */
  readonly role?: Role;
  /** What a restricted token needs: read for GET, else write; one of them suffices. */
  readonly scopes?: readonly Scope[];
  readonly handle: (call: Call) => Reply;
}

export type Routes = Readonly<Record<string, Route>>;

export interface Arrival {
  readonly forge: Forge;
  readonly token: Token;
  readonly operation: Operation;
  readonly request: CheckedRequest;
  readonly url: URL;
  readonly headers: Call["headers"];
}

/** Answers one request. Nothing waits in here, so each is a step of its own. */
export function answerCall(routes: Routes, arrival: Arrival): Reply {
  const { forge, token, operation, request, url, headers } = arrival;
  const route = routes[operation.id];
  if (route === undefined) throw new ApiError(501, `the test server has no ${operation.id}`);
  const { params, body } = request;
  const repository = findRepository(forge, params["owner"], params["repo"]);
  if (route.role !== undefined) checkAccess(route, { token, repository, method: operation.method });
  if (repository !== undefined) followRefs(forge, repository, token.user);
  if (repository?.branches.size === 0 && operation.id.startsWith("git/")) {
    throw new ApiError(409, "Git Repository is empty.");
  }
  const call = { forge, viewer: token.user, token, params, body, url, headers };
  const reply = route.handle({ ...call, repository: repository ?? NO_REPOSITORY });
  if (repository !== undefined && operation.method !== "GET") {
    followRefs(forge, repository, token.user);
    settleAutoMerges(forge, repository);
  }
  return reply;
}

/** Stands where an operation has no repository; a route that reads it is wrong. */
const NO_REPOSITORY = new Proxy({} as Repository, {
  get() {
    throw new Error("this operation has no repository");
  },
});

export function findRepository(forge: Forge, owner: unknown, name: unknown): Repository | undefined {
  return forge.repositories.get(`${String(owner)}/${String(name)}`.toLowerCase());
}

export interface Access {
  readonly token: Token;
  readonly repository: Repository | undefined;
  readonly method: string;
}

export function checkAccess({ role = "read", scopes = [] }: Omit<Route, "handle">, access: Access): void {
  const { token, repository, method } = access;
  if (repository === undefined || !hasRole(repository, token.user, "read")) throw notFound();
  const level = method === "GET" ? "read" : "write";
  if (!hasScope(token, scopes, level)) {
    const kind = token.value.startsWith("ghs_") ? "integration" : "personal access token";
    throw new ApiError(403, `Resource not accessible by ${kind}`);
  }
  if (hasRole(repository, token.user, role)) return;
  const needed = role === "admin" ? "admin rights to Repository." : "push access to repository";
  throw new ApiError(403, `Must have ${needed}`);
}

function hasScope({ scopes }: Token, needed: readonly Scope[], level: "read" | "write"): boolean {
  if (scopes === undefined || needed.length === 0) return true;
  return needed.some((one) => scopes[one] === "write" || (level === "read" && scopes[one] === "read"));
}

export function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** One page of a list, and the headers that lead to the others. */
export function pageOf<T>(
  call: Call,
  items: readonly T[],
  size = 30,
): { items: readonly T[]; headers: Record<string, string> } {
  const page = Math.max(1, Number(call.params["page"] ?? 1));
  const perPage = Math.min(100, Math.max(1, Number(call.params["per_page"] ?? size)));
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const link = (to: number, rel: string): string => {
    const url = new URL(call.url);
    url.searchParams.set("page", String(to));
    return `<${url.href}>; rel="${rel}"`;
  };
  const links = [
    ...(page > 1 ? [link(Math.min(page - 1, last), "prev")] : []),
    ...(page < last ? [link(page + 1, "next"), link(last, "last")] : []),
    ...(page > 1 ? [link(1, "first")] : []),
  ];
  const shown = items.slice((page - 1) * perPage, page * perPage);
  return { items: shown, headers: links.length === 0 ? {} : { link: links.join(", ") } };
}

export function listReply<T>(call: Call, items: readonly T[], render: (item: T) => unknown): Reply {
  const page = pageOf(call, items);
  return { body: page.items.map(render), headers: page.headers };
}
