import type { Command } from "commander";
import type { Io, Sink } from "./io.ts";

export type OutputFormat = "text" | "json" | "yaml";

/** What every command takes. */
export interface GlobalFlags {
  /** The registry's folder or address, as it was typed. */
  readonly registry: string | undefined;
  readonly output: OutputFormat;
  readonly quiet: boolean;
  readonly color: boolean;
}

const FORMATS: readonly OutputFormat[] = ["text", "json", "yaml"];

/** Their heading in help. */
export const GLOBAL_OPTIONS = "Options of every command:";

/** Adds the options that every command takes, so that they work before and after its name. */
export function addGlobalOptions(command: Command): void {
  command.optionsGroup(GLOBAL_OPTIONS);
  command.option(
    "--registry <folder>",
    "the registry's folder, or its address on GitHub (default: the nearest folder upwards that holds modeltrail.yaml)",
  );
  command.addOption(
    command.createOption("-o, --output <format>", "how to answer (default: text)").choices(FORMATS),
  );
  command.option("--quiet", "no progress, hints or warnings");
  command.option("--no-color", "no colours (NO_COLOR does the same)");
  command.helpOption("-h, --help", "show help");
}

/** What was said of the global options, before the command's name or after it. */
export function readGlobalFlags(command: Command): GlobalFlags {
  const said = (name: string): unknown => {
    for (let at: Command | null = command; at !== null; at = at.parent) {
      if (at.getOptionValueSource(name) === "cli") return at.getOptionValue(name);
    }
    return undefined;
  };
  const registry = said("registry");
  return {
    registry: typeof registry === "string" ? registry : undefined,
    output: FORMATS.find((format) => format === said("output")) ?? "text",
    quiet: said("quiet") === true,
    color: said("color") !== false,
  };
}

/** The same, told from the words themselves, for when they could not be parsed. */
export function guessGlobalFlags(argv: readonly string[]): GlobalFlags {
  const given = argv.flatMap((word, index) => {
    if (word === "-o" || word === "--output") return [argv[index + 1]];
    return /^(?:--output=|-o=?)(.*)$/.exec(word)?.slice(1) ?? [];
  });
  const output = FORMATS.find((format) => format === given.at(-1)) ?? "text";
  return {
    registry: undefined,
    output,
    quiet: argv.includes("--quiet"),
    color: !argv.includes("--no-color"),
  };
}

const TAKE_A_VALUE = new Set(["--registry", "-o", "--output"]);

/** The first two words that are neither global options nor their values: the command's name is one of them. */
export function findCommandNames(argv: readonly string[]): readonly string[] {
  return argv
    .filter((word, index) => !word.startsWith("-") && !TAKE_A_VALUE.has(argv[index - 1] ?? ""))
    .slice(0, 2);
}

/** Colours are for terminals, unless somebody asked for none. */
export function useColor(io: Io, flags: GlobalFlags, sink: Sink): boolean {
  const { NO_COLOR: none = "", TERM: terminal } = io.env;
  return flags.color && sink.isTTY === true && none === "" && terminal !== "dumb";
}
