import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const FLAGS = [
  "--ignoreConfig",
  "--noCheck",
  "--target",
  "es2022",
  "--module",
  "nodenext",
  "--types",
  "node",
];

export interface CompiledAdapter {
  /** Where it lies; to be removed after use. */
  readonly folder: string;
  /** What to import. */
  readonly module: string;
}

/** The adapter as plain JavaScript, for processes that a test starts and kills; Node 20 runs no TypeScript. */
export function compileAdapter(): CompiledAdapter {
  const cache = join(ROOT, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  // Inside the package, so that it finds its dependencies.
  const folder = mkdtempSync(join(cache, "modeltrail-test-"));
  const layout = ["--rewriteRelativeImportExtensions", "--rootDir", join(ROOT, "src"), "--outDir", folder];
  const tsc = join(ROOT, "node_modules", ".bin", "tsc");
  execFileSync(tsc, [...FLAGS, ...layout, join(ROOT, "src/adapters/git/open.ts")], { cwd: ROOT });
  return { folder, module: pathToFileURL(join(folder, "adapters/git/open.js")).href };
}
