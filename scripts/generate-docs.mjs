// Writes docs/cli.md from the commands and docs/findings.md from the catalogue of findings, as they are in dist/, and the
// tables of inputs and outputs in docs/action.md and README.md from the action.yml files.
// With --check it writes nothing, and fails when a file is out of date.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { parse } from "yaml";
import { GLOBAL_OPTIONS } from "../dist/cli/flags.js";
import { guideOf } from "../dist/cli/guide.js";
import { buildProgram } from "../dist/cli/program.js";
import { CATALOGUE } from "../dist/diagnostics/catalogue.js";

const BANNER = "<!-- Made by scripts/generate-docs.mjs; do not edit. -->";

const program = await buildProgram("all", {
  execute: () => Promise.reject(new Error("nothing is executed here")),
  version: () => "",
  stdout: { write: () => undefined },
  color: false,
});

/** Words outside of code: nothing in them is markup. */
const prose = (text) => text.replaceAll("<", "\\<").replaceAll("|", "\\|");
const code = (text) => `\`${text.replaceAll("|", "\\|")}\``;

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Commands that do something, also those below others: `audit record`. */
const leavesOf = (command) =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((inner) => leavesOf(inner));
const nameOf = (command) =>
  command.parent === program ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
const slugOf = (command) => nameOf(command).replaceAll(" ", "-");

