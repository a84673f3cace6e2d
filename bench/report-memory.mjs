// Loaded into a measured process (`node --import`): leaves its peak memory, in kilobytes, in a file.
import { writeFileSync } from "node:fs";

const file = process.env.MODELTRAIL_BENCH_MEMORY;
// Only the outermost process reports.
delete process.env.MODELTRAIL_BENCH_MEMORY;
delete process.env.NODE_OPTIONS;
if (file !== undefined) process.on("exit", () => writeFileSync(file, String(process.resourceUsage().maxRSS)));
