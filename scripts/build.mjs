// Compiles src/ to dist/, and takes along what the compiler leaves: the validators, and the right to run the CLI.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";

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
