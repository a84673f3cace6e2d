import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

interface DiffFlags extends ReadFlags {
  readonly exitCode?: boolean;
}

/** `modeltrail diff <model>@<a> <model>@<b>` */
export function declareDiff(command: Command, execute: Execute): void {
  command
    .description(
      "Compare two versions, of one model or of two: metrics, description, signature, lineage and files.",
    )
    .argument("<before>", "<model>@<ref>; <ref> is a version, a stage, or latest")
    .argument("<after>", "the same, or <ref> alone for the same model")
    .option("--exit-code", "exit 1 when they differ");
  addReadOptions(command);
  addGuide(command, {
    examples: [
      ["modeltrail diff fraud-detector@1.3.0 fraud-detector@1.4.0", "what is new in 1.4.0"],
      ["modeltrail diff fraud-detector@production staging", "what production would get"],
    ],
    exits: [[0, "compared"], [1, "a side does not exist; with --exit-code: they differ"], COULD_NOT_TELL],
  });
  command.action((before: string, after: string, flags: DiffFlags) =>
    execute(command, async ({ open }) => {
      const { diffVersions } = await import("../../workflows/diff.ts");
      const other = after.includes("@") ? after : `${before.split("@")[0]}@${after}`;
      const diff = await diffVersions(await open(), before, other, readAt(flags));
      return {
        document: diff,
        yes: diff.equal || flags.exitCode !== true,
        text: async (look) => (await import("../../report/text/diff.ts")).renderDiff(diff, look),
      };
    }),
  );
}
