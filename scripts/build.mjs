// Compiles src/ to dist/, and takes along what the compiler leaves: the validators, the right to run the CLI, and the
// commit that all this is of, by which the workflows of `modeltrail init --github` name our actions.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";

rmSync("dist", { recursive: true, force: true });
try {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"], {
    stdio: "inherit",
  });
} catch {
  process.exit(1);
}
mkdirSync("dist/manifest", { recursive: true });
for (const file of ["validators.generated.js", "validators.generated.d.ts"]) {
  copyFileSync(`src/manifest/${file}`, `dist/manifest/${file}`);
}
if (existsSync("dist/cli/bin.js")) chmodSync("dist/cli/bin.js", 0o755);

const release = readRelease();
if (release !== undefined) writeFileSync("dist/release.json", `${JSON.stringify(release)}\n`);

/** Undefined outside a clone of our own, and at a commit that has no actions yet. */
function readRelease() {
  const git = (...args) =>
    execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    if (realpathSync(git("rev-parse", "--show-toplevel")) !== realpathSync(".")) return undefined;
    git("cat-file", "-e", "HEAD:action/validate/action.yml");
    const { version } = JSON.parse(readFileSync("package.json", "utf8"));
    return { repository: "modeltrail/modeltrail", commit: git("rev-parse", "HEAD"), version };
  } catch {
    return undefined;
  }
}
