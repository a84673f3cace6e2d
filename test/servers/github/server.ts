import { mkdtempSync, rmSync } from "node:fs";
import { type IncomingMessage, type Server, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Fault, type FaultKind, FaultList, type SeenRequest, toRefusal } from "./faults.ts";
import { GitFolder } from "./git.ts";
import { makeBare } from "./git-files.ts";
import { UPDATE_HOOK, answerGit } from "./git-route.ts";
import { type Asked, identify } from "./identify.ts";
import { answerGraphql } from "./graphql/answer.ts";
import { type Answer, answerRest, limitHeaders } from "./rest.ts";
import type { Forge, Protection, Repository, Role, Rule, Scopes, Settings, Token, User } from "./state.ts";
import { now } from "./state.ts";

export interface GitHubOptions {
  /** How many reads of a pull request say `mergeable: null` after its head or base moved; 0. */
  readonly unknownReads?: number;
  /** Milliseconds since 1970; the real time. */
  readonly clock?: () => number;
  /** Requests in an hour; 5,000. */
  readonly rateLimit?: number;
}

export interface RepositoryOptions {
  /** True when left out. */
  readonly private?: boolean;
  readonly defaultBranch?: string;
  readonly settings?: Partial<Settings>;
  /** By login; the owner is an admin in any case. */
  readonly roles?: Readonly<Record<string, Role>>;
}

/**
 * A server on the loopback interface that behaves like GitHub (Enterprise): bare repositories over Git's own protocol at
 * `<url>/<owner>/<name>.git`, REST at `<url>/api/v3`, GraphQL at `<url>/api/graphql`. All requests to REST and all replies
 * are held to GitHub's own description; what differs is in `violations`.
 */
export class GitHubServer {
  readonly #server: Server;
  readonly #root: string;
  readonly #faults = new FaultList();
  readonly forge: Forge;
  /** Every request so far. */
  readonly requests: SeenRequest[] = [];
  readonly violations: string[] = [];
  /** Runs before a request is looked at: the place to change something between two of them. */
  onRequest: ((request: SeenRequest) => void | Promise<void>) | undefined;

