import { planInit } from "../../change/init.ts";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import { REGISTRY_FILE } from "../../registry/layout.ts";
import type { Context } from "../context.ts";
import type { InitOptions } from "../init.ts";
import { parseManifest } from "../read/manifests.ts";

type Forge = NonNullable<InitOptions["forge"]>;

/** Rejects with USAGE for a repository or an API that modeltrail.yaml cannot name; its schema alone says which. */
export async function requireForge({ notices }: Context, forge: Forge): Promise<void> {
  const { github, apiUrl } = forge;
  const wrong = await findWrong(forge);
  if (wrong.has("/spec/forge/github"))
    throw new ModeltrailError("USAGE", `--github ${github} names no repository`, {
      hint: "Write owner/name, as in --github acme/models, without .git; the address of a server goes into --github-api.",
    });
  if (apiUrl === undefined) return;
  const host = URL.canParse(apiUrl) ? new URL(apiUrl).host : "";
  if (wrong.size > 0 || host === "")
    throw new ModeltrailError("USAGE", `--github-api ${apiUrl} is no address that a token may be sent to`, {
      hint: "It looks like https://ghe.acme.com/api/v3: without https everybody on the way could read the token.",
    });
  if (/^(www\.)?github\.com$/.test(host))
    throw new ModeltrailError("USAGE", `--github-api ${apiUrl} is github.com itself, not its API`, {
      hint: "Leave --github-api out: it is for a GitHub Enterprise.",
    });
  const better = findBetter(apiUrl, host);
  if (better !== undefined)
    notices.warn(`--github-api ${apiUrl} is not where that GitHub has its API, which would be ${better}`);
}

/** The pointers of what the schema has against it. */
async function findWrong(forge: Forge): Promise<ReadonlySet<string>> {
  const { edits } = planInit({
    name: "probe",
    storage: { uri: "file:probe/" },
    forge,
    stages: ["probe"],
    gitignore: undefined,
    ignore: undefined,
  });
  const text = edits.find(({ path }) => path === REGISTRY_FILE)?.text ?? "";
  const reading = await parseManifest("Registry", new TextEncoder().encode(text), REGISTRY_FILE);
  return new Set(reading.ok ? [] : reading.findings.map(({ pointer }) => pointer ?? ""));
}

/** A server has its API below its own address, with data residency it has a host of its own. */
function findBetter(apiUrl: string, host: string): string | undefined {
  if (host === "api.github.com") return undefined;
  if (host.endsWith(".ghe.com")) return host.startsWith("api.") ? undefined : `https://api.${host}`;
  const { protocol, pathname } = new URL(apiUrl);
  return /^\/api\/v3\/?$/.test(pathname) ? undefined : `${protocol}//${host}/api/v3`;
}