function synopsisOf(command) {
  const required = command.options.filter((option) => option.mandatory).map((option) => option.flags);
  const arguments_ = command.registeredArguments.map((argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return ["modeltrail", nameOf(command), ...arguments_, ...required, "[options]"].join(" ");
}

function describeOption(option) {
  const choices = option.argChoices === undefined ? "" : `; one of ${option.argChoices.join(", ")}`;
  const value = option.defaultValue;
  const standard =
    value === undefined || typeof value === "boolean" || option.description.includes("(default")
      ? ""
      : ` (default: ${value})`;
  return `${option.description}${choices}${standard}`;
}

function optionTable(options) {
  return table(
    ["option", "meaning"],
    options.map((option) => [code(option.flags), prose(describeOption(option))]),
  );
}

const isGlobal = (option) => option.helpGroupHeading === GLOBAL_OPTIONS;

function commandSection(command) {
  const guide = guideOf(command);
  const own = command.options.filter((option) => !isGlobal(option));
  const arguments_ = command.registeredArguments.map((argument) => [
    code(argument.name()),
    prose(argument.description),
  ]);
  const examples = guide.examples.map(([line, does]) => `# ${does}\n${line}`).join("\n\n");
  return [
    `## ${nameOf(command)}`,
    prose(command.description()),
    `\`\`\`text\n${synopsisOf(command)}\n\`\`\``,
    ...(arguments_.length === 0 ? [] : [table(["argument", "meaning"], arguments_)]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    `\`\`\`sh\n${examples}\n\`\`\``,
    table(
      ["exit code", "meaning"],
      guide.exits.map(([exit, meaning]) => [String(exit), prose(meaning)]),
    ),
    `With \`-o json\`: [schemas/output/${slugOf(command)}.schema.json](../schemas/output/${slugOf(command)}.schema.json)`,
  ].join("\n\n");
}

function makeCommandLine() {
  const commands = program.commands
    .flatMap((command) => leavesOf(command))
    .filter((command) => guideOf(command) !== undefined);
  const overview = commands.map((command) => [
    `[${nameOf(command)}](#${slugOf(command)})`,
    prose(command.summary()),
  ]);
  return [
    BANNER,
    "# The command line",
    "Standard output is the answer alone; progress, warnings, hints and errors go to standard error. A `<ref>` is a version, a stage, or `latest`.",
    table(["command", "does"], overview),
    "## Options of every command",
    "They work before and after the command's name. `--help` shows the same as this page.",
    optionTable(program.options),
    "## Output for programs",
    'With `-o json` (or `yaml`) standard output is one document, whose schema is named with each command. With `-o json` standard error is one JSON value a line: `{"warning": …}`, `{"hint": …}` or `{"error": {"code", "message", "hint"}}`. Findings and verdicts are answers: they go to standard output, with exit code 1. `--version` answers with [schemas/output/version.schema.json](../schemas/output/version.schema.json).',
    "With the environment variable `MODELTRAIL_COUNTERS=1` the last line of standard error says how many Git objects were read.",
    "## Which state is answered",
    "Reads answer for the commit that `HEAD` names, or `--ref`; edits that are not committed are not state. A hint names the manifests among those an answer is about that differ in the work tree: the stage or version that `resolve`, `gate`, `pull`, `diff` and `show <model>@<ref>` were asked for, the model.yaml and stages of the model that `show` or `history` is about, and the stages that `list` shows, up to 64. Beyond that, and for the history of all models, the work tree is not looked at: no answer reads thousands of files for a hint.",
    "## Exit codes",
    table(
      ["exit code", "meaning"],
      [
        ["0", "yes"],
        ["1", "no: denied, pending, findings, not found, empty stage"],
        ["2", "could not tell: usage, credentials, network, conflict"],
        ["70", "a bug of Modeltrail"],
      ],
    ),
    ...commands.map(commandSection),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

function makeFindings() {
  const entries = Object.entries(CATALOGUE);
  const gates = [...new Set(entries.map(([, entry]) => entry.gate))];
  const overview = gates.map((gate) => {
    const codes = entries.filter(([, entry]) => entry.gate === gate).map(([name]) => name);
    return [gate, codes.map((name) => `[${name}](#${name.toLowerCase()})`).join(", ")];
  });
  const sections = entries.map(([name, { gate, severity, title, why, remedy }]) =>
    [
      `## ${name}`,
      `${title}.`,
      table(
        ["gate", "severity"],
        [[gate, severity === "error" ? "error: denies the change" : "warning: denies nothing"]],
      ),
      `**Why it matters.** ${why}`,
      `**What to do.** ${remedy}`,
    ].join("\n\n"),
  );
  return [
    BANNER,
    "# Findings",
    "What Modeltrail can find wrong in a registry, by its stable code. An error denies the change that it is found in; a warning is for people.",
    table(["gate", "findings"], overview),
    ...sections,
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

/** What stands between these two lines is ours; the rest of the page is written by hand. */
const BLOCK = /<!-- (inputs|outputs) of (\w+), made by scripts\/generate-docs\.mjs -->[\s\S]*?<!-- end -->/g;

async function makeActions() {
  const path = "docs/action.md";
  const page = await readFile(path, "utf8");
  const files = new Map();
  for (const [, , name] of page.matchAll(BLOCK))
    files.set(name, parse(await readFile(`action/${name}/action.yml`, "utf8")));
  const text = page.replaceAll(BLOCK, (_, kind, name) => {
    const rows = Object.entries(files.get(name)[kind]).map(([key, one]) => [
      code(key),
      ...(kind === "inputs" ? [defaultOf(one)] : []),
      one.description.replaceAll("|", "\\|"),
    ]);
    const head = kind === "inputs" ? ["input", "default", "meaning"] : ["output", "meaning"];
    return `<!-- ${kind} of ${name}, made by scripts/generate-docs.mjs -->\n\n${table(head, rows)}\n\n<!-- end -->`;
  });
  return format(text, { ...(await resolveConfig(path)), parser: "markdown" });
}

const SUMMARY = /<!-- actions, made by scripts\/generate-docs\.mjs -->[\s\S]*?<!-- end -->/;
const ACTIONS = {
  validate: "the-verdict",
  record: "the-audit-record",
  gate: "the-deploy-gate",
  promote: "proposing",
};

/** The actions at a glance; what is required is bold. */
async function makeReadme() {
  const path = "README.md";
  const rows = Object.entries(ACTIONS).map(async ([name, section]) => {
    const { inputs, outputs } = parse(await readFile(`action/${name}/action.yml`, "utf8"));
    const given = Object.entries(inputs).map(([key, { required }]) =>
      required ? `**${code(key)}**` : code(key),
    );
    const link = `[${code(`action/${name}`)}](docs/action.md#${section})`;
    return [link, given.join(", "), Object.keys(outputs).map(code).join(", ")];
  });
  const all = table(["action", "inputs", "outputs"], await Promise.all(rows));
  const block = `<!-- actions, made by scripts/generate-docs.mjs -->\n\n${all}\n\n<!-- end -->`;
  const text = (await readFile(path, "utf8")).replace(SUMMARY, () => block);
  return format(text, { ...(await resolveConfig(path)), parser: "markdown" });
}

function defaultOf({ required, default: value }) {
  if (required) return "**required**";
  return value === undefined ? "" : code(value);
}

const outputs = {
  "docs/cli.md": makeCommandLine(),
  "docs/findings.md": makeFindings(),
  "docs/action.md": await makeActions(),
  "README.md": await makeReadme(),
};
const check = process.argv.includes("--check");
for (const [path, text] of Object.entries(outputs)) {
  const old = await readFile(path, "utf8").catch(() => "");
  if (old === text) continue;
  if (check) {
    process.exitCode = 1;
    console.error(`${path} is out of date: run npm run generate`);
  } else {
    await mkdir("docs", { recursive: true });
    await writeFile(path, text);
  }
}
