import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGit } from "../builders/workspace.ts";
import type { World } from "../servers/github/world.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the workflows of these tests take our actions from; act puts this repository's in their place. */
export const PINNED = `modeltrail/modeltrail@${"0123456789".repeat(4)}`;

/** A workflow whose actions of ours come from there, too. */
export function placeActions(workflow: string): string {
  return workflow.replaceAll(
    /modeltrail\/modeltrail(\/action\/[a-z]+)@[0-9a-f]{40}/g,
    PINNED.replace("@", "$1@"),
  );
}

/** It runs workflows as they are, here on this machine and without a network. */
const RUNNER = "act";

export const hasAct = spawnSync(RUNNER, ["--version"]).status === 0;

export interface ActRun {
  readonly code: number;
  /** Everything that act and the steps said. */
  readonly log: string;
}

export interface Act {
  /** Runs one workflow of the default branch's tip, or of another branch, for an event. */
  run(event: string, payload: object, options: ActOptions): Promise<ActRun>;
  dispose(): void;
}

export interface ActOptions {
  readonly workflow: string;
  readonly token: string;
  /** What is checked out; main. */
  readonly branch?: string;
}

/** A runner for a repository on the test's GitHub. */
export function newAct({ server, repository }: World): Act {
  const folder = mkdtempSync(join(tmpdir(), "modeltrail-act-"));
  const actions = join(folder, "actions");
  for (const name of ["validate", "record", "gate", "promote", "dist"])
    cpSync(join(ROOT, "action", name), join(actions, "action", name), { recursive: true });
  const home = join(folder, "home");
  mkdirSync(home);
  let runs = 0;

  async function run(event: string, payload: object, options: ActOptions): Promise<ActRun> {
    runs += 1;
    const clone = join(folder, `run-${runs}`);
    runGit(folder, "clone", "--quiet", "--branch", options.branch ?? "main", repository.git.folder, clone);
    runGit(clone, "remote", "set-url", "origin", server.gitUrl("acme/models"));
    const path = join(folder, `event-${runs}.json`);
    writeFileSync(path, JSON.stringify({ repository: repositoryOf(repository), ...payload }));
    const env = {
      GITHUB_SERVER_URL: server.url,
      GITHUB_API_URL: server.apiUrl,
      GITHUB_REPOSITORY: "acme/models",
    };
    const flags = {
      workflows: join(".github/workflows", options.workflow),
      eventpath: path,
      platform: "ubuntu-latest=-self-hosted",
      "action-cache-path": join(folder, `cache-${runs}`),
      "local-repository": `${PINNED}=${actions}`,
      defaultbranch: "main",
      "concurrent-jobs": "1",
      secret: `GITHUB_TOKEN=${options.token}`,
    };
    return start(clone, [
      event,
      "--action-offline-mode",
      "--no-cache-server",
      ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
      ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ]);
  }

  function start(cwd: string, args: readonly string[]): Promise<ActRun> {
    const env = {
      PATH: process.env["PATH"],
      HOME: home,
      XDG_CACHE_HOME: home,
      GIT_CONFIG_NOSYSTEM: "1",
      TMPDIR: folder,
    };
    const child = spawn(RUNNER, [...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let log = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (log += text));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ code: code ?? -1, log }));
    });
  }

  return { run, dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

function repositoryOf(repository: World["repository"]): object {
  const { id, name, owner, defaultBranch } = repository;
  return { id, name, full_name: `${owner.login}/${name}`, default_branch: defaultBranch };
}
