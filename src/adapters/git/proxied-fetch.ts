import { EnvHttpProxyAgent, fetch } from "undici";
import type { Proxy } from "./proxy.ts";

/** What `fetch` is to us. */
export type Send = (
  url: string,
  request: {
    readonly method?: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: Uint8Array<ArrayBuffer>;
    readonly signal: AbortSignal;
  },
) => Promise<
  Pick<Response, "ok" | "status" | "url" | "headers"> & { readonly body: AsyncIterable<Uint8Array> | null }
>;

/** The `fetch` of Node 20 knows no proxy, and takes no agent of another version. */
export function fetchThrough({ url, except }: Proxy): Send {
  // Most proxies let tunnels through to HTTPS alone.
  const agent = { httpProxy: url, httpsProxy: url, noProxy: except, proxyTunnel: false };
  const dispatcher = new EnvHttpProxyAgent(agent);
  return (address, request) => fetch(address, { ...request, dispatcher });
}
