/** A repository of a GitHub. */
export interface RepositoryName {
  /** `github.com`, `127.0.0.1:8080`. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

/** True when a remote's address (https, ssh, or the short form of ssh) is that repository. */
export function sameRepository(remoteUrl: string, { host, owner, name }: RepositoryName): boolean {
  const found = parseRemoteUrl(remoteUrl.trim());
  if (found === undefined) return false;
  const path = found.path.replace(/^\/+|\/+$/g, "").replace(/\.git$/i, "");
  return isHost(found, host.toLowerCase()) && path.toLowerCase() === `${owner}/${name}`.toLowerCase();
}

interface Address {
  readonly protocol: string;
  /** With a port, where one is named. */
  readonly host: string;
  readonly path: string;
}

function parseRemoteUrl(text: string): Address | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (!URL.canParse(text)) return undefined;
    const { protocol, host, pathname } = new URL(text);
    return { protocol, host: host.toLowerCase(), path: pathname };
  }
  // [user@]host:path, which a slash before the colon would make a path of this machine.
  const [, host, path] = /^(?:[^@/:]+@)?(\[[^\]]+\]|[^@/:]+):(?!\/\/)(.+)$/.exec(text) ?? [];
  if (host === undefined || path === undefined) return undefined;
  return { protocol: "ssh:", host: host.toLowerCase(), path };
}

function isHost({ protocol, host }: Address, wanted: string): boolean {
  if (protocol === "https:" || protocol === "http:") return host === wanted;
  if (!["ssh:", "git+ssh:", "ssh+git:"].includes(protocol)) return false;
  // SSH has a port of its own; GitHub's second door is another host.
  const bare = host.replace(/:\d+$/, "");
  return bare === wanted.replace(/:\d+$/, "") || (bare === "ssh.github.com" && wanted === "github.com");
}
