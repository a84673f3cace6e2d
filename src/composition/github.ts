import type { RemoteCredentials } from "../adapters/git/remote-credentials.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { Forge } from "../ports/forge.ts";
import type { Repository } from "../ports/repository.ts";
import type { ForgeScope, Notices } from "../workflows/context.ts";
import { proxiesOf } from "./proxies.ts";

/** A registry's own word on where its pull requests are. */
export type Host = NonNullable<Registry["spec"]["forge"]>;

/** What a connection to GitHub takes from this machine. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly notices: Notices;
}

/** Rejects with CREDENTIALS without a token, with USAGE in a clone of another repository. */
export async function openGitHub(
  repository: Repository,
  scope: ForgeScope & { readonly host: Host },
  { env, notices }: Surroundings,
): Promise<Forge> {
  const { findToken, parseEndpoint, sameRepository } = await import("../adapters/github/access.ts");
  const { openGitHubForge } = await import("../adapters/github/open-github-forge.ts");
  const { github, apiUrl } = scope.host;
  const [owner = "", name = ""] = github.split("/");
  const { host } = parseEndpoint(apiUrl);
  const remote = await repository.remote.describe();
  if (remote !== undefined && !sameRepository(remote.url, { host, owner, name }))
    throw new ModeltrailError(
      "USAGE",
      `${remote.name} of this clone is ${remote.url}, but modeltrail.yaml names ${github} on ${host}`,
      { hint: `Work in a clone of ${github}, or correct spec.forge in modeltrail.yaml.` },
    );
  return openGitHubForge({
    owner,
    name,
    apiUrl,
    token: await findToken(env, host),
    repository,
    branchPrefix: scope.branchPrefix,
    base: scope.base,
    userAgent: "modeltrail",
    notices,
    proxies: proxiesOf(env),
  });
}

/** Rejects with CREDENTIALS, before anything is fetched, when no token is at hand. */
export async function requireToken({ apiUrl }: Host, env: Surroundings["env"]): Promise<void> {
  const { findToken, parseEndpoint } = await import("../adapters/github/access.ts");
  await findToken(env, parseEndpoint(apiUrl).host);
}

/**
 * The token for fetches and pushes over HTTPS, where the remote is the very repository that the registry names;
 * undefined leaves any other remote, and ours without a token, to what Git is configured with.
 */
export async function gitHubCredentials(
  remoteUrl: string,
  { github, apiUrl }: Host,
  env: Surroundings["env"],
): Promise<RemoteCredentials | undefined> {
  const { findToken, gitCredentials, parseEndpoint, sameRepository } =
    await import("../adapters/github/access.ts");
  const [owner = "", name = ""] = github.split("/");
  const { host } = parseEndpoint(apiUrl);
  if (!sameRepository(remoteUrl, { host, owner, name })) return undefined;
  const token = await findToken(env, host).catch((error: unknown) => {
    if (error instanceof ModeltrailError && error.code === "CREDENTIALS") return undefined;
    throw error;
  });
  return token === undefined ? undefined : gitCredentials(token, apiUrl);
}
