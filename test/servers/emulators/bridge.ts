import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runHttpBackend } from "../git-http.ts";
import type { Emulator } from "./emulator.ts";
import { GitMirror } from "./mirror.ts";

const API = "/api/v3";
const MERGE = /\/pulls\/(\d+)\/merge$/;

interface Seen {
  readonly method: string;
  /** From `/repos/acme/models` on. */
  readonly path: string;
}

/**
 * Makes a GitHub of an emulator: the repository `acme/models` by Git over HTTP from a real one, everything else from
 * the emulator, which is told first of what was pushed.
 */
export class GitBridge {
  /** The real repository, bare. */
  readonly folder: string;
  readonly requests: Seen[] = [];
  readonly #root: string;
  readonly #server: Server;
  readonly #emulator: Emulator;
  readonly #mirror: GitMirror;
  readonly #lost: [method: string, path: RegExp][] = [];
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(emulator: Emulator) {
    this.#emulator = emulator;
    this.#root = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-emulated-")));
    this.folder = join(this.#root, "acme", "models.git");
    mkdirSync(join(this.#root, "acme"));
    execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", this.folder]);
    execFileSync("git", ["-C", this.folder, "config", "http.receivepack", "true"]);
    this.#mirror = new GitMirror(this.folder, emulator);
    this.#server = createServer((request, response) => {
      // One after the other: what a request is told of is what it finds.
      this.#turn = this.#turn.then(() =>
        this.#answer(request, response).catch((error: unknown) => {
          response.writeHead(500).end(JSON.stringify({ message: String(error) }));
        }),
      );
    });
  }

  static async start(emulator: Emulator): Promise<GitBridge> {
    const bridge = new GitBridge(emulator);
    await new Promise<void>((done) => bridge.#server.listen(0, "127.0.0.1", done));
    return bridge;
  }

  get apiUrl(): string {
    return `${this.#url}${API}`;
  }

  get gitUrl(): string {
    return `${this.#url}/acme/models.git`;
  }

  get #url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was written since `from` requests were seen. */
  writesSince(from: number): readonly string[] {
    const writes = this.requests.slice(from).filter(({ method }) => method !== "GET");
    return writes.map(({ method, path }) => `${method} ${path}`);
  }

  /** Ends the connection instead of answering the next request of that kind, which is carried out. */
  loseReply(method: string, path: RegExp): void {
    this.#lost.push([method, path]);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((done) => this.#server.close(() => done()));
    await this.#emulator.close();
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/" } = request;
    if (url.startsWith(API)) return this.#forward(request, response);
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    const { status, headers, body } = await runHttpBackend(request, { root: this.#root, path });
    if (method === "POST" && path.endsWith("/git-receive-pack"))
      this.requests.push({ method: "PUSH", path: "" });
    response.writeHead(status, headers).end(body);
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const path = url.slice(API.length);
    const seen = { method, path: path.replace(/^\/repos\/acme\/models|\?.*$/g, "") };
    this.requests.push(seen);
    const body = await textOf(request);
    await this.#mirror.follow();
    const { authorization = "" } = headers;
    const ask = (asked: string, init: RequestInit = {}): Promise<Response> =>
      fetch(`${this.#emulator.apiUrl}${this.#mirror.toTheirs(asked)}`, {
        ...init,
        headers: { authorization, "content-type": "application/json" },
      });
    const merged = MERGE.exec(seen.path)?.[1];
    const pull = merged === undefined ? undefined : await ask(`/repos/acme/models/pulls/${merged}`);
    const content = method === "GET" || body === "" ? {} : { body: this.#mirror.toTheirs(body) };
    const reply = await ask(path, { method, ...content });
    const text = await reply.text();
    if (pull !== undefined && reply.ok) {
      const { head } = (await pull.json()) as { readonly head: { readonly ref: string } };
      const { merge_method = "merge" } = JSON.parse(body) as { readonly merge_method?: string };
      const { sha } = JSON.parse(text) as { readonly sha: string };
      await this.#mirror.merge(head.ref, sha, merge_method);
    }
    const lost = this.#lost.findIndex(([kind, where]) => kind === method && where.test(seen.path));
    if (lost >= 0) {
      this.#lost.splice(lost, 1);
      return void response.destroy();
    }
    const link = reply.headers.get("link");
    response.writeHead(reply.status, {
      "content-type": reply.headers.get("content-type") ?? "application/json",
      ...(link === null ? {} : { link }),
    });
    response.end(this.#mirror.toOurs(completed(text, this.#emulator)));
  }
}

function completed(text: string, { complete }: Emulator): string {
  try {
    return JSON.stringify(complete(JSON.parse(text)));
  } catch {
    return text;
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
