import { resolve } from "node:path";
import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addPushOption } from "../proposal-options.ts";
import type { Answer, Run } from "../execute.ts";
import type { RegisterOptions } from "../../workflows/register/register.ts";

interface RegisterFlags {
  readonly version?: string;
  readonly bump?: NonNullable<RegisterOptions["bump"]>;
  readonly metric?: readonly string[];
  readonly metrics?: string;
  readonly dataset?: readonly string[];
  readonly format?: string;
  readonly formatVersion?: string;
  readonly description?: string;
  readonly label?: readonly string[];
  readonly parent?: readonly string[];
  readonly run?: string;
  /** False for --no-code. */
  readonly code: string | boolean;
  readonly push: boolean;
  readonly overwrite?: boolean;
  readonly reopen?: boolean;
}

/** `modeltrail register <model> <path>` */
export function declareRegister(command: Command, execute: Execute): void {
  command
    .description(
      "Hash and store a file or folder, read it back, and only then write the manifest of the new version. The same bytes again change nothing. The format is recognised, and the code's commit is found in the working folder's Git.",
    )
    .argument("<model>", "<name> or <namespace>/<name>; made when it is new")
    .argument("<path>", "the model: one file, or a folder with all files below it");
  addNumberOptions(command);
  addDescribingOptions(command);
  command
    .option("--overwrite", "replace a person's commits on the proposal's branch")
    .option("--reopen", "propose again what was closed unmerged");
  addPushOption(command);
  addGuide(command, {
    examples: [
      [
        "modeltrail register fraud-detector ./model.onnx --metric auc=0.934",
        "the next version, with a metric",
      ],
      [
        "modeltrail register fraud-detector ./model --version 2.0.0 --metrics metrics.json",
        "a folder, under a number of your choice",
      ],
      [
        "modeltrail register risk/scores ./out --dataset tx=s3://data/tx/ --parent base-encoder@2.0.1",
        "with its lineage",
      ],
    ],
    exits: [
      [0, "registered, or there already with the same bytes"],
      [1, "denied; the number is taken by other bytes"],
      COULD_NOT_TELL,
    ],
  });
  command.action((model: string, path: string, flags: RegisterFlags) =>
    execute(command, (run) => register(run, { model, path, flags })),
  );
}

function addNumberOptions(command: Command): void {
  command
    .option("--version <version>", "the number (default: 1.0.0, then the next minor)")
    .addOption(
      command
        .createOption("--bump <part>", "the next free number")
        .choices(["major", "minor", "patch"])
        .conflicts("version"),
    );
}

function addDescribingOptions(command: Command): void {
  const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
  command
    .option(
      "--metric <name=value>",
      "a metric, repeatable; name@dataset=value says what it was measured on",
      collect,
    )
    .option(
      "--metrics <file>",
      'metrics from a JSON file: an object of numbers, a list of {name, value, dataset}, or {"metrics": either}',
    )
    .option("--dataset <name=uri>", "a dataset it was trained on, repeatable; uri@sha256:… pins it", collect)
    .option("--format <format>", "onnx, sklearn, pytorch, … (default: recognised)")
    .option("--format-version <version>", "the version of the format (default: recognised, or 1)")
    .option("--description <text>", "what is new in it")
    .option("--label <key=value>", "a label, repeatable", collect)
    .option(
      "--parent <model@version>",
      "a version it was made from, repeatable; model@stage and model@latest name the one that is there now",
      collect,
    )
    .option("--run <url>", "the address of the training run")
    .option(
      "--code <folder>",
      "where the training code lies: in a Git repository, outside the registry's folder (default: the current folder, if it is such)",
    )
    .option("--no-code", "look for no training code");
}

interface Request {
  readonly model: string;
  readonly path: string;
  readonly flags: RegisterFlags;
}

async function register({ open, io }: Run, { model, path, flags }: Request): Promise<Answer> {
  const { registerVersion } = await import("../../workflows/register/register.ts");
  const { locateVerdict } = await import("../../report/repository-paths.ts");
  const options = await readOptions(io.cwd, flags);
  const context = await open();
  const result = await registerVersion(context, model, resolve(io.cwd, path), options);
  const located =
    result.verdict === undefined
      ? result
      : { ...result, verdict: locateVerdict(result.verdict, context.prefix) };
  return {
    document: located,
    yes: located.verdict === undefined || located.verdict.verdict === "pass",
    text: async (look) =>
      (await import("../../report/text/registration.ts")).renderRegistration(located, look),
  };
}

/** Code that was named has to be found; the folder that one happens to be in need not hold any. */
function codeOptions(cwd: string, code: string | boolean): Pick<RegisterOptions, "codeFolder" | "codeGiven"> {
  if (code === false) return {};
  return typeof code === "string" ? { codeFolder: resolve(cwd, code), codeGiven: true } : { codeFolder: cwd };
}

async function readOptions(cwd: string, flags: RegisterFlags): Promise<RegisterOptions> {
  const { keepGiven } = await import("../parse.ts");
  const facts = await import("../parse-facts.ts");
  const {
    metric = [],
    label = [],
    dataset = [],
    parent = [],
    metrics,
    run,
    code,
    push,
    overwrite,
    reopen,
  } = flags;
  const { version, bump, format, formatVersion, description } = flags;
  const fromFile = metrics === undefined ? [] : await facts.readMetricsFile(resolve(cwd, metrics));
  return {
    ...keepGiven({ version, bump, format, formatVersion, description, overwrite, reopen }),
    ...(run === undefined ? {} : { run: facts.parseRun(run) }),
    ...codeOptions(cwd, code),
    metrics: [...fromFile, ...metric.map(facts.parseMetric)],
    labels: facts.parseLabels(label),
    datasets: dataset.map(facts.parseDataset),
    parents: parent.map(facts.parseParent),
    push,
  };
}
