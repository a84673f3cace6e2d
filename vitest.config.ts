import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SkippedSuites } from "./test/reporters/skipped-suites.ts";

const tools = fileURLToPath(new URL(".tools/bin", import.meta.url));
const json = process.env["MODELTRAIL_TEST_JSON"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    env: {
      // Real servers and programs that `.ci/run` installed.
      PATH: `${tools}${delimiter}${process.env["PATH"] ?? ""}`,
      // Nobody's own configuration of Git decides whether a test passes.
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_TERMINAL_PROMPT: "0",
    },
    reporters: [
      "default",
      new SkippedSuites(),
      ...(json === undefined ? [] : [["json", { outputFile: json }] as ["json", { outputFile: string }]]),
    ],
    coverage: {
      provider: "v8",
      include: ["src/**/*.ts"],
      exclude: ["src/ports/**", "src/**/*.generated.ts", "src/cli/bin.ts"],
      reporter: ["text", "html"],
    },
  },
});
