import { type IncomingMessage, request as ask, createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buildSchema, type GraphQLSchema, parse, validate } from "graphql";
import { checkGuards } from "../servers/github/guards.ts";
import { followRefs } from "../servers/github/follow-refs.ts";
import type { World } from "../servers/github/world.ts";

/** What stands between a client and the test's GitHub, and answers the one mutation that it does not: `updateRefs`. */
export interface RefsProxy {
  /** Faults of the next `updateRefs`: nothing was done, or it was and the reply never arrives. */
  readonly faults: ("cut" | "lost")[];
  /** Runs before an `updateRefs` is carried out. */
  before: (() => void) | undefined;
  close(): Promise<void>;
}

interface Payload {
  readonly query: string;
  readonly variables: {
    readonly repository: string;
    readonly updates: readonly { name: string; beforeOid: string; afterOid: string }[];
  };
}

const NONE = /^0{40}$/;

/**
 * From here on the server names itself by the proxy's address. With `validates` what is sent is held to GitHub's schema,
 * which takes seconds to read: once for all tests is enough.
 */
export async function openRefsProxy(world: World, { validates = false } = {}): Promise<RefsProxy> {
  const { server, repository } = world;
  const target = new URL(server.url);
  const proxy: RefsProxy = { faults: [], before: undefined, close };
  const front = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      server.violations.push(String(error));
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  (server.forge as { url: string }).url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;

  async function close(): Promise<void> {
    front.closeAllConnections();
    await new Promise<void>((resolve) => front.close(() => resolve()));
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    if (request.url === "/api/graphql" && body.includes("updateRefs("))
      return answer(request, response, body);
    const { url = "/", method, headers } = request;
    const onward = ask({ host: target.hostname, port: target.port, path: url, method, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 500, reply.headers);
      reply.on("error", () => response.destroy());
      reply.pipe(response);
    });
    onward.on("error", () => request.socket.destroy());
    onward.end(body);
  }

  async function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const { query, variables } = JSON.parse(body.toString("utf8")) as Payload;
    for (const { message } of validates ? validate(await loadSchema(), parse(query)) : [])
      server.violations.push(`graphql: ${message}`);
    const seen = {
      method: "POST",
      path: "/api/graphql",
      operationId: "graphql/updateRefs",
      write: true,
      status: 0,
      bytes: body.length,
    };
    server.requests.push(seen);
    const fault = proxy.faults.shift();
    if (fault === "cut") return void request.socket.destroy();
    proxy.before?.();
    const text = JSON.stringify(update(request, variables));
    if (fault === "lost") return void request.socket.destroy();
    seen.status = 200;
    seen.bytes += text.length;
    response.writeHead(200, { "content-type": "application/json; charset=utf-8" });
    response.end(text);
  }

  function update(request: IncomingMessage, { repository: id, updates }: Payload["variables"]): object {
    const refuse = (message: string): object => ({
      data: { updateRefs: null },
      errors: [{ type: "UNPROCESSABLE", path: ["updateRefs"], message }],
    });
    const value = request.headers.authorization?.replace(/^\w+ /, "") ?? "";
    const user = server.forge.tokens.get(value)?.user;
    if (user === undefined || id !== `R_${repository.id}`) return refuse("no such repository");
    const { git } = repository;
    followRefs(server.forge, repository, user);
    for (const { name, beforeOid, afterOid } of updates) {
      const tip = git.refs(name).get(name) ?? "0".repeat(40);
      if (tip !== beforeOid) return refuse(`Expected ${name} to be at ${beforeOid}`);
      if (!NONE.test(afterOid) && git.type(afterOid) !== "commit") return refuse("Object does not exist");
      try {
        checkGuards(repository, user, { name, from: toNull(beforeOid), to: toNull(afterOid) });
      } catch (error) {
        return refuse(error instanceof Error ? error.message : String(error));
      }
    }
    for (const { name, beforeOid, afterOid } of updates)
      if (!git.move(name, toNull(beforeOid), toNull(afterOid))) return refuse(`Could not update ${name}`);
    followRefs(server.forge, repository, user);
    return { data: { updateRefs: { clientMutationId: null } } };
  }

  return proxy;
}

function toNull(oid: string): string | null {
  return NONE.test(oid) ? null : oid;
}

let built: GraphQLSchema | undefined;

async function loadSchema(): Promise<GraphQLSchema> {
  const { schema } = await import("@octokit/graphql-schema");
  built ??= buildSchema(schema.idl, { assumeValid: true, assumeValidSDL: true });
  return built;
}
