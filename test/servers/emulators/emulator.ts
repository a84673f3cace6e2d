/** Who and when, as Git keeps it. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601. */
  readonly date: string;
}

/** A commit of a real repository, to be made again in an emulator. */
export interface MirroredCommit {
  /** As the emulator knows them. */
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** Files that are new or changed since the first parent. `before`: the blob that was there. */
  readonly edits: readonly { readonly path: string; readonly content: Buffer; readonly before?: string }[];
}

/**
 * An emulator of GitHub's API that we did not write, with the repository `acme/models`, in which `ada` and `rob` may
 * write. It keeps commits of its own and does not speak Git's protocol; `GitBridge` adds that.
 */
export interface Emulator {
  /** Without a slash at the end. */
  readonly apiUrl: string;
  readonly tokens: Readonly<Record<"ada" | "rob", string>>;
  /** Makes a commit and returns the id that it has there. */
  commit(commit: MirroredCommit): Promise<string>;
  /** Points a branch to a commit, or takes it away. */
  setBranch(name: string, oid: string | undefined): Promise<void>;
  /** Fills in what GitHub's description promises and the emulator leaves out. */
  complete(reply: unknown): unknown;
  close(): Promise<void>;
}

/** A client of an emulator for what is no business of the code under test. */
export class EmulatorClient {
  readonly #apiUrl: string;
  readonly #token: string;

  constructor(apiUrl: string, token: string) {
    this.#apiUrl = apiUrl;
    this.#token = token;
  }

  /** The reply; rejects with what the emulator says. */
  async call(method: string, path: string, body?: unknown): Promise<Readonly<Record<string, unknown>>> {
    const response = await this.ask(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Readonly<Record<string, unknown>>);
  }

  ask(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { authorization: `token ${this.#token}`, "content-type": "application/json" };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return fetch(`${this.#apiUrl}/repos/acme/models${path}`, { method, headers, ...content });
  }
}
