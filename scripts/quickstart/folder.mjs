// The new folder of the quickstart: made, or made anew, but never over anything that is not its own.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Why the quickstart cannot go on, in words for its reader. */
export class QuickstartError extends Error {}

const MARK = "# Made by the quickstart of Modeltrail, with everything in this folder.\n*\n";
const DEMO = [
  new URL("./data.mjs", import.meta.url),
  new URL("./live.mjs", import.meta.url),
  new URL("./models.mjs", import.meta.url),
  new URL("./predict.mjs", import.meta.url),
  new URL("./safetensors.mjs", import.meta.url),
  new URL("./train.mjs", import.meta.url),
];

/** Makes `folder` with the demo's training code in `demo/`, which Git ignores. */
export function makeFolder(folder, { again }) {
  const mark = join(folder, "demo", ".gitignore");
  const content = list(folder);
  if (content !== undefined && content.length > 0) {
    if (readText(mark) !== MARK) {
      throw new QuickstartError(
        `${folder} is there already, and not from the quickstart.\nName a new folder: npm run quickstart -- <folder>`,
      );
    }
    if (!again) {
      throw new QuickstartError(
        `${folder} is from a quickstart before; look around in it, or make it anew:\nnpm run quickstart -- --again "${folder}"`,
      );
    }
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, MARK);
  for (const file of DEMO) copyFileSync(file, join(folder, "demo", basename(file.pathname)));
}

function list(folder) {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    if (error.code === "ENOTDIR") return [folder];
    throw error;
  }
}

function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
