import { isAbsolute, resolve } from "node:path";
import type { GitRepository } from "../adapters/git/open.ts";
import type { ApiRepository, RegistryAddress } from "../adapters/github/objects/open-github-objects.ts";
import { ModeltrailError } from "../diagnostics/errors.ts";
import type { Registry } from "../manifest/types.generated.ts";
import type { ArtifactStore } from "../ports/artifact-store.ts";
import type { Forge } from "../ports/forge.ts";
import type { Context, ForgeScope } from "../workflows/context.ts";
import type { OpenContextOptions, OpenedContext } from "./opened-context.ts";
import { proxiesOf } from "./proxies.ts";

/** What the context of any registry has, wherever it lies. */
export interface SharedContext extends Pick<
  Context,
  "requireAccess" | "describeProposal" | "openModelFiles" | "now" | "notices"
> {
  readonly openCode: (code: string, registry: GitRepository) => ReturnType<Context["openCode"]>;
}

/** Opens a registry by its address on GitHub, without a clone. */
export async function openRemoteContext(
  registry: string,
  options: OpenContextOptions,
  shared: SharedContext,
): Promise<OpenedContext> {
  const { cwd, env, now } = options;
  const { findToken, openApiRepository, parseRegistryAddress } =
    await import("../adapters/github/objects/open-github-objects.ts");
  const { openHosted } = await import("../adapters/git/hosted-repository.ts");
  const address = parseRegistryAddress(registry);
  const token = await findToken(env, address.endpoint.host);
  const api = openApiRepository({ address, token, userAgent: "modeltrail", proxies: proxiesOf(env) });
  const repository = openHosted({ host: api, env, now });
  return {
    ...shared,
    openCode: (code) => shared.openCode(code, repository),
    repository,
    prefix: address.prefix,
    openStore,
    openForge: (_, scope) => openForge(scope, { address, api, repository, token, options }),
    placeFolder: async (target, storage) => {
      const { placeFolder } = await import("./place-folder.ts");
      requireAbsolute(storage.uri);
      return placeFolder(resolve(cwd, target), storage, { repository, registry: repository.commonDir });
    },
    readWorkFile: () => Promise.resolve(undefined),
  };
}

async function openStore(storage: Registry["spec"]["storage"]): Promise<ArtifactStore> {
  requireAbsolute(storage.uri);
  const { openArtifactStore } = await import("./open-store.ts");
  return openArtifactStore(storage, "/");
}

/** A folder beside the manifests is on the machine of whoever cloned them. */
function requireAbsolute(uri: string): void {
  if (!uri.startsWith("file:") || isAbsolute(uri.slice("file:".length))) return;
  throw new ModeltrailError("USAGE", `the artifacts of this registry lie in ${uri}, beside a clone of it`, {
    hint: "Work in that clone, or keep artifacts in S3 or in a folder with an absolute path (spec.storage).",
  });
}

interface Around {
  readonly address: RegistryAddress;
  readonly api: ApiRepository;
  readonly repository: OpenedContext["repository"];
  readonly token: string;
  readonly options: OpenContextOptions;
}

async function openForge(scope: ForgeScope, around: Around): Promise<Forge> {
  const { address, api, repository, token, options } = around;
  const { parseEndpoint } = await import("../adapters/github/objects/open-github-objects.ts");
  const { openApiForge } = await import("../adapters/github/objects/forge.ts");
  const { env, notices } = options;
  const { owner, name, apiUrl } = address;
  if (!scope.push)
    throw new ModeltrailError(
      "USAGE",
      "without a clone there is nothing that --no-push could keep a proposal in",
      {
        hint: "Leave it out, or work in a clone.",
      },
    );
  const { host } = scope;
  if (host !== undefined) {
    const isHere =
      parseEndpoint(host.apiUrl).host === address.endpoint.host &&
      host.github.toLowerCase() === `${owner}/${name}`.toLowerCase();
    if (!isHere) throw isCopy(address, host.github);
  }
  const { branchPrefix, base } = scope;
  return openApiForge({
    owner,
    name,
    apiUrl,
    token,
    repository,
    branchPrefix,
    base,
    notices,
    proxies: proxiesOf(env),
    userAgent: "modeltrail",
    api,
    // Whoever says by GIT_AUTHOR_* who commits gets such a commit, which GitHub does not sign.
    signs: [env["GIT_AUTHOR_NAME"], env["GIT_AUTHOR_EMAIL"]].every((value) => (value ?? "").trim() === ""),
  });
}

/** A registry that names no host has its pull requests where it lies; one that names another is a copy. */
function isCopy({ url }: RegistryAddress, named: string): ModeltrailError {
  return new ModeltrailError("USAGE", `${url} is a copy: its modeltrail.yaml names ${named}`, {
    hint: "Use the address of that one, or correct spec.forge in modeltrail.yaml.",
  });
}
