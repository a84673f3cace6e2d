import { ModeltrailError } from "../../src/diagnostics/errors.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a step of ours takes from its surroundings; whoever wrote to GITHUB_ENV before it chose the rest. */
const KEPT = [
  /^(PATH|HOME|USERPROFILE|APPDATA|LOCALAPPDATA|SYSTEMROOT|TMPDIR|TMP|TEMP|TZ|LANG|LC_\w+)$/i,
  /^(RUNNER|GITHUB|INPUT)_/,
  // Credentials and region of the store. Its address comes from modeltrail.yaml alone.
  /^AWS_/,
  /^(https?|all|no)_proxy$/i,
  /^(NODE_EXTRA_CA_CERTS|NODE_USE_ENV_PROXY|SSL_CERT_FILE|SSL_CERT_DIR)$/,
];

/** Tokens come as inputs, and no endpoint from the environment: it would be sent our credentials. */
const DROPPED = [
  /^GITHUB_(ENTERPRISE_)?TOKEN$/,
  /^AWS_ENDPOINT_URL/,
  /^AWS_IGNORE_CONFIGURED_ENDPOINT_URLS$/,
];

/** The environment that a step works in. Git's own variables are never among it. */
export function chooseEnvironment(env: Environment): Readonly<Record<string, string>> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      KEPT.some((pattern) => pattern.test(entry[0])) &&
      !DROPPED.some((pattern) => pattern.test(entry[0])),
  );
  return { ...Object.fromEntries(kept), AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: "true" };
}

/** Makes this process see nothing else: SDKs look for themselves. */
export function narrowProcess(chosen: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(process.env))
    if (!(name in chosen)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, chosen);
}

/** A variable that every runner sets. Rejects with USAGE outside of one. */
export function requireVariable(env: Environment, name: string): string {
  const value = env[name] ?? "";
  if (value !== "") return value;
  throw new ModeltrailError("USAGE", `${name} is not set`, {
    hint: "This runs as a step of a workflow; on a command line, use modeltrail.",
  });
}
