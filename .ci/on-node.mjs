// Runs the built CLI and the quickstart with the Node that runs this, which must be of the given major version.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [major] = process.argv.slice(2);
if (process.versions.node.split(".")[0] !== major) throw new Error(`this is Node ${process.versions.node}`);

const node = (...args) => execFileSync(process.execPath, args, { stdio: "inherit" });
node("dist/cli/bin.js", "--version");
const folder = mkdtempSync(join(tmpdir(), "modeltrail-"));
try {
  node("scripts/quickstart/run.mjs", join(folder, "quickstart"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
