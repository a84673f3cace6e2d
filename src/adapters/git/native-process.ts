import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { devNull } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { ModeltrailError } from "../../diagnostics/errors.ts";
import type { Layout } from "./locate.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  /** Variables on top of the clean environment. */
  readonly env?: Environment;
  /** Lets the repository's own hooks run; only a push does. */
  readonly hooks?: boolean;
  readonly timeoutMs?: number;
}

const LOCAL_TIMEOUT_MS = 120_000;
const STDERR_LIMIT = 16_384;
/** What would point git at another repository, or change the meaning of our arguments. */
const DROPPED =
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|CEILING_DIRECTORIES|SHALLOW_FILE|GRAFT_FILE|REPLACE_REF_BASE|DEFAULT_HASH|CONFIG|EXTERNAL_DIFF|DIFF_OPTS|QUARANTINE_PATH|INTERNAL_SUPER_PREFIX|(NOGLOB|GLOB|ICASE|LITERAL)_PATHSPECS)$/;
const CLEAN: Readonly<Record<string, string>> = {
  GIT_NO_REPLACE_OBJECTS: "1",
  // Parents are what commits say, not what a file of this clone pretends.
  GIT_GRAFT_FILE: devNull,
  GIT_OPTIONAL_LOCKS: "0",
  GIT_LITERAL_PATHSPECS: "1",
  GIT_TERMINAL_PROMPT: "0",
  LC_ALL: "C",
  LANGUAGE: "",
};

/** The git on the PATH, without running it; undefined when there is none. */
export async function findGit(env: Environment): Promise<string | undefined> {
  const names = process.platform === "win32" ? ["git.exe"] : ["git"];
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    // A relative entry would take the program from the repository.
    for (const name of isAbsolute(folder) ? names : []) {
      const path = join(folder, name);
      if (
        await access(path, constants.X_OK).then(
          () => true,
          () => false,
        )
      )
        return path;
    }
  }
  return undefined;
}

/** Runs native git on one repository: never through a shell, never with the caller's GIT_DIR and the like. */
export class NativeGit {
  readonly executable: string;
  readonly layout: Layout | undefined;
  readonly #env: Record<string, string>;

  constructor(executable: string, env: Environment, layout?: Layout) {
    this.executable = executable;
    this.layout = layout;
    this.#env = cleanEnvironment(env);
  }

  spawn(
    args: readonly string[],
    options: Pick<RunOptions, "env" | "hooks"> = {},
  ): ChildProcessWithoutNullStreams {
    const guards = [
      "-c",
      "core.fsmonitor=false",
      ...(options.hooks === true ? [] : ["-c", "core.hooksPath=/dev/null"]),
    ];
    const extra = Object.entries(options.env ?? {}).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return spawn(this.executable, [...this.#place(), ...guards, ...args], {
      cwd: this.layout?.root ?? this.layout?.gitDir ?? process.cwd(),
      env: { ...this.#env, ...Object.fromEntries(extra) },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
  }

  /** Runs to the end and keeps the output, whatever the exit code. */
  run(args: readonly string[], options: RunOptions = {}): Promise<GitOutput> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(args, options);
      const stdout: Buffer[] = [];
      const stderr = keepTail(child);
      const timer = setTimeout(() => stop(child), options.timeoutMs ?? LOCAL_TIMEOUT_MS);
      child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
      child.on("error", (cause) => {
        clearTimeout(timer);
        reject(new ModeltrailError("GIT", `cannot run ${this.executable}`, { cause }));
      });
      child.on("close", (code, signal) => {
        clearTimeout(timer);
        const killed = signal === null ? "" : `\nended by ${signal}`;
        resolve({ code: code ?? -1, stdout: Buffer.concat(stdout), stderr: stderr() + killed });
      });
      child.stdin.on("error", () => undefined);
      child.stdin.end(options.input ?? "");
    });
  }

  /** Runs to the end; rejects with GIT unless the exit code is 0. */
  async must(args: readonly string[], options: RunOptions = {}): Promise<Buffer> {
    const done = await this.run(args, options);
    if (done.code !== 0) throw gitFailure(args[0] ?? "", done);
    return done.stdout;
  }

  #place(): string[] {
    if (this.layout === undefined) return [];
    const { gitDir, root } = this.layout;
    return [`--git-dir=${gitDir}`, ...(root === undefined ? [] : [`--work-tree=${root}`])];
  }
}

/** Ends a child, and our wait for it: what it has started may live on and hold its output open. */
function stop(child: ChildProcessWithoutNullStreams): void {
  child.kill("SIGKILL");
  child.stdout.destroy();
  child.stderr.destroy();
}

/** Collects the end of what a child says on standard error. */
export function keepTail(child: ChildProcessWithoutNullStreams): () => string {
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text = (text + chunk.toString("utf8")).slice(-STDERR_LIMIT);
  });
  return () => text;
}

export function gitFailure(command: string, done: Pick<GitOutput, "code" | "stderr">): ModeltrailError {
  const said = done.stderr.trim().split(/\n+/).slice(-5).join("; ");
  return new ModeltrailError("GIT", `git ${command} failed with exit code ${done.code}: ${said}`);
}

function cleanEnvironment(env: Environment): Record<string, string> {
  const kept = Object.entries(env).filter(
    (pair): pair is [string, string] =>
      pair[1] !== undefined && !DROPPED.test(pair[0]) && !pair[0].startsWith("GIT_TRACE"),
  );
  return { ...Object.fromEntries(kept), ...CLEAN };
}
