import type { Proxies } from "../proxied-fetch.ts";
import { openApi, PATIENCE, type Patience } from "../sdk.ts";
import type { RegistryAddress } from "./address.ts";
import type { Source } from "./ask.ts";
import { ApiHistory } from "./history.ts";
import { ApiRemote } from "./push.ts";
import { ApiRefs, type Viewer } from "./refs.ts";
import { ApiSupply } from "./supply.ts";
import type { HostedObjects, HostedParts, RepositoryHost } from "../../../ports/hosted-repository.ts";
import { Uploads } from "./upload.ts";

export { parseRegistryAddress, type RegistryAddress } from "./address.ts";
export { parseEndpoint } from "../endpoint.ts";
export { findToken } from "../token.ts";

export interface ApiRepositoryOptions {
  readonly address: RegistryAddress;
  readonly token: string;
  readonly userAgent: string;
  readonly patience?: Partial<Patience>;
  /** Left out: there are none. */
  readonly proxies?: Proxies;
}

/** A repository on GitHub by its API. */
export interface ApiRepository extends RepositoryHost {
  connect(objects: HostedObjects): ApiParts;
  /** What `connect` made. */
  parts(): ApiParts;
}

export interface ApiParts extends HostedParts {
  readonly source: Source;
  readonly objects: HostedObjects;
  readonly refs: ApiRefs;
  readonly uploads: Uploads;
}

/** Asks nothing yet. */
export function openApiRepository(options: ApiRepositoryOptions): ApiRepository {
  const { address, token, userAgent, proxies } = options;
  const { endpoint, owner, name, url, prefix } = address;
  const patience = { ...PATIENCE, ...options.patience };
  const api = openApi({ endpoint, owner, name, token, userAgent, patience, proxies });
  const source: Source = { api, retryPauseMs: patience.retryPauseMs };
  const supply = new ApiSupply(source);
  let made: ApiParts | undefined;
  function parts(): ApiParts {
    if (made === undefined) throw new Error("the parts of the repository are not connected yet");
    return made;
  }
  return {
    supply: {
      readMany: (oids) => supply.readMany(oids),
      readBlob: (oid) => supply.readBlob(oid),
      resolve: (revision) => parts().refs.resolve(revision),
    },
    connect(objects) {
      const policy = `${prefix}modeltrail.yaml`;
      const refs = new ApiRefs({ source, objects, policy, offer: (reply) => supply.offer(reply) });
      const history = new ApiHistory(source, objects);
      const uploads = new Uploads(source, objects);
      const remote = new ApiRemote({ source, objects, refs, uploads, url });
      made = { source, objects, refs, history, uploads, remote };
      return made;
    },
    parts,
    whoAmI: async () => toPerson((await parts().refs.look()).viewer, endpoint.host),
  };
}

function toPerson({ login, databaseId, name }: Viewer, host: string): { name: string; email: string } {
  const domain =
    host === "github.com" || host.endsWith(".ghe.com") ? "github.com" : host.replace(/:\d+$/, "");
  const id = databaseId === null ? "" : `${databaseId}+`;
  const called = name?.trim() ?? "";
  return { name: called === "" ? login : called, email: `${id}${login}@users.noreply.${domain}` };
}
