import { execFile } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openContext } from "../../../src/composition/open-context.ts";
import type { OpenedContext } from "../../../src/composition/opened-context.ts";
import type { Context } from "../../../src/workflows/context.ts";
import { TEST_ENV } from "../../builders/workspace.ts";

const run = promisify(execFile);

/** Git as a process that this one goes on beside: the server that it talks to may be here. */
export async function gitAside(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await run("git", [...args], { cwd: folder, env: TEST_ENV, maxBuffer: 1 << 28 });
  return stdout;
}

/** A folder for clones and hosts, gone with `dispose`. */
export interface Ground {
  readonly root: string;
  readonly clone: (url: string, ...options: readonly string[]) => Promise<string>;
  readonly open: (folder: string, env?: Readonly<Record<string, string>>) => Promise<OpenedContext>;
  readonly dispose: () => Promise<void>;
}

export function openGround(): Ground {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "modeltrail-audit-")));
  const opened: OpenedContext[] = [];
  let count = 0;
  return {
    root,
    clone: async (url, ...options) => {
      const name = `clone-${(count += 1)}`;
      await gitAside(root, "clone", "--quiet", ...options, url, name);
      return join(root, name);
    },
    open: async (folder, env = {}) => {
      const notices = { warn: () => undefined, hint: () => undefined, progress: () => undefined };
      const context = await openContext({
        cwd: folder,
        env: { ...TEST_ENV, ...env },
        notices,
        now: () => new Date(),
      });
      opened.push(context);
      return context;
    },
    dispose: async () => {
      for (const context of opened) await context.repository.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** A run that was ended from outside. */
export class Killed extends Error {}

/** The same context, whose run ends before or after its `step`-th write, as if the process were gone. */
export function killedAt(context: Context, step: number): Context {
  let left = step;
  const dying =
    <Arguments extends readonly unknown[], Result>(work: (...args: Arguments) => Promise<Result>) =>
    async (...args: Arguments): Promise<Result> => {
      left -= 1;
      if (left === 0) throw new Killed();
      const result = await work(...args);
      left -= 1;
      if (left === 0) throw new Killed();
      return result;
    };
  const { repository } = context;
  const { writer, remote, refs } = repository;
  return {
    ...context,
    repository: {
      ...repository,
      writer: { ...writer, chain: dying((parent, links) => writer.chain(parent, links)) },
      remote: {
        ...remote,
        push: dying((updates) => remote.push(updates)),
        fetch: dying(() => remote.fetch()),
      },
      refs: {
        head: () => refs.head(),
        resolve: (revision) => refs.resolve(revision),
        read: (name) => refs.read(name),
        list: (prefix) => refs.list(prefix),
        symbolic: (name) => refs.symbolic(name),
        update: dying((update) => refs.update(update)),
      },
    },
  };
}

/** How many files of the registry each commit of a main branch changed: the number of its transitions, told by Git. */
export async function countChanges(
  folder: string,
  main: string,
  prefix = "",
): Promise<readonly [string, number][]> {
  const args = [
    "log",
    "--first-parent",
    "-m",
    "--reverse",
    "--no-renames",
    "--root",
    "--format=%x01%H",
    "--name-only",
  ];
  const text = await gitAside(folder, ...args, main, "--", `${prefix}modeltrail.yaml`, `${prefix}models`);
  return text
    .split("\u0001")
    .slice(1)
    .map((part) => {
      const [oid = "", ...names] = part.split("\n").filter((line) => line !== "");
      return [oid, names.length];
    });
}
