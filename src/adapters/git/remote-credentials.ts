import type { Environment } from "./native-process.ts";

/** A name and a secret for a remote over HTTP(S). */
export interface RemoteCredentials {
  readonly username: string;
  readonly password: string;
}

/** Asked before a remote is used, with its address; undefined leaves it to what Git is configured with. */
export type AskCredentials = (url: string) => Promise<RemoteCredentials | undefined>;

/** What a connection to a remote is made with. */
export interface RemoteAccess {
  readonly env: Environment;
  readonly ask: AskCredentials | undefined;
}

/**
 * The variables that hand credentials to Git: as configuration for the remote's host alone, which no process list
 * shows and no file keeps. What a CI system left there for the same host is set aside first: two such headers are
 * one too many for GitHub.
 */
export async function credentialEnvironment(
  { ask, env }: RemoteAccess,
  address: string | undefined,
): Promise<Environment> {
  const origin = address === undefined ? undefined : httpOrigin(address);
  if (ask === undefined || address === undefined || origin === undefined) return {};
  const credentials = await ask(address);
  if (credentials === undefined) return {};
  const pair = `${credentials.username}:${credentials.password}`;
  const key = `http.${origin}/.extraHeader`;
  const values = ["", `Authorization: Basic ${Buffer.from(pair, "utf8").toString("base64")}`];
  const known = Number(env["GIT_CONFIG_COUNT"] ?? 0) || 0;
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(known + values.length) };
  for (const [at, value] of values.entries()) {
    variables[`GIT_CONFIG_KEY_${known + at}`] = key;
    variables[`GIT_CONFIG_VALUE_${known + at}`] = value;
  }
  return variables;
}

/** Undefined for other protocols, and for an address that brings credentials of its own. */
function httpOrigin(address: string): string | undefined {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  const { origin, username } = new URL(address);
  return username === "" ? origin : undefined;
}
