import { ModeltrailError } from "../../diagnostics/errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a machine has of proxies. */
export interface Proxies {
  /** Where they are named. */
  readonly env: Environment;
  /** `fetch` by way of one: Node's own knows none. */
  readonly fetchThrough: (proxy: string) => Promise<typeof fetch>;
}

/**
 * `fetch` for one host: directly, or by the proxy that the environment names, in the variables that Git reads. Throws
 * NETWORK for a kind that we cannot speak to: nothing goes around a proxy.
 */
export function routedFetch(to: URL, proxies: Proxies | undefined): typeof fetch {
  const proxy = findProxy(to, proxies?.env ?? {});
  if (proxy === undefined || proxies === undefined) return (...request) => fetch(...request);
  let proxied: Promise<typeof fetch> | undefined;
  return async (...request) => {
    const send = await (proxied ??= proxies.fetchThrough(proxy.href));
    try {
      return await send(...request);
    } catch (cause) {
      throw new Error(`no way through the proxy ${proxy.protocol}//${proxy.host}: ${reasonOf(cause)}`, {
        cause,
      });
    }
  };
}

/** What lies behind a "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no reason given";
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function findProxy(to: URL, env: Environment): URL | undefined {
  const own = `${to.protocol.slice(0, -1)}_proxy`;
  const named = [own, own.toUpperCase(), "all_proxy", "ALL_PROXY"]
    .map((name) => env[name]?.trim() ?? "")
    .find((value) => value !== "");
  if (named === undefined || isExcepted(to, env["no_proxy"] ?? env["NO_PROXY"] ?? "")) return undefined;
  const address = named.includes("://") ? named : `http://${named}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy !== undefined && /^https?:$/.test(proxy.protocol)) return proxy;
  const kind = proxy === undefined ? "it is no address" : `${proxy.protocol.slice(0, -1)} is not HTTP`;
  throw new ModeltrailError("NETWORK", `the proxy for ${to.host} cannot be used: ${kind}`, {
    hint: `Name an HTTP proxy in ${own.toUpperCase()}, or ${to.hostname} in NO_PROXY.`,
  });
}

/** `example.com`, `.corp`, `*.corp`, `host:8080`, or `*` for all; a name stands for what is below it, too. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const own = port === "" ? (protocol === "https:" ? "443" : "80") : port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, pattern = "", at] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (at !== undefined && at !== own) return false;
      const name = pattern.replace(/^\*?\.?/, "");
      return pattern === "*" || hostname === name || hostname.endsWith(`.${name}`);
    });
}
