import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openContext, type OpenedContext } from "../../src/composition/open-context.ts";
import { initRegistry, type InitOptions } from "../../src/workflows/init.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import type { SeenRequest } from "../servers/github/faults.ts";
import type { GitHubOptions, RepositoryOptions } from "../servers/github/server.ts";
import { openWorld, type World } from "../servers/github/world.ts";
import { openRefsProxy, type RefsProxy } from "./refs-proxy.ts";
import { cloneWorkspace } from "./workspace.ts";

/** A registry in `acme/models` on the test's own GitHub, and people who have no clone of it. */
export interface NoCloneTeam {
  readonly world: World;
  readonly proxy: RefsProxy;
  readonly address: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warnings: string[];
  /** As a command of Ada's sees it, on an empty machine. */
  readonly open: (env?: Readonly<Record<string, string>>, registry?: string) => Promise<OpenedContext>;
  /** A file of the empty machine. */
  readonly write: (path: string, content: string) => string;
  /** Registers a version on main by a pull request that is merged. */
  readonly register: (model: string, version: string) => Promise<void>;
  readonly merge: (target: string) => Promise<void>;
  /** What was asked while `work` ran. */
  readonly during: (work: () => Promise<unknown>) => Promise<readonly SeenRequest[]>;
  readonly git: (...args: readonly string[]) => string;
  readonly dispose: () => Promise<void>;
}

export async function openNoCloneTeam(
  options: GitHubOptions & RepositoryOptions & { readonly init?: Partial<InitOptions> } = {},
): Promise<NoCloneTeam> {
  const world = await openWorld(options);
  const proxy = await openRefsProxy(world);
  const { server, token, repository } = world;
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-no-clone-")));
  const address = `${server.url}/acme/models`;
  const env = { PATH: process.env["PATH"], HOME: parent, GITHUB_TOKEN: token.value };
  const opened: OpenedContext[] = [];
  const warnings: string[] = [];

  // Somebody has made it, in a clone that is gone since.
  const founder = cloneWorkspace(repository.git.folder);
  await initRegistry(await founder.open(), {
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: `file:${parent}/artifacts/` },
    forge: { github: "acme/models", apiUrl: server.apiUrl },
    ...options.init,
  });
  founder.git("push", "--quiet", repository.git.folder, "main");
  await founder.dispose();

  async function open(
    more: Readonly<Record<string, string>> = {},
    registry = address,
  ): Promise<OpenedContext> {
    const context = await openContext({
      registry,
      cwd: parent,
      env: { ...env, ...more },
      notices: { warn: (text) => void warnings.push(text), hint: () => undefined, progress: () => undefined },
      now: () => new Date(),
    });
    opened.push(context);
    return context;
  }

  function write(path: string, content: string): string {
    const target = join(parent, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content);
    return target;
  }

  async function merge(target: string): Promise<void> {
    const result = await mergeProposal(await open(), target);
    if (result.status !== "merged") throw new Error(`${target} was not merged: ${JSON.stringify(result)}`);
  }

  return {
    world,
    proxy,
    address,
    env,
    warnings,
    open,
    write,
    merge,
    register: async (model, version) => {
      const file = write(`${model}-${version}.bin`, `${model} ${version}\n`);
      await registerVersion(await open(), model, file, { version });
      await merge(`register/${model}/${version}`);
    },
    during: async (work) => {
      const before = server.requests.length;
      await work();
      return server.requests.slice(before);
    },
    git: (...args) => repository.git.text(args).trim(),
    dispose: async () => {
      for (const context of opened) await context.repository.close();
      rmSync(parent, { recursive: true, force: true });
      await proxy.close();
      await world.close();
    },
  };
}

export function writesIn(requests: readonly SeenRequest[]): readonly string[] {
  return requests.filter((one) => one.write).map((one) => one.operationId);
}
