import { ModeltrailError } from "../../diagnostics/errors.ts";
import { type GitConfig, lastValue } from "./config-file.ts";
import type { Environment } from "./native-process.ts";
import { REMOTE } from "./remote-refs.ts";

/** The proxy that requests to an address have to go through. */
export interface Proxy {
  readonly url: string;
  /** Hosts that are reached directly, `example.com,.corp`. */
  readonly except: string;
  /** The address as people may see it. */
  readonly shown: string;
}

/**
 * The proxy that Git would use: of the remote, of the address, of all addresses, of the environment, in that order;
 * an empty one means none. Rejects with NETWORK for a kind that we cannot speak to: nothing goes around a proxy.
 */
export function findProxy(url: URL, config: GitConfig, env: Environment): Proxy | undefined {
  const named =
    lastValue(config, `remote.${REMOTE}.proxy`) ??
    ofAddress(url, config) ??
    lastValue(config, "http.proxy") ??
    ofEnvironment(url, env);
  if (named === undefined || named === "") return undefined;
  const address = named.includes("://") ? named : `http://${named}`;
  const proxy = URL.canParse(address) ? new URL(address) : undefined;
  if (proxy === undefined || !/^https?:$/.test(proxy.protocol)) {
    throw new ModeltrailError("NETWORK", `${address} is no proxy that can be used without git`, {
      hint: "install git, or name an HTTP proxy",
    });
  }
  const except = env["no_proxy"] ?? env["NO_PROXY"] ?? "";
  return { url: address, except, shown: `${proxy.protocol}//${proxy.host}` };
}

/** `http.<address>.proxy`; the longest address that fits counts. */
function ofAddress(url: URL, config: GitConfig): string | undefined {
  const fitting = [...config.keys()].filter((key) => {
    const prefix = /^http\.(.+)\.proxy$/.exec(key)?.[1];
    return prefix !== undefined && `${url.href}/`.startsWith(prefix.endsWith("/") ? prefix : `${prefix}/`);
  });
  const [best] = fitting.toSorted((a, b) => b.length - a.length);
  return best === undefined ? undefined : lastValue(config, best);
}

function ofEnvironment(url: URL, env: Environment): string | undefined {
  const scheme = url.protocol.slice(0, -1);
  const names = [`${scheme}_proxy`, "all_proxy"];
  return names
    .flatMap((name) => [env[name], env[name.toUpperCase()]])
    .find((value) => value !== undefined && value !== "");
}
