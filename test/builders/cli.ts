import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { TEST_ENV } from "./workspace.ts";

/** The built command line; `npm test` builds it first. */
export const CLI: string = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

/** What a run of the command line came to. */
export interface CliRun {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that is still under way. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly done: Promise<CliRun>;
}

/** Starts the command line as a process of its own, in a process group of its own. */
export function startCli(cwd: string, ...args: readonly string[]): CliProcess {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...TEST_ENV },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output.stderr += chunk.toString()));
  const done = new Promise<CliRun>((resolve) => child.on("close", (code) => resolve({ code, ...output })));
  return { child, done };
}

export async function runCli(cwd: string, ...args: readonly string[]): Promise<CliRun> {
  return startCli(cwd, ...args).done;
}

/** Kills a run and all its children, as `kill -9` of the group does. */
export function killGroup({ child }: CliProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It had ended by itself.
  }
}
