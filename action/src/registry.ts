import { createHash } from "node:crypto";
import { ModeltrailError } from "../../src/diagnostics/errors.ts";
import { openContext } from "../../src/composition/open-context.ts";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { type Environment, requireVariable } from "./environment.ts";
import { readFolder } from "./inputs.ts";
import { hideSecret, NOTICES, say } from "./runner.ts";

/** A registry on the workflow's own GitHub. */
export interface RegistryInput {
  readonly token: string;
  /** The registry's folder. */
  readonly path: string;
  /** `owner/name`, or an address; left out: the workflow's own repository. */
  readonly registry?: string | undefined;
}

/** Opens a registry by its address: what it says comes through the API, never from a checkout. */
export async function openRegistry(
  env: Readonly<Record<string, string>>,
  { token, path, registry }: RegistryInput,
): Promise<OpenedContext> {
  hideSecret(token);
  const address = addressOf(env, path, registry);
  say(`Reading ${address}`);
  return openContext({
    registry: address,
    cwd: env["RUNNER_TEMP"] ?? ".",
    env: { ...env, GITHUB_TOKEN: token },
    now: () => new Date(),
    notices: NOTICES,
  });
}

function addressOf(env: Environment, path: string, registry: string | undefined): string {
  const server = requireVariable(env, "GITHUB_SERVER_URL").replace(/\/+$/, "");
  const named = (registry ?? "") === "" ? requireVariable(env, "GITHUB_REPOSITORY") : (registry ?? "");
  const repository = /^https?:/i.test(named) ? named.replace(/\/+$/, "") : `${server}/${named}`;
  // The token is this GitHub's; a workflow that reads another one would hand it over there.
  if (!URL.canParse(repository) || new URL(repository).origin !== new URL(server).origin) {
    throw new ModeltrailError(
      "USAGE",
      `the input "registry" is ${JSON.stringify(named)}, not a repository of ${server}`,
      {
        hint: "Write it as owner/name.",
      },
    );
  }
  const folder = readFolder(path).map(encodeURIComponent).join("/");
  return folder === "" ? repository : `${repository}/tree/HEAD/${folder}`;
}

/** The hidden line by which a comment is found again; each registry of a repository has its own. */
export function markerOf(kind: "verdict" | "recorded", prefix: string): string {
  const which = createHash("sha256").update(prefix).digest("hex").slice(0, 12);
  return `<!-- modeltrail:${kind} ${which} -->`;
}
