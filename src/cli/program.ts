import { Command, CommanderError, Help } from "commander";
import type { Execute } from "./execute.ts";
import { addGlobalOptions, findCommandNames, GLOBAL_OPTIONS } from "./flags.ts";
import type { Sink } from "./io.ts";

/** Declares arguments, options and help of a command; what it does is imported when it runs. */
export type Declare = (command: Command, execute: Execute) => void;

/** What the program needs from outside to be declared. */
export interface ProgramOptions {
  readonly execute: Execute;
  readonly version: () => string;
  /** Where help goes. */
  readonly stdout: Sink;
  readonly color: boolean;
}

interface CommandRow {
  /** The heading in help. */
  readonly group: string;
  readonly summary: string;
  readonly load: () => Promise<Declare>;
}

const START = "Start:";
const CHANGE = "Change what stages hold:";
const REVIEW = "Review:";
const READ = "Read:";
const DEPLOY = "Deploy:";
const CHECK = "Check:";

/** Every command, in the order of help. A new command is a file in `commands/` and a row here. */
const COMMANDS: Readonly<Record<string, CommandRow>> = {
  init: {
    group: START,
    summary: "make a registry",
    load: async () => (await import("./commands/init.ts")).declareInit,
  },
  register: {
    group: START,
    summary: "store a model and write its version",
    load: async () => (await import("./commands/register.ts")).declareRegister,
  },
  promote: {
    group: CHANGE,
    summary: "propose that a stage holds a version",
    load: async () => (await import("./commands/promote.ts")).declarePromote,
  },
  rollback: {
    group: CHANGE,
    summary: "propose that a stage goes back",
    load: async () => (await import("./commands/rollback.ts")).declareRollback,
  },
  retire: {
    group: CHANGE,
    summary: "propose that a stage holds nothing",
    load: async () => (await import("./commands/retire.ts")).declareRetire,
  },
  yank: {
    group: CHANGE,
    summary: "propose that nobody uses a version any more",
    load: async () => (await import("./commands/yank.ts")).declareYank,
  },
  proposals: {
    group: REVIEW,
    summary: "list open proposals",
    load: async () => (await import("./commands/proposals.ts")).declareProposals,
  },
  merge: {
    group: REVIEW,
    summary: "judge and merge a proposal, or any branch",
    load: async () => (await import("./commands/merge.ts")).declareMerge,
  },
  close: {
    group: REVIEW,
    summary: "reject a proposal",
    load: async () => (await import("./commands/close.ts")).declareClose,
  },
  validate: {
    group: REVIEW,
    summary: "check the files, or judge a change",
    load: async () => (await import("./commands/validate.ts")).declareValidate,
  },
  list: {
    group: READ,
    summary: "list models by stage",
    load: async () => (await import("./commands/list.ts")).declareList,
  },
  show: {
    group: READ,
    summary: "show everything of a model or version",
    load: async () => (await import("./commands/show.ts")).declareShow,
  },
  diff: {
    group: READ,
    summary: "compare two versions",
    load: async () => (await import("./commands/diff.ts")).declareDiff,
  },
  history: {
    group: READ,
    summary: "what happened, and what was where",
    load: async () => (await import("./commands/history.ts")).declareHistory,
  },
  resolve: {
    group: DEPLOY,
    summary: "where a version's bytes are",
    load: async () => (await import("./commands/resolve.ts")).declareResolve,
  },
  gate: {
    group: DEPLOY,
    summary: "let a deploy through, or not",
    load: async () => (await import("./commands/gate.ts")).declareGate,
  },
  pull: {
    group: DEPLOY,
    summary: "download a version, verified",
    load: async () => (await import("./commands/pull.ts")).declarePull,
  },
  verify: {
    group: CHECK,
    summary: "hold storage against the manifests",
    load: async () => (await import("./commands/verify.ts")).declareVerify,
  },
  audit: {
    group: CHECK,
    summary: "record, show and prove what happened",
    load: async () => (await import("./commands/audit.ts")).declareAudit,
  },
  doctor: {
    group: CHECK,
    summary: "say what is missing",
    load: async () => (await import("./commands/doctor.ts")).declareDoctor,
  },
};

/**
 * Declares the program: every command by its name, and in full those that are asked for. Help on the whole and
 * suggestions for misspelt names need no more.
 */
export async function buildProgram(
  asked: readonly string[] | "all",
  options: ProgramOptions,
): Promise<Command> {
  const program = declareProgram(options);
  for (const [name, { group, summary, load }] of Object.entries(COMMANDS)) {
    const command = program.command(name).summary(summary).helpGroup(group);
    if (asked !== "all" && !asked.includes(name)) continue;
    const declare = await load();
    declare(command, options.execute);
    addGlobalOptions(command);
    if (!command.options.some((option) => option.long === "--version")) addVersion(command, options);
  }
  return program;
}

/** The commands that a command line may be about: `resolve …`, or `help resolve`. */
export function commandsAsked(argv: readonly string[]): readonly string[] {
  return findCommandNames(argv).filter((name) => Object.hasOwn(COMMANDS, name));
}

/** The command that a command line is about, a command below another too: `audit`, `export`. */
export function commandPath(program: Command | undefined, argv: readonly string[]): readonly string[] {
  const path: string[] = [];
  let command = program;
  for (const name of findCommandNames(argv)) {
    command = command?.commands.find((one) => one.name() === name);
    if (command === undefined) break;
    path.push(name);
  }
  return path;
}

function declareProgram(options: ProgramOptions): Command {
  const { stdout, color } = options;
  const width = (): number => Math.min(stdout.columns ?? 100, 120);
  const program = new Command("modeltrail")
    .description("A model registry that lives in a Git repository.")
    .usage("<command> [options]")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stdout.write(text),
      outputError: () => undefined,
      getOutHelpWidth: width,
      getErrHelpWidth: width,
      getOutHasColors: () => color,
      getErrHasColors: () => color,
    })
    .configureHelp({
      styleTitle: (title) => `\u001b[1m${title}\u001b[22m`,
      subcommandTerm: (command) => command.name(),
      formatHelp: commandsFirst,
    })
    .addHelpText(
      "after",
      "\nmodeltrail <command> --help says more. Exit codes: 0 yes, 1 no, 2 could not tell, 70 a bug.",
    );
  program.addHelpCommand(
    new Command("help").argument("[command]").summary("show help for a command").helpGroup(CHECK),
  );
  addGlobalOptions(program);
  addVersion(program, options);
  return program;
}

/** The usual help, with the options of every command behind the commands. */
function commandsFirst(command: Command, helper: Help): string {
  const parts = Help.prototype.formatHelp.call(helper, command, helper).trimEnd().split("\n\n");
  const isGlobal = (part: string): boolean => part.includes(GLOBAL_OPTIONS);
  return `${[...parts.filter((part) => !isGlobal(part)), ...parts.filter(isGlobal)].join("\n\n")}\n`;
}

/** Ends parsing; the version is the message, and how it is written depends on options that may come behind. */
export const VERSION_ASKED = "modeltrail.version";

function addVersion(command: Command, { version }: ProgramOptions): void {
  command.option("-V, --version", "show the version");
  command.on("option:version", () => {
    throw new CommanderError(0, VERSION_ASKED, version());
  });
}
