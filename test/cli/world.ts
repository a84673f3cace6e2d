import { main } from "../../src/cli/main.ts";
import { TEST_ENV, type Workspace } from "../builders/workspace.ts";

process.env["TZ"] = "UTC";

/** What one command line came to. */
export interface Spoken {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface SpeakOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Columns of the terminal that standard output and error are; left out: they are files. */
  readonly terminal?: number;
}

/** A command line in this process, with a clock that goes on by a minute at each command. */
export interface Shell {
  readonly run: (...argv: readonly string[]) => Promise<Spoken>;
  readonly runWith: (options: SpeakOptions, ...argv: readonly string[]) => Promise<Spoken>;
}

const START = Date.parse("2026-11-20T10:15:00Z");

export function newShell(folder: string): Shell {
  let minutes = 0;
  const runWith = async (options: SpeakOptions, ...argv: readonly string[]): Promise<Spoken> => {
    minutes += 1;
    const now = new Date(START + minutes * 60_000);
    const said = { stdout: "", stderr: "" };
    const sink = (name: "stdout" | "stderr") => ({
      write: (text: string): void => void (said[name] += text),
      isTTY: options.terminal !== undefined,
      columns: options.terminal,
    });
    const env = { ...TEST_ENV, ...options.env };
    const io = {
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      cwd: options.cwd ?? folder,
      env,
      now: () => now,
    };
    return { code: await main(argv, io), ...said };
  };
  return { run: (...argv) => runWith({}, ...argv), runWith };
}

/** Runs a command line that has to succeed; returns what it answered. */
export async function succeed(shell: Shell, ...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await shell.run(...argv);
  if (code !== 0) throw new Error(`modeltrail ${argv.join(" ")}: exit ${code}\n${stdout}${stderr}`);
  return stdout;
}

/** Three versions of one model, the first in production, the second at staging, and a proposal that is open. */
export async function fillRegistry(workspace: Workspace, shell: Shell): Promise<void> {
  await succeed(shell, "init", "--name", "acme");
  for (const [index, auc] of ["0.91", "0.934", "0.932"].entries()) {
    const path = workspace.write(`../models/${index + 1}/weights.bin`, `weights ${index + 1}`);
    await succeed(
      shell,
      "register",
      "fraud-detector",
      path,
      "--metric",
      `auc@holdout=${auc}`,
      "--description",
      `take ${index + 1}`,
    );
  }
  await move(shell, "1.0.0", "staging");
  await move(shell, "1.0.0", "production");
  await move(shell, "1.1.0", "staging");
  await succeed(shell, "promote", "fraud-detector@1.1.0", "--to", "production", "--reason", "Better recall");
}

async function move(shell: Shell, version: string, stage: string): Promise<void> {
  await succeed(shell, "promote", `fraud-detector@${version}`, "--to", stage);
  await succeed(shell, "merge", `promote/${stage}/fraud-detector/${version}`);
}
