import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { GitConfig } from "./config-file.ts";
import type { Environment } from "./native-process.ts";
import { isOid } from "./object-format.ts";
import { parsePackets } from "./pkt-line.ts";
import type { Send } from "./proxied-fetch.ts";
import { findProxy, type Proxy } from "./proxy.ts";
import { missingCredentials, noAccess, unreachable } from "./remote-failure.ts";

export type Service = "git-upload-pack" | "git-receive-pack";

/** What a server says that it has, and can do. */
export interface Advertisement {
  readonly refs: ReadonlyMap<string, string>;
  readonly capabilities: ReadonlySet<string>;
  /** The branch that the remote's HEAD stands on, in full. */
  readonly head: string | undefined;
}

/** Nothing may stand still for longer; a transfer as a whole may take as long as it moves. */
const STALL_MS = 60_000;

/** Git over HTTP(S), as far as fetch and push need it. */
export class SmartHttp {
  #base: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #shown: string;
  readonly #proxy: Proxy | undefined;
  #send: Promise<Send> | undefined;

  constructor(address: string, config: GitConfig, env: Environment) {
    if (!/^https?:\/\//i.test(address)) {
      throw new ModeltrailError("NETWORK", `${address} is no HTTP address, and other protocols need git`, {
        hint: "install git",
      });
    }
    const url = new URL(address);
    this.#headers = {
      "User-Agent": "git/modeltrail",
      ...authorization(url, env),
      ...extraHeaders(url, config),
    };
    url.username = "";
    url.password = "";
    this.#proxy = findProxy(url, config, env);
    this.#base = url.href.replace(/\/+$/, "");
    this.#shown = this.#base;
  }

  async discover(service: Service): Promise<Advertisement> {
    const suffix = `/info/refs?service=${service}`;
    const response = await this.#request(suffix, {});
    if (response.type !== `application/x-${service}-advertisement`)
      throw unreachable(`${this.#shown} is not a Git server`);
    if (response.url.endsWith(suffix)) this.#base = response.url.slice(0, -suffix.length);
    return this.#understand(() => parseAdvertisement(response.body));
  }

  async post(service: Service, body: Buffer): Promise<Buffer> {
    const headers = {
      "Content-Type": `application/x-${service}-request`,
      Accept: `application/x-${service}-result`,
    };
    const response = await this.#request(`/${service}`, {
      method: "POST",
      headers,
      body: new Uint8Array(body),
    });
    if (response.type !== `application/x-${service}-result`)
      throw unreachable(`${this.#shown} gave an answer that is not Git's`);
    return response.body;
  }

  /** Runs a parser over what the server said; what it cannot read was cut off, or is no Git. */
  #understand<T>(parse: () => T): T {
    try {
      return parse();
    } catch (cause) {
      if (cause instanceof ModeltrailError) throw cause;
      throw unreachable(`the answer of ${this.#shown} is not whole`, cause);
    }
  }

  async #request(
    suffix: string,
    init: {
      readonly method?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: Uint8Array<ArrayBuffer>;
    },
  ): Promise<{ readonly body: Buffer; readonly type: string; readonly url: string }> {
    const stall = new AbortController();
    let timer = setTimeout(() => stall.abort(), STALL_MS);
    try {
      const headers = { ...this.#headers, ...init.headers };
      const send = await (this.#send ??= openSend(this.#proxy));
      const response = await send(this.#base + suffix, { ...init, headers, signal: stall.signal });
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => stall.abort(), STALL_MS);
        chunks.push(chunk);
      }
      if (!response.ok) throw this.#statusError(response.status);
      return {
        body: Buffer.concat(chunks),
        type: response.headers.get("content-type") ?? "",
        url: response.url,
      };
    } catch (cause) {
      if (cause instanceof ModeltrailError) throw cause;
      const way = this.#proxy === undefined ? "" : ` (the proxy is ${this.#proxy.shown})`;
      throw unreachable(`${this.#shown} cannot be reached${way}`, cause);
    } finally {
      clearTimeout(timer);
    }
  }

  #statusError(status: number): ModeltrailError {
    const message = `${this.#shown} answered ${status}`;
    if (status === 401) {
      return new ModeltrailError("CREDENTIALS", message, {
        hint: "set GITHUB_TOKEN, or put a token into the remote's address",
      });
    }
    return status === 403 ? noAccess(message) : unreachable(message);
  }
}

async function openSend(proxy: Proxy | undefined): Promise<Send> {
  if (proxy === undefined) return fetch;
  return (await import("./proxied-fetch.ts")).fetchThrough(proxy);
}

function parseAdvertisement(body: Buffer): Advertisement {
  const lines = parsePackets(body)
    .filter((packet) => packet !== null)
    .map((packet) => packet.toString("utf8").replace(/\n$/, ""));
  const refs = new Map<string, string>();
  let capabilities: readonly string[] = [];
  for (const line of lines) {
    if (line.startsWith("# service=")) continue;
    if (line.startsWith("ERR ")) throw missingCredentials(line.slice(4));
    const [row = "", said] = line.split("\0");
    if (said !== undefined) capabilities = said.split(" ");
    const [oid = "", name = ""] = row.split(" ");
    if (isOid(oid) && name !== "capabilities^{}" && !name.endsWith("^{}")) refs.set(name, oid);
  }
  const head = capabilities.find((one) => one.startsWith("symref=HEAD:"))?.slice("symref=HEAD:".length);
  return { refs, capabilities: new Set(capabilities), head };
}

function authorization(url: URL, env: Environment): Record<string, string> {
  if (url.username !== "") {
    return { authorization: basic(decodeURIComponent(url.username), decodeURIComponent(url.password)) };
  }
  const token = env["GH_TOKEN"] ?? env["GITHUB_TOKEN"];
  const own = env["GITHUB_SERVER_URL"];
  const isGitHub =
    url.hostname === "github.com" ||
    url.hostname.endsWith(".ghe.com") ||
    (own !== undefined && url.origin === own);
  return token !== undefined && isGitHub && url.protocol === "https:"
    ? { authorization: basic("x-access-token", token) }
    : {};
}

/** `http.<address>.extraheader`, where checkouts of CI systems leave their token. */
function extraHeaders(url: URL, config: GitConfig): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [key, values] of config) {
    const prefix = /^http\.(.+)\.extraheader$/.exec(key)?.[1];
    if (prefix === undefined || !url.href.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`)) continue;
    for (const value of values) {
      // As for git: nothing takes back what was there before.
      if (value === "") for (const name of Object.keys(headers)) delete headers[name];
      const cut = value.indexOf(":");
      if (cut > 0) headers[value.slice(0, cut).trim().toLowerCase()] = value.slice(cut + 1).trim();
    }
  }
  return headers;
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}