  private constructor(server: Server, root: string, forge: Forge) {
    this.#server = server;
    this.#root = root;
    this.forge = forge;
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.#handle(request, response).catch((error: unknown) => {
        this.violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
        response.destroy();
      });
    });
  }

  static async start(options: GitHubOptions = {}): Promise<GitHubServer> {
    const server = createServer({ keepAliveTimeout: 30_000 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const limit = options.rateLimit ?? 5000;
    const clock = options.clock ?? Date.now;
    let id = 1000;
    return new GitHubServer(server, mkdtempSync(join(tmpdir(), "github-")), {
      url: `http://127.0.0.1:${port}`,
      users: new Map(),
      tokens: new Map(),
      repositories: new Map(),
      rateLimit: { limit, remaining: limit, resetAt: Math.ceil(clock() / 1000) + 3600 },
      unknownReads: options.unknownReads ?? 0,
      takeId: () => (id += 1),
      clock,
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 3 });
  }

  get url(): string {
    return this.forge.url;
  }

  /** What a client of REST takes as its base. */
  get apiUrl(): string {
    return `${this.forge.url}/api/v3`;
  }

  /** The address that Git clones from and pushes to, with a token in it when given. */
  gitUrl(name: string, token?: Token | string): string {
    const value = typeof token === "object" ? token.value : token;
    const login = value === undefined ? "" : `x-access-token:${value}@`;
    return `${this.forge.url.replace("//", `//${login}`)}/${name}.git`;
  }

  addUser(login: string, type: User["type"] = "User"): User {
    const known = this.forge.users.get(login.toLowerCase());
    if (known !== undefined) return known;
    const id = this.forge.takeId();
    const email = `${id}+${login}@users.noreply.github.com`;
    const user = { id, login, type, name: login, email };
    this.forge.users.set(login.toLowerCase(), user);
    return user;
  }

  /** A token that may do what its user may; with `scopes` no more than those, as a fine-grained one. */
  addToken(login: string, scopes?: Scopes): Token {
    const prefix = scopes === undefined ? "ghp" : "github_pat";
    return this.#saveToken(`${prefix}_${login}${this.forge.takeId()}`, this.addUser(login), scopes);
  }

  /** The token of an App's installation, whose user is the App's bot. */
  addAppToken(slug: string, scopes: Scopes): Token {
    return this.#saveToken(`ghs_${slug}${this.forge.takeId()}`, this.addUser(`${slug}[bot]`, "Bot"), scopes);
  }

  #saveToken(value: string, user: User, scopes: Scopes | undefined): Token {
    const token = { value, user, scopes };
    this.forge.tokens.set(value, token);
    return token;
  }

  /** An empty repository, `acme/models`; fill it by a push, or by `commitFiles`. */
  addRepository(fullName: string, options: RepositoryOptions = {}): Repository {
    const [login = "", name = ""] = fullName.split("/");
    const owner = this.addUser(login);
    const defaultBranch = options.defaultBranch ?? "main";
    const folder = join(this.#root, login, `${name}.git`);
    makeBare(folder, defaultBranch, UPDATE_HOOK);
    const repository: Repository = {
      id: this.forge.takeId(),
      owner,
      name,
      private: options.private ?? true,
      git: new GitFolder(folder),
      createdAt: now(this.forge),
      defaultBranch,
      settings: { ...SETTINGS, ...options.settings },
      roles: new Map(),
      protections: new Map(),
      rules: new Map(),
      rulesets: new Map(),
      pulls: new Map(),
      labels: new Map(),
      statuses: [],
      checkRuns: [],
      signed: new Set(),
      branches: new Map(),
    };
    for (const [user, role] of Object.entries(options.roles ?? {})) {
      this.addUser(user);
      repository.roles.set(user.toLowerCase(), role);
    }
    this.forge.repositories.set(fullName.toLowerCase(), repository);
    return repository;
  }

  protect(repository: Repository, branch: string, protection: Protection): void {
    repository.protections.set(branch, protection);
  }

  setRules(repository: Repository, branch: string, rules: readonly Rule[]): void {
    repository.rules.set(branch, rules);
  }

  fail(fault: Fault): void {
    this.#faults.add(fault);
  }

  heal(): void {
    this.#faults.clear();
  }

  /** The requests that meant to change something. */
  get writes(): readonly SeenRequest[] {
    return this.requests.filter((request) => request.write);
  }

  /** Throws when a request or reply was not as GitHub describes it. */
  expectNoViolations(): void {
    if (this.violations.length > 0)
      throw new Error(`not as GitHub describes it:\n${this.violations.join("\n")}`);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = await identify(request, this.forge);
    const seen: SeenRequest = { ...asked.seen, status: 0, bytes: asked.rest.body.length };
    this.requests.push(seen);
    await this.onRequest?.(seen);
    const fault = this.#faults.take(seen);
    if (fault === "cut") return void request.socket.destroy();
    const answer = await this.#answer(request, asked, fault);
    seen.bytes += Buffer.byteLength(answer.body);
    if (fault === "lost") return void request.socket.destroy();
    seen.status = answer.status;
    const { headers, status } = answer;
    const length = Buffer.byteLength(answer.body);
    response.writeHead(
      status,
      status === 204 || status === 304 ? headers : { ...headers, "content-length": length },
    );
    response.end(answer.body);
  }

  async #answer(request: IncomingMessage, asked: Asked, fault: FaultKind | undefined): Promise<Answer> {
    if (fault !== undefined && fault !== "cut" && fault !== "lost") {
      const { status, headers, body } = toRefusal(fault);
      const isText = typeof body === "string";
      const type = isText ? "text/html" : "application/json; charset=utf-8";
      const all = { ...limitHeaders(this.forge), "content-type": type, ...headers };
      return { status, headers: all, body: isText ? body : JSON.stringify(body) };
    }
    const report = (violation: string): void => void this.violations.push(violation);
    if (asked.git !== undefined) {
      const host = { forge: this.forge, root: this.#root, content: asked.rest.body };
      return answerGit(host, request, asked.git);
    }
    if (asked.graphql !== undefined) return answerGraphql(this.forge, asked.graphql, report);
    return answerRest(this.forge, asked.rest, report);
  }
}

const SETTINGS: Settings = {
  allow_merge_commit: true,
  allow_squash_merge: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
  squash_merge_commit_title: "COMMIT_OR_PR_TITLE",
  squash_merge_commit_message: "COMMIT_MESSAGES",
};
