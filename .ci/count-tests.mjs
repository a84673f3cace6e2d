// Prints "<passed> <failed> <skipped>" of a report by vitest. A run that broke off counts as a failure too.
import { readFileSync } from "node:fs";

const [path, exitCode] = process.argv.slice(2);

let report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
try {
  report = JSON.parse(readFileSync(path, "utf8"));
} catch (error) {
  console.error(`no report of the tests: ${error.message}`);
}
const broken = report.numFailedTests === 0 && (exitCode !== "0" || report.numPassedTests === 0) ? 1 : 0;
const skipped = report.numPendingTests + report.numTodoTests;
console.log(report.numPassedTests, report.numFailedTests + broken, skipped);
