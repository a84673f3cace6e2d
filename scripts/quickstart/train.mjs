// Trains the demo's models beside this file, each in a folder of its own with its metrics beside it.
import { writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LEAK, makePayments } from "./data.mjs";
import { trainModels } from "./models.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const { train } = makePayments();
writeTable("payments.csv", {
  rows: train,
  columns: Object.keys(train[0]).filter((column) => column !== LEAK),
});
writeTable("payments-and-disputes.csv", { rows: train, columns: Object.keys(train[0]) });

for (const model of await trainModels(folder)) {
  const metrics = Object.entries(model.metrics).map(([name, value]) => ({
    name,
    value,
    dataset: model.dataset,
  }));
  writeFileSync(`${model.folder}.json`, `${JSON.stringify(metrics, null, 2)}\n`);
  const values = metrics.map(({ name, value }) => `${name} ${value.toFixed(4)}`);
  console.log([basename(model.folder), ...values, model.description].join("  "));
}

function writeTable(name, { rows, columns }) {
  const lines = rows.map((row) => columns.map((column) => row[column]).join(","));
  writeFileSync(join(folder, name), `${[columns.join(","), ...lines].join("\n")}\n`);
}
