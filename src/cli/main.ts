import { readFileSync } from "node:fs";
import { type Command, CommanderError } from "commander";
import type { Execute } from "./execute.ts";
import { type GlobalFlags, guessGlobalFlags, useColor } from "./flags.ts";
import type { Io } from "./io.ts";
import { buildProgram, commandPath, commandsAsked, VERSION_ASKED } from "./program.ts";

/** The program: the words behind its name, and the world around it. Returns the exit code; never ends the process. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  let exitCode = 0;
  const execute: Execute = async (command, work) => {
    const { executeCommand } = await import("./execute.ts");
    exitCode = await executeCommand(command, work, { io, version: readVersion });
  };
  const flags = guessGlobalFlags(argv);
  const asked = commandsAsked(argv);
  let program: Command | undefined;
  try {
    program = await buildProgram(asked, {
      execute,
      version: readVersion,
      stdout: io.stdout,
      color: useColor(io, flags, io.stdout),
    });
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.code === VERSION_ASKED)
      return showVersion(error.message, flags, io);
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // Without a command there is help, which was shown, and no answer.
    if (error instanceof CommanderError && error.code === "commander.help") return 2;
    const { createTalk } = await import("./talk.ts");
    return createTalk(io, flags).fail(
      error instanceof CommanderError ? await toUsageError(error, commandPath(program, argv)) : error,
      readVersion(),
    );
  }
}

async function showVersion(version: string, { output }: GlobalFlags, { stdout }: Io): Promise<number> {
  const { renderJson, renderYaml } = await import("../report/documents.ts");
  if (output === "text") stdout.write(`modeltrail ${version}\n`);
  else stdout.write(output === "json" ? renderJson({ version }) : renderYaml({ version }));
  return 0;
}

/** The parser's words, with its suggestion as the hint. */
async function toUsageError({ message }: CommanderError, path: readonly string[]): Promise<Error> {
  const { ModeltrailError } = await import("../diagnostics/errors.ts");
  const [first = "", suggestion] = message.replace(/^error: /, "").split("\n");
  const help = `${["modeltrail", ...path].join(" ")} --help shows what there is.`;
  return new ModeltrailError("USAGE", first, { hint: suggestion?.replace(/^\((.*)\)$/, "$1") ?? help });
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
