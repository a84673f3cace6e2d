import type { Proxies } from "../adapters/github/proxied-fetch.ts";
import type { OpenContextOptions } from "./opened-context.ts";

/** The way through proxies that Git's adapter has, for GitHub's. */
export function proxiesOf(env: OpenContextOptions["env"]): Proxies {
  return {
    env,
    fetchThrough: async (url) => {
      const { fetchThrough } = await import("../adapters/git/proxied-fetch.ts");
      // Which hosts need no proxy is decided already. It takes all that the other one does.
      return fetchThrough({ url, except: "", shown: url }) as unknown as typeof fetch;
    },
  };
}
