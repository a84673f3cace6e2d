#!/usr/bin/env node
import { main } from "./main.ts";

const { stdout, stderr, env } = process;
let unwritten = false;

// A reader that has seen enough (`modeltrail list | head -1`) is no failure; a full disk is one.
stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") return;
  unwritten = true;
  process.exitCode = 2;
  stderr.write(`error[FILE_SYSTEM]: the answer could not be written: ${error.message}\n`);
});
stderr.on("error", () => undefined);

const code = await main(process.argv.slice(2), {
  stdout,
  stderr,
  cwd: process.cwd(),
  env,
  now: () => new Date(),
});
process.exitCode = unwritten ? 2 : code;
