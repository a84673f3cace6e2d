import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import { planInit } from "../../src/change/init.ts";
import { openContext } from "../../src/composition/open-context.ts";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import type { InitOptions } from "../../src/workflows/init.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion, type PromoteOptions } from "../../src/workflows/promote.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import { commitFiles } from "../servers/github/commit-files.ts";
import type { SeenRequest } from "../servers/github/faults.ts";
import type { GitHubOptions, RepositoryOptions } from "../servers/github/server.ts";
import { openWorld, type World } from "../servers/github/world.ts";
import { disposed } from "./disposed.ts";

/** A registry in `acme/models` on the test's own GitHub, and people who have no clone of it. */
export interface NoCloneTeam {
  readonly world: World;
  readonly address: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warnings: string[];
  /** As a command of Ada's sees it, on an empty machine. */
  readonly open: (env?: Readonly<Record<string, string>>, registry?: string) => Promise<OpenedContext>;
  /** A file of the empty machine. */
  readonly write: (path: string, content: string) => string;
  /** Registers a version on main. */
  readonly register: (model: string, version: string) => Promise<void>;
  readonly merge: (target: string) => Promise<void>;
  /** What was asked while `work` ran. */
  readonly during: (work: () => Promise<unknown>) => Promise<readonly SeenRequest[]>;
  readonly git: (...args: readonly string[]) => string;
  readonly dispose: () => Promise<void>;
}

export interface NoCloneOptions extends GitHubOptions, RepositoryOptions {
  readonly init?: Partial<InitOptions>;
  /** How versions arrive; by a commit on main when left out, which takes a pull request less. */
  readonly registration?: "direct" | "pull-request";
}

export async function openNoCloneTeam(options: NoCloneOptions = {}): Promise<NoCloneTeam> {
  const world = await openWorld(options);
  const { server, token, repository } = world;
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-no-clone-")));
  const address = `${server.url}/acme/models`;
  const env = { PATH: process.env["PATH"], HOME: parent, GITHUB_TOKEN: token.value };
  const opened: OpenedContext[] = [];
  const warnings: string[] = [];

  // Somebody has made it, in a clone that is gone since.
  const { edits } = planInit({
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: `file:${parent}/artifacts/` },
    forge: { github: "acme/models", apiUrl: server.apiUrl },
    ...options.init,
    gitignore: undefined,
    ignore: undefined,
  });
  const isDirect = options.registration !== "pull-request";
  const said = edits.map(({ path, text }) => [
    path,
    isDirect ? text?.replace('"pull-request"', '"direct"') : text,
  ]);
  commitFiles(repository, {
    files: Object.fromEntries(said) as Record<string, string | null>,
    message: "Init",
  });

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
    address,
    env,
    warnings,
    open,
    write,
    merge,
    register: async (model, version) => {
      const file = write(`${model}-${version}.bin`, `${model} ${version}\n`);
      await registerVersion(await open(), model, file, { version });
      if (!isDirect) await merge(`register/${model}/${version}`);
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
      await world.close();
    },
  };
}

export function writesIn(requests: readonly SeenRequest[]): readonly string[] {
  return requests.filter((one) => one.write).map((one) => one.operationId);
}

/** Most of a test is waiting for answers, so they run beside each other. */
export const TOGETHER = { concurrent: true, timeout: 120_000 } as const;

/** Opens teams that are there until all tests of the file are done. */
export function teamsOfFile(): (options?: NoCloneOptions) => Promise<NoCloneTeam> {
  return disposed(afterAll, openNoCloneTeam);
}

/** The branch of what `promote` proposes first. */
export const BRANCH = "promote/staging/fraud/1.0.0";

export function promote(
  { open }: NoCloneTeam,
  version = "1.0.0",
  options: PromoteOptions = {},
): ReturnType<typeof promoteVersion> {
  return open().then((context) => promoteVersion(context, `fraud@${version}`, "staging", options));
}
