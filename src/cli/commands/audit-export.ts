import type { Command } from "commander";
import type { LogRow } from "../../workflows/audit/log.ts";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { type AuditQueryFlags, addAuditQuery, queryOf } from "./audit-log.ts";

type Format = "csv" | "jsonl" | "markdown";

interface ExportFlags extends AuditQueryFlags {
  readonly format: Format;
}

/** `modeltrail audit export` */
export function declareAuditExport(command: Command, execute: Execute): void {
  command.description(
    "Write what was recorded to standard output, oldest first, for spreadsheets, log stores and reports. Nothing in it is a formula, a link or markup of somebody else's.",
  );
  command.addOption(
    command
      .createOption("--format <format>", "what to write")
      .choices(["csv", "jsonl", "markdown"])
      .makeOptionMandatory(),
  );
  addAuditQuery(command);
  addGuide(command, {
    examples: [
      ["modeltrail audit export --format csv", "everything, for a spreadsheet"],
      ["modeltrail audit export --format jsonl --since 2026-01-01", "a year, for a log store"],
    ],
    exits: [[0, "written"], [1, "nothing is recorded, of that model and stage"], COULD_NOT_TELL],
  });
  command.action((flags: ExportFlags) =>
    execute(command, async ({ open, io, flags: { output } }) => {
      const { readLog } = await import("../../workflows/audit/log.ts");
      const log = await readLog(await open(), await queryOf(flags));
      const oldestFirst = { ...log, entries: log.entries.toReversed() };
      // Such a file is no page of lines: it has ends of lines and escapes of its own.
      if (output === "text") io.stdout.write(await render(flags.format, oldestFirst.entries));
      return { document: oldestFirst, text: () => [] };
    }),
  );
}

async function render(format: Format, rows: readonly LogRow[]): Promise<string> {
  if (format === "csv") return (await import("../../report/text/audit-csv.ts")).renderAuditCsv(rows);
  if (format === "jsonl") return (await import("../../report/text/audit-jsonl.ts")).renderAuditJsonl(rows);
  return (await import("../../report/markdown/audit.ts")).renderAuditMarkdown(rows);
}
