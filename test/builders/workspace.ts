import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openContext } from "../../src/composition/open-context.ts";
import type { OpenedContext } from "../../src/composition/opened-context.ts";
import { initRegistry, EMBEDDED_STORAGE, type InitOptions } from "../../src/workflows/init.ts";

/** Who commits in tests, and no configuration of the machine's own. */
export const TEST_ENV = {
  PATH: process.env["PATH"],
  HOME: join(tmpdir(), "modeltrail-no-home"),
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
} as const;

/** A folder with a Git repository, gone after the test. */
export interface Workspace {
  readonly folder: string;
  /** Runs native git in the folder and returns what it prints. */
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, content: string | Uint8Array) => string;
  /** A context as commands get one; closed with the workspace. */
  readonly open: (registry?: string, env?: Readonly<Record<string, string>>) => Promise<OpenedContext>;
  readonly warnings: readonly string[];
  readonly hints: readonly string[];
  readonly dispose: () => Promise<void>;
}

export function runGit(folder: string, ...args: readonly string[]): string {
  return execFileSync("git", [...args], {
    cwd: folder,
    env: TEST_ENV,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** A repository without commits, on main. */
export function newWorkspace(): Workspace {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-test-")));
  const folder = join(parent, "registry");
  mkdirSync(folder);
  runGit(folder, "init", "--quiet", "--initial-branch=main");
  return workspaceIn(folder, parent);
}

/** A clone of another repository. */
export function cloneWorkspace(url: string): Workspace {
  const parent = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-test-")));
  runGit(parent, "clone", "--quiet", url, "registry");
  return workspaceIn(join(parent, "registry"), parent);
}

function workspaceIn(folder: string, parent: string): Workspace {
  const opened: OpenedContext[] = [];
  const warnings: string[] = [];
  const hints: string[] = [];
  const notices = {
    warn: (text: string): void => void warnings.push(text),
    hint: (text: string): void => void hints.push(text),
    progress: (): void => undefined,
  };
  return {
    folder,
    warnings,
    hints,
    git: (...args) => runGit(folder, ...args),
    write: (path, content) => {
      const target = join(folder, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
      return target;
    },
    open: async (registry, env = {}) => {
      const context = await openContext({
        cwd: folder,
        registry,
        env: { ...TEST_ENV, ...env },
        notices,
        now: () => new Date(),
      });
      opened.push(context);
      return context;
    },
    dispose: async () => {
      for (const context of opened) await context.repository.close();
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** A registry with staging and production, embedded storage, and nothing in it. */
export async function newRegistry(options: Partial<InitOptions> = {}): Promise<Workspace> {
  const workspace = newWorkspace();
  await initRegistry(await workspace.open(), {
    name: "acme-models",
    stages: ["staging", "production"],
    storage: { uri: EMBEDDED_STORAGE },
    ...options,
  });
  return workspace;
}
