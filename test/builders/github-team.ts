import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach } from "vitest";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { initRegistry, type InitOptions } from "../../src/workflows/init.ts";
import { mergeProposal } from "../../src/workflows/merge.ts";
import { promoteVersion } from "../../src/workflows/promote.ts";
import { registerVersion } from "../../src/workflows/register/register.ts";
import type { GitHubOptions, RepositoryOptions } from "../servers/github/server.ts";
import { openWorld, type World } from "../servers/github/world.ts";
import { disposed } from "./disposed.ts";
import { cloneWorkspace, type Workspace } from "./workspace.ts";

/** A registry in `acme/models` on the test's own GitHub, in which Ada may write and Rob may approve. */
export interface GitHubTeam {
  readonly world: World;
  readonly ada: Workspace;
  /** As a command of Ada's sees it. */
  readonly open: () => Promise<OpenedContext>;
  /** The same on an empty machine: by the registry's address, committing as the owner of the token. */
  readonly openRemote: () => Promise<OpenedContext>;
  /** Another clone of Ada's, for what two machines do at once. */
  readonly clone: () => Promise<{ readonly workspace: Workspace; open(): Promise<OpenedContext> }>;
  /** Registers a version on main. */
  readonly register: (model: string, version: string) => Promise<void>;
  /** Brings a version to a stage by a pull request that is merged. */
  readonly bring: (model: string, version: string, stage: string) => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export interface TeamOptions extends GitHubOptions, RepositoryOptions {
  readonly init?: Partial<InitOptions>;
  /** Changes modeltrail.yaml before it is pushed. */
  readonly policy?: (text: string) => string;
  /** How versions arrive; by a commit on main when left out, which takes a command less. */
  readonly registration?: "direct" | "pull-request";
}

/** Of whom commits are: nothing, so that GitHub makes and signs them. */
const UNSAID = { GIT_AUTHOR_NAME: "", GIT_AUTHOR_EMAIL: "", GIT_COMMITTER_NAME: "", GIT_COMMITTER_EMAIL: "" };

export async function openGitHubTeam(options: TeamOptions = {}): Promise<GitHubTeam> {
  const world = await openWorld(options);
  const { server, token, repository } = world;
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-artifacts-")));
  const opened: Workspace[] = [];
  // An address that GitHub knows: approvals of commits by anybody else do not count.
  const mail = token.user.email;
  const env = { GITHUB_TOKEN: token.value, GIT_AUTHOR_EMAIL: mail, GIT_COMMITTER_EMAIL: mail };

  function cloned(): Workspace {
    // By its folder: git that waits for the server of this very process would wait for ever.
    const workspace = cloneWorkspace(repository.git.folder);
    workspace.git("remote", "set-url", "origin", server.gitUrl("acme/models"));
    opened.push(workspace);
    return workspace;
  }

  const ada = cloned();
  await initRegistry(await ada.open(), {
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: `file:${parent}/artifacts/` },
    forge: { github: "acme/models", apiUrl: server.apiUrl },
    ...options.init,
  });
  const isDirect = options.registration !== "pull-request";
  const change = options.policy ?? ((text: string) => text);
  const policy = change(readFileSync(join(ada.folder, "modeltrail.yaml"), "utf8"));
  ada.write("modeltrail.yaml", isDirect ? policy.replace('"pull-request"', '"direct"') : policy);
  ada.git("commit", "--quiet", "--all", "--amend", "--no-edit");
  ada.git("push", "--quiet", repository.git.folder, "main");
  const open = (): Promise<OpenedContext> => ada.open(undefined, env);

  async function merged(branch: string): Promise<void> {
    const result = await mergeProposal(await open(), branch);
    if (result.status !== "merged") throw new Error(`${branch} was not merged: ${JSON.stringify(result)}`);
  }

  return {
    world,
    ada,
    open,
    openRemote: () => ada.open(`${server.url}/acme/models`, { ...env, ...UNSAID }),
    clone: () => {
      const workspace = cloned();
      return Promise.resolve({ workspace, open: () => workspace.open(undefined, env) });
    },
    register: async (model, version) => {
      const file = ada.write(`../${model}-${version}.bin`, `${model} ${version}\n`);
      await registerVersion(await open(), model, file, { version });
      if (!isDirect) await merged(`register/${model}/${version}`);
    },
    bring: async (model, version, stage) => {
      const outcome = await promoteVersion(await open(), `${model}@${version}`, stage);
      if (outcome.status === "already") return;
      await merged(outcome.branch);
    },
    dispose: async () => {
      for (const workspace of opened) await workspace.dispose();
      rmSync(parent, { recursive: true, force: true });
      await world.close();
    },
  };
}

/** Opens teams that are there until the test is done. */
export function teamsOfTest(): (options?: TeamOptions) => Promise<GitHubTeam> {
  return disposed(afterEach, openGitHubTeam);
}
