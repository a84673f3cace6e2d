import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Emulator, EmulatorClient } from "./emulator.ts";

/** What we use of https://www.npmjs.com/package/emulate, which is no dependency of ours. */
interface EmulateModule {
  createEmulator(options: {
    readonly service: "github";
    readonly port: number;
    readonly seed: Readonly<Record<string, unknown>>;
  }): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/** The module, where `.ci/run` installed it. */
export function findEmulate(): string | undefined {
  const path = resolve(".tools/emulate/node_modules/emulate/dist/api.js");
  return existsSync(path) ? path : undefined;
}

const TOKENS = { ada: "token-of-ada", rob: "token-of-rob" } as const;

export async function startEmulate(module: string): Promise<Emulator> {
  const { createEmulator } = (await import(pathToFileURL(module).href)) as EmulateModule;
  const emulator = await createEmulator({
    service: "github",
    port: 0,
    seed: {
      tokens: {
        [TOKENS.ada]: { login: "ada", scopes: ["repo"] },
        [TOKENS.rob]: { login: "rob", scopes: ["repo"] },
      },
      github: {
        users: [{ login: "ada" }, { login: "rob" }],
        orgs: [{ login: "acme", members: [{ login: "ada", role: "admin" }, { login: "rob" }] }],
        repos: [{ owner: "acme", name: "models", auto_init: false }],
      },
    },
  });
  const client = new EmulatorClient(emulator.url, TOKENS.ada);
  return {
    apiUrl: emulator.url,
    tokens: TOKENS,
    async commit({ parents, edits, ...rest }) {
      const tree = edits.map(({ path, content }) => ({
        path,
        mode: "100644",
        type: "blob",
        content: content.toString("utf8"),
      }));
      const [parent] = parents;
      const base = parent === undefined ? undefined : await client.call("GET", `/git/commits/${parent}`);
      const { sha } = await client.call("POST", "/git/trees", {
        tree,
        ...(base === undefined ? {} : { base_tree: (base["tree"] as { readonly sha: string }).sha }),
      });
      return (await client.call("POST", "/git/commits", { ...rest, parents, tree: sha }))["sha"] as string;
    },
    async setBranch(name, oid) {
      if (oid === undefined) return void (await client.call("DELETE", `/git/refs/heads/${name}`));
      const moved = await client.ask("PATCH", `/git/refs/heads/${name}`, { sha: oid, force: true });
      if (!moved.ok) await client.call("POST", "/git/refs", { ref: `refs/heads/${name}`, sha: oid });
    },
    complete: (reply) => reply,
    close: () => emulator.close(),
  };
}
