import { ModeltrailError } from "../../../diagnostics/errors.ts";
import { type Endpoint, isLoopback, parseEndpoint } from "../endpoint.ts";

/** A registry on a GitHub, as an address says it. */
export interface RegistryAddress {
  readonly endpoint: Endpoint;
  /** Left out for github.com, as in `spec.forge`. */
  readonly apiUrl: string | undefined;
  readonly owner: string;
  readonly name: string;
  /** The registry's folder in the repository: empty, or ending with `/`. */
  readonly prefix: string;
  /** The address of the repository, without what names a folder. */
  readonly url: string;
}

const EXAMPLE = "It looks like https://github.com/acme/models";

/**
 * `https://github.com/acme/models`, the same of a GitHub Enterprise, or a folder as GitHub's own pages name it:
 * `https://github.com/acme/models/tree/HEAD/registry`. Rejects with USAGE for anything else.
 */
export function parseRegistryAddress(text: string): RegistryAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || [url.username, url.password, url.search, url.hash].some((part) => part !== ""))
    throw unusable(text, "is no plain address of a repository");
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname)))
    throw unusable(text, "is not encrypted, so everybody on the way could read the token");
  const [owner = "", repository = "", ...rest] = decode(url.pathname, text);
  const name = repository.replace(/\.git$/i, "");
  if (!/^[a-z0-9][-a-z0-9_]{0,99}$/i.test(owner) || !/^[-\w.]{1,100}$/.test(name) || /^\.{0,2}$/.test(name))
    throw unusable(text, "names no repository of GitHub");
  const apiUrl = apiOf(url);
  return {
    endpoint: parseEndpoint(apiUrl),
    apiUrl,
    owner,
    name,
    prefix: folderOf(rest, text),
    url: `${url.origin}/${owner}/${name}`,
  };
}

/** GitHub's own, with data residency, or GitHub Enterprise Server. */
function apiOf({ host, protocol }: URL): string | undefined {
  if (host === "github.com" || host === "www.github.com") return undefined;
  return host.endsWith(".ghe.com") ? `https://api.${host}` : `${protocol}//${host}/api/v3`;
}

function folderOf([tree, branch, ...folders]: readonly string[], text: string): string {
  if (tree === undefined) return "";
  // A branch may hold a slash, so where its name ends cannot be told; HEAD is the default branch.
  if (tree !== "tree" || branch !== "HEAD" || folders.length === 0)
    throw unusable(text, "names more than a repository", `${EXAMPLE}, or …/tree/HEAD/<folder>`);
  return `${folders.join("/")}/`;
}

function decode(path: string, text: string): readonly string[] {
  try {
    const parts = path.split("/").filter((part) => part !== "");
    const words = parts.map(decodeURIComponent);
    if (!words.some((word) => /[/\\\p{Cc}]/u.test(word) || word === ".." || word === ".")) return words;
  } catch {
    // Said below.
  }
  throw unusable(text, "is no plain address of a repository");
}

function unusable(text: string, what: string, hint = `${EXAMPLE}.`): ModeltrailError {
  return new ModeltrailError("USAGE", `the address ${JSON.stringify(text)} ${what}`, { hint });
}
