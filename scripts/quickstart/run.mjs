// `npm run quickstart`: the whole life of a model, told as a tutorial, in a new folder.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeFolder, QuickstartError } from "./folder.mjs";
import { openShell, requireTools } from "./shell.mjs";
import { tellTutorial } from "./tutorial.mjs";

// Somebody read enough: `npm run quickstart | head`.
process.stdout.on("error", () => process.exit(1));

try {
  const { folder, again } = readArguments();
  requireTools();
  makeFolder(folder, { again });
  tellTutorial(openShell(folder), folder);
} catch (error) {
  if (!(error instanceof QuickstartError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}

function readArguments() {
  const usage = "Usage: npm run quickstart -- [--again] [folder]";
  try {
    const { values, positionals } = parseArgs({
      options: { again: { type: "boolean", default: false } },
      allowPositionals: true,
    });
    if (positionals.length <= 1) {
      return { folder: resolve(positionals[0] ?? "quickstart-registry"), again: values.again };
    }
  } catch (error) {
    throw new QuickstartError(`${error.message}\n${usage}`);
  }
  throw new QuickstartError(`One folder at most; a name with spaces wants quotes.\n${usage}`);
}
