// Runs what the tutorial types, shows it as it would look in a shell, and stops when it does something else.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { QuickstartError } from "./folder.mjs";

const WIDTH = 100;

/** The built command line. */
export const CLI = fileURLToPath(new URL("../../dist/cli/bin.js", import.meta.url));

// Set by a Git hook, these would send the demo's commits to another repository.
const OF_ANOTHER_REPOSITORY = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_INDEX_FILE",
  "GIT_COMMON_DIR",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_NAMESPACE",
  "GIT_PREFIX",
];

const COLOUR =
  process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "" && process.env.TERM !== "dumb";

/** Stops where Git or the built command line is missing. */
export function requireTools() {
  if (!existsSync(CLI)) throw new QuickstartError("Modeltrail is not built yet: npm run build");
  if (spawnSync("git", ["--version"]).error !== undefined) {
    throw new QuickstartError("Git is needed, and is not on the PATH: https://git-scm.com/downloads");
  }
}

/** A shell in `folder`: `type` runs a line and shows it, `ask` only runs it. */
export function openShell(folder) {
  const place = { folder, env: environment(folder) };
  return {
    /** Shows the lines of the output that match `show`; stops unless it ends as told and `says` what it should. */
    type: (line, { says, exits = 0, show = /^/ }) => {
      const { status, output } = runLine(line, place);
      const lines = output.split("\n");
      print(paint("1;36", `$ ${renderLine(line)}`));
      if (status === exits && says.test(output)) {
        return print(...lines.filter((text) => show.test(text)).map(paintOutput));
      }
      print(...lines);
      throw new QuickstartError(
        `The quickstart stops: this ended with exit code ${status}, and should have ended with ${exits}` +
          ` and said ${says}.\nWhat was made so far lies in ${folder}`,
      );
    },
    ask: (line) => runLine(line, place).output,
  };
}

/** A step's headline and why it is taken. */
export function tell(headline, ...why) {
  print("", paint("1", headline), ...why);
}

export function print(...lines) {
  process.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** A word as a shell takes it. */
export function quote(word) {
  if (/^[\w@%+=:,./^~-]+$/.test(word)) return word;
  return /[$`"\\!]/.test(word) ? `'${word.replaceAll("'", String.raw`'\''`)}'` : `"${word}"`;
}

function renderLine(words) {
  const lines = [""];
  for (const part of words
    .map(quote)
    .join(" ")
    .split(/ (?=--)/)) {
    if (`${lines.at(-1)} ${part} \\`.length > WIDTH) lines.push(`   `);
    lines.push(`${lines.pop()} ${part}`);
  }
  return lines.join(" \\\n").trimStart();
}

function runLine([program, ...words], place) {
  const [file, args] = {
    // Shown as Git shows it, whatever programs somebody has set up for that.
    git: ["git", words[0] === "diff" ? ["diff", "--no-ext-diff", ...words.slice(1)] : words],
    modeltrail: [process.execPath, [CLI, ...words]],
    node: [process.execPath, words],
  }[program];
  const { status, stdout, stderr } = runProcess(file, args, place);
  return { status, output: stripVTControlCharacters(`${stdout}${stderr}`).trimEnd() };
}

function runProcess(file, args, { folder, env }) {
  const run = spawnSync(file, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (run.error !== undefined) throw run.error;
  if (run.signal !== null)
    throw new QuickstartError(`The quickstart stops: ${file} was ended by ${run.signal}.`);
  return run;
}

/** Commits are yours when Git knows you, else those of Ada. */
function environment(folder) {
  // Whatever newer versions of Git make by default: Modeltrail reads these.
  const env = { ...process.env, GIT_DEFAULT_HASH: "sha1", GIT_DEFAULT_REF_FORMAT: "files" };
  for (const name of OF_ANOTHER_REPOSITORY) delete env[name];
  const place = { folder, env: { ...env, GIT_CEILING_DIRECTORIES: dirname(folder) } };
  const known = ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"].every(
    (name) => runProcess("git", ["-c", "user.useConfigOnly=true", "var", name], place).status === 0,
  );
  if (known) return env;
  const [name, email] = ["Ada", "ada@example.com"];
  return {
    ...env,
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

function paintOutput(line) {
  if (/^\s*✔|^\+(?!\+\+)/.test(line)) return paint("32", line);
  if (/^\s*✖|^-(?!--)/.test(line)) return paint("31", line);
  return line;
}

function paint(code, text) {
  return COLOUR ? `\u001b[${code}m${text}\u001b[0m` : text;
}
