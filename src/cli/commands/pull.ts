import { resolve } from "node:path";
import type { Command } from "commander";
import type { Execute } from "../execute.ts";
import { addGuide, COULD_NOT_TELL } from "../guide.ts";
import { addReadOptions, readAt, type ReadFlags } from "../read-options.ts";

interface PullFlags extends ReadFlags {
  readonly force?: boolean;
  readonly allowYanked?: boolean;
}

/** `modeltrail pull <model>@<ref> <folder>` */
export function declarePull(command: Command, execute: Execute): void {
  command
    .description(
      "Download a version, check every byte against the registry, and let the folder appear only when it is whole. A folder that holds the same version is done at once.",
    )
    .argument("<model@ref>", "<ref> is a version, a stage, or latest")
    .argument("<folder>", "where to; nothing else may be there")
    .option("--force", "replace what the folder holds")
    .option("--allow-yanked", "pull a version that was yanked");
  addReadOptions(command);
  addGuide(command, {
    examples: [["modeltrail pull fraud-detector@production ./model", "what is in production"]],
    exits: [
      [0, "the folder holds the version"],
      [1, "not found, empty, yanked, or the bytes are not those of the registry"],
      COULD_NOT_TELL,
    ],
  });
  command.action((reference: string, folder: string, flags: PullFlags) =>
    execute(command, async ({ open, io }) => {
      const { pullModel } = await import("../../workflows/pull.ts");
      const { force = false, allowYanked = false } = flags;
      const result = await pullModel(await open(), reference, resolve(io.cwd, folder), {
        ...readAt(flags),
        force,
        allowYanked,
      });
      return {
        document: result,
        text: async () => (await import("../../report/text/resolution.ts")).renderPull(result),
      };
    }),
  );
}
