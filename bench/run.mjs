// `npm run bench [-- --quick] [-- --only <words of a row's name>]`: the table of targets, measured here and now.
import { parseArgs } from "node:util";
import { compare, inspect, median, run } from "./measure.mjs";
import { NO_CLONE_ROWS } from "./no-clone.mjs";
import { VERDICT_ROWS } from "./verdict.mjs";
import { ROWS } from "./rows.mjs";
import { transferRows } from "./transfers.mjs";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", multiple: true, default: [] },
  },
});
const rounds = values.quick ? 3 : 11;

const COLUMNS = [
  ["row", 34],
  ["ms", 8],
  ["least", 8],
  ["against", 36],
  ["ms", 8],
  ["ratio", 7],
  ["at most", 22],
  ["MB", 6],
  ["objects read", 14],
];

console.log(`Node ${process.versions.node}, ${rounds} rounds; objects read: commits/trees/blobs`);
printRow(COLUMNS.map(([title]) => title));
const rows = [...ROWS, ...NO_CLONE_ROWS, ...VERDICT_ROWS, ...transferRows({ quick: values.quick })].filter(
  isWanted,
);
if (rows.length === 0) throw new Error(`no row is called ${values.only.join(" or ")}`);
for (const row of rows) await measureRow(row);

function isWanted({ name }) {
  return values.only.length === 0 || values.only.some((words) => name.includes(words));
}

async function measureRow(row) {
  let prepared;
  try {
    prepared = await row.prepare();
    if (prepared.skipped !== undefined) return printRow([row.name, "", "", prepared.skipped]);
    const result = await compare({ rounds: row.rounds ?? rounds, ...prepared });
    const { memory, objects } = await inspect(prepared.ours);
    await prepared.reset?.();
    printResult(row.name, prepared, { ...result, memory, objects });
    if (prepared.note !== undefined) printRow([`  ${prepared.note()}`]);
    if (prepared.also !== undefined) await printAlso(prepared, result);
  } catch (error) {
    process.exitCode = 1;
    printRow([row.name, "", "", `FAILED: ${error.message}`]);
  } finally {
    await prepared?.close?.();
  }
}

function printResult(name, { atMost }, { ms, least, reference, referenceMs, ratio, memory, objects }) {
  const ratioText = `${ratio.toFixed(2)}x`;
  printRow([
    name,
    ms.toFixed(0),
    least.toFixed(0),
    reference,
    referenceMs.toFixed(0),
    ratioText,
    atMost,
    memory.toFixed(0),
    objects,
  ]);
}

/** The same against the bare tool, without the start of Node that any JavaScript pays: ours has it taken off. */
async function printAlso({ ours, also }, { ms }) {
  const node = { command: ours.command, args: ["--eval", "0"] };
  const times = { node: [], also: [] };
  for (let round = 0; round < rounds; round += 1) {
    times.node.push((await run(node)).ms);
    times.also.push((await run(also)).ms);
  }
  const net = ms - median(times.node);
  const bare = median(times.also);
  printRow([
    "  less the start of node",
    net.toFixed(0),
    "",
    also.label,
    bare.toFixed(0),
    `${(net / bare).toFixed(2)}x`,
  ]);
}

function printRow(cells) {
  console.log(
    cells
      .map((cell, index) => String(cell).padEnd(COLUMNS[index][1]))
      .join(" ")
      .trimEnd(),
  );
}
