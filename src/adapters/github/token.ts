import { execFile } from "node:child_process";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { isLoopback, isPublic, parseEndpoint } from "./endpoint.ts";
import { tokenHint } from "./errors.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** For Git over HTTPS, with everything below `url`. */
export interface GitCredentials {
  /** `https://github.com/`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

const GH_TIMEOUT_MS = 5_000;

/**
 * The token for a host (`github.com`, `ghe.acme.com`): from the environment, else from `gh`. GITHUB_TOKEN and GH_TOKEN
 * are for github.com and *.ghe.com, and for the server that GITHUB_SERVER_URL names; any other host is named by the
 * registry, which must not choose who gets them. Rejects with CREDENTIALS when there is none.
 */
export async function findToken(env: Environment, host: string): Promise<string> {
  for (const name of variablesFor(env, host)) {
    const token = env[name]?.trim() ?? "";
    if (token !== "") return requireToken(token, name, host);
  }
  const token = await askGh(env, host);
  if (token !== undefined) return requireToken(token, "gh auth token", host);
  throw new ModeltrailError("CREDENTIALS", `there is no token for ${host}`, { hint: tokenHint(host) });
}

function variablesFor(env: Environment, host: string): readonly string[] {
  const ours = ["GITHUB_TOKEN", "GH_TOKEN"];
  if (isPublic(host)) return ours;
  const enterprise = ["GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"];
  const isOurs = isServer(env["GITHUB_SERVER_URL"], host) || isLoopback(host);
  return isOurs ? [...ours, ...enterprise] : enterprise;
}

function isServer(serverUrl: string | undefined, host: string): boolean {
  return serverUrl !== undefined && URL.canParse(serverUrl) && new URL(serverUrl).host === host;
}

function requireToken(token: string, where: string, host: string): string {
  if (/^[\x21-\x7e]{1,4096}$/.test(token)) return token;
  throw new ModeltrailError("CREDENTIALS", `what ${where} holds is no token`, { hint: tokenHint(host) });
}

/** Undefined when gh is not installed, is signed in nowhere, or does not answer. */
function askGh(env: Environment, host: string): Promise<string | undefined> {
  const args = ["auth", "token", "--hostname", host];
  const bounds = { timeout: GH_TIMEOUT_MS, killSignal: "SIGKILL", maxBuffer: 64 * 1024 } as const;
  const options = { ...bounds, env: { ...env }, windowsHide: true };
  return new Promise((resolve) => {
    const child = execFile("gh", args, options, (error, stdout) => {
      const token = stdout.trim();
      resolve(error === null && token !== "" ? token : undefined);
    });
    child.stdin?.end();
  });
}

/** What Git needs to push to the same place with the same token. */
export function gitCredentials(token: string, apiUrl?: string): GitCredentials {
  return { url: `${parseEndpoint(apiUrl).siteUrl}/`, username: "x-access-token", password: token };
}
