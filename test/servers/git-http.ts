import { execFileSync, spawn } from "node:child_process";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface GitHttpOptions {
  /** The folder that holds the repositories; `<url>/<name>` serves `<root>/<name>`. */
  readonly root: string;
  /** Basic credentials that every request must carry, `user:password`. */
  readonly credentials?: string;
}

/** What goes wrong with the requests that `matches`; a status is answered as such, "cut" ends the connection half-way. */
export interface GitHttpFault {
  readonly matches: (request: { readonly method: string; readonly url: string }) => boolean;
  readonly fault: number | "cut";
  /** How many requests; all when left out. */
  readonly times?: number;
}

/** Git's own `http-backend` behind a small CGI server on the loopback interface. */
export class GitHttpServer {
  readonly #server: Server;
  readonly #options: GitHttpOptions;
  #faults: { fault: GitHttpFault; left: number }[] = [];
  /** Every request so far, `GET /x/info/refs?service=git-upload-pack`. */
  readonly requests: string[] = [];

  private constructor(options: GitHttpOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => this.#handle(request, response));
  }

  static async start(options: GitHttpOptions): Promise<GitHttpServer> {
    const server = new GitHttpServer(options);
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  /** The address of one repository, with the credentials in it when given. */
  url(name: string, credentials?: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://${credentials === undefined ? "" : `${credentials}@`}127.0.0.1:${port}/${name}`;
  }

  fail(fault: GitHttpFault): void {
    this.#faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  heal(): void {
    this.#faults = [];
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const method = request.method ?? "GET";
    const url = request.url ?? "/";
    this.requests.push(`${method} ${url}`);
    const active = this.#faults.find((one) => one.left > 0 && one.fault.matches({ method, url }));
    if (active !== undefined) active.left--;
    const fault = active?.fault.fault;
    if (typeof fault === "number") return this.#refuse(response, fault);
    if (!this.#isAllowed(request)) return this.#refuse(response, 401);
    this.#runBackend(request, response, fault === "cut");
  }

  #isAllowed(request: IncomingMessage): boolean {
    const { credentials } = this.#options;
    if (credentials === undefined) return true;
    return request.headers.authorization === `Basic ${Buffer.from(credentials, "utf8").toString("base64")}`;
  }

  #refuse(response: ServerResponse, status: number): void {
    response.writeHead(status, status === 401 ? { "WWW-Authenticate": 'Basic realm="git"' } : {});
    response.end();
  }

  #runBackend(request: IncomingMessage, response: ServerResponse, cut: boolean): void {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    runHttpBackend(request, { root: this.#options.root, path: decodeURIComponent(pathname) })
      .then((answer) => send(response, answer, cut))
      .catch(() => response.destroy());
  }
}

function send(response: ServerResponse, { status, headers, body }: BackendAnswer, cut: boolean): void {
  response.writeHead(status, { ...headers, "Content-Length": body.length });
  if (!cut) return void response.end(body);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

export interface BackendOptions {
  /** The folder that holds the repositories. */
  readonly root: string;
  /** What is asked for in it, `/models.git/info/refs`. */
  readonly path: string;
  /** What hooks see besides. */
  readonly env?: Readonly<Record<string, string>>;
  /** The request's body, where it was read already. */
  readonly content?: Buffer;
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One request to Git's own program; it ends when the program has. */
export async function runHttpBackend(
  request: IncomingMessage,
  { root, path, env, content }: BackendOptions,
): Promise<BackendAnswer> {
  const child = spawn(`${execPath()}/git-http-backend`, [], {
    env: {
      ...process.env,
      ...env,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: path,
      QUERY_STRING: new URL(request.url ?? "/", "http://localhost").search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
      REMOTE_USER: "tester",
      REMOTE_ADDR: "127.0.0.1",
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.on("error", () => undefined);
  if (content === undefined) request.pipe(child.stdin);
  else child.stdin.end(content);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  return parseAnswer(Buffer.concat(chunks));
}

/** A CGI answer, headers first. */
function parseAnswer(output: Buffer): BackendAnswer {
  const end = output.indexOf("\r\n\r\n");
  const headers = new Map<string, string>();
  for (const line of output.toString("latin1", 0, Math.max(0, end)).split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const status = Number.parseInt(headers.get("status") ?? "200", 10);
  headers.delete("status");
  return { status, headers: Object.fromEntries(headers), body: output.subarray(end + 4) };
}

let found: string | undefined;

function execPath(): string {
  found ??= execFileSync("git", ["--exec-path"]).toString("utf8").trim();
  return found;
}
