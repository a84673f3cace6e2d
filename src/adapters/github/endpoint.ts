import { ModeltrailError } from "../../diagnostics/errors.ts";

/** Where a GitHub is: the site that people and Git use, and its API. */
export interface Endpoint {
  /** Without a trailing slash. */
  readonly apiUrl: string;
  /** `github.com`, `ghe.acme.com`, `127.0.0.1:8080`. */
  readonly host: string;
  /** `https://github.com`. */
  readonly siteUrl: string;
}

const PUBLIC: Endpoint = {
  apiUrl: "https://api.github.com",
  host: "github.com",
  siteUrl: "https://github.com",
};

/** Rejects with INVALID_INPUT what would show the token to the network, or is no address of an API. */
export function parseEndpoint(apiUrl: string | undefined): Endpoint {
  if (apiUrl === undefined) return PUBLIC;
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.search !== "")
    throw unusable(apiUrl, "is no address of GitHub's API", "It looks like https://ghe.acme.com/api/v3.");
  if (url.protocol === "http:" && !isLoopback(url.hostname))
    throw unusable(apiUrl, "is not encrypted, so everybody on the way could read the token", "Use https.");
  if (url.host === "api.github.com") return PUBLIC;
  // GitHub Enterprise Cloud with data residency: the API of acme.ghe.com is api.acme.ghe.com.
  const host = url.host.endsWith(".ghe.com") ? url.host.replace(/^api\./, "") : url.host;
  return { apiUrl: url.href.replace(/\/+$/, ""), host, siteUrl: `${url.protocol}//${host}` };
}

/** GitHub's own hosts, those with data residency included. */
export function isPublic(host: string): boolean {
  return host === "github.com" || host.endsWith(".ghe.com");
}

/** Whether a host, with or without a port, is this machine. */
export function isLoopback(host: string): boolean {
  const hostname = host.replace(/:\d+$/, "");
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
}

function unusable(apiUrl: string, what: string, hint: string): ModeltrailError {
  return new ModeltrailError("INVALID_INPUT", `the API address ${JSON.stringify(apiUrl)} ${what}`, { hint });
}
