// Times whole processes, in pairs: in each round every contender runs once, and ratios are taken within the round.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs a command to its end. `input` goes to standard input; output is read, as a pipe's reader would. */
export async function run({ command, args = [], cwd, env, input = "", exits = [0] }) {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (output.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (output.err += text));
  child.stdin.on("error", () => {}).end(input);
  const [code] = await once(child, "close");
  const ms = performance.now() - started;
  if (!exits.includes(code)) {
    throw new Error(
      `${[command, ...args].join(" ")} ended with ${code}: ${(output.err || output.out).trim().slice(0, 400)}`,
    );
  }
  return { ms, ...output };
}

/**
 * Runs `ours` and each reference in `rounds` rounds, after one that does not count. Returns our times, those of
 * the reference that was fastest (its median), and the median of the rounds' ratios between the two.
 */
export async function compare({ ours, references, rounds, reset = async () => {} }) {
  const contenders = [ours, ...references];
  const times = contenders.map(() => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const { ms } = await run(contender);
      if (round >= 0) times[index].push(ms);
      await reset();
    }
  }
  const [mine, ...others] = times;
  const best = others.reduce((a, b) => (median(b) < median(a) ? b : a));
  return {
    ms: median(mine),
    least: Math.min(...mine),
    reference: references[others.indexOf(best)].label,
    referenceMs: median(best),
    ratio: median(mine.map((ms, round) => ms / best[round])),
  };
}

/** Peak memory in MB, and the objects that were read from Git, of one more run that is not timed. */
export async function inspect(contender) {
  const folder = mkdtempSync(join(tmpdir(), "modeltrail-bench-"));
  const file = join(folder, "memory");
  const hook = `--import ${new URL("report-memory.mjs", import.meta.url).href}`;
  const env = {
    ...contender.env,
    NODE_OPTIONS: hook,
    MODELTRAIL_BENCH_MEMORY: file,
    MODELTRAIL_COUNTERS: "1",
  };
  try {
    const { err } = await run({ ...contender, env });
    return { memory: Number(readFileSync(file, "utf8")) / 1024, objects: countersIn(err) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The read counters that the CLI leaves on standard error, in whatever words. */
function countersIn(text) {
  const counts = ["commits", "trees", "blobs"].map(
    (kind) => new RegExp(kind + /\D{1,4}(\d+)/.source).exec(text)?.[1],
  );
  return counts.includes(undefined) ? "" : counts.join("/");
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
