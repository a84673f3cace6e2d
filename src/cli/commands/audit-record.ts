import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";

interface RecordFlags {
  readonly push: boolean;
  readonly dryRun?: boolean;
  readonly anchor: boolean;
}

/** `modeltrail audit record` */
export function declareAuditRecord(command: Command, execute: Execute): void {
  command
    .description(
      "Record every transition that has reached the main branch since the last time, one commit each, on the audit branch. What is written follows from the main branch alone: whoever records it, and however often, it is the same. With a remote it is pushed with a lease. The last entry's digest is then written to the registry's storage, once, as an anchor that a rewritten repository does not match. Nothing is put behind an entry that its commit does not give, or behind a commit that no recorder makes; older damage is modeltrail audit verify's to find.",
    )
    .option("--dry-run", "only say what would be recorded")
    .option("--no-anchor", "write no anchor of the last entry to the registry's storage")
    .option("--no-push", "record in this clone alone: nothing is fetched, nothing pushed");
  addGuide(command, {
    examples: [
      ["modeltrail audit record", "record what is new"],
      ["modeltrail audit record --dry-run", "see what that would be"],
    ],
    exits: [
      [0, "recorded, or nothing was new"],
      [
        1,
        "the main branch was rewritten or merged the other way round, the end of the audit branch is not as a recorder leaves it, or storage holds another anchor",
      ],
      COULD_NOT_TELL,
    ],
  });
  command.action(({ push, dryRun = false, anchor }: RecordFlags) =>
    execute(command, async ({ open }) => {
      const { recordAudit } = await import("../../workflows/audit/record.ts");
      const result = await recordAudit(await open(), { push, dryRun, anchor });
      return {
        document: result,
        text: async () => (await import("../../report/text/audit.ts")).renderRecord(result),
      };
    }),
  );
}
